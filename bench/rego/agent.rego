# A policy of the shape that confidential pods use: every request is compared with what the pod was declared to be.
package agent_policy

default CreateContainerRequest := false
default CopyFileRequest := false
default ExecProcessRequest := false
default StatsContainerRequest := true
default WriteStreamRequest := false

CreateContainerRequest if {
	is_null(input.OCI.Hooks)
	is_null(input.OCI.Linux.Seccomp)
	some declared in data.pod.containers
	declared.OCI.Version == input.OCI.Version
	declared.OCI.Root.Readonly == input.OCI.Root.Readonly
	allow_annotations(declared.OCI, input.OCI)
	kind := input.OCI.Annotations["kubernetes.container-type"]
	allow_kind(kind, declared.OCI, input.OCI)
	allow_process(declared.OCI.Process, input.OCI.Process, name_of_pod)
	allow_namespaces(declared.OCI.Linux.Namespaces, input.OCI.Linux.Namespaces)
	allow_paths(declared.OCI.Linux.MaskedPaths, input.OCI.Linux.MaskedPaths)
	allow_paths(declared.OCI.Linux.ReadonlyPaths, input.OCI.Linux.ReadonlyPaths)
	allow_mounts(declared.OCI.Mounts, input.OCI.Mounts)
	allow_storages(declared.storages, input.storages)
	allow_devices(declared.devices, input.devices)
}

CopyFileRequest if {
	some prefix in data.pod.request.copy_file
	startswith(input.path, prefix)
	not contains(input.path, "..")
}

ExecProcessRequest if {
	command := concat(" ", input.process.Args)
	some allowed in data.pod.request.exec_commands
	command == allowed
}

ExecProcessRequest if {
	command := concat(" ", input.process.Args)
	some declared in data.pod.containers
	some allowed in declared.exec_commands
	command == allowed
}

name_of_pod := input.OCI.Annotations["kubernetes.sandbox-name"]

allow_annotations(declared, asked) if {
	every key, _ in asked.Annotations {
		allow_annotation(key, declared)
	}
}

allow_annotation(key, _) if startswith(key, "kubernetes.")

allow_annotation(key, declared) if declared.Annotations[key]

allow_kind(kind, declared, asked) if {
	kind == "sandbox"
	asked.Annotations["runtime.container-type"] == "pod_sandbox"
	not declared.Annotations["kubernetes.container-name"]
	not asked.Annotations["kubernetes.container-name"]
	same_annotation("kubernetes.log-directory", declared, asked)
}

allow_kind(kind, declared, asked) if {
	kind == "container"
	asked.Annotations["runtime.container-type"] == "pod_container"
	same_annotation("kubernetes.container-name", declared, asked)
	same_annotation("kubernetes.image-name", declared, asked)
	not asked.Annotations["kubernetes.log-directory"]
}

same_annotation(key, declared, asked) if {
	text := replace(declared.Annotations[key], "$(pod)", asked.Annotations["kubernetes.sandbox-name"])
	text == asked.Annotations[key]
}

allow_process(declared, asked, pod) if {
	declared.Terminal == asked.Terminal
	declared.Cwd == asked.Cwd
	declared.NoNewPrivileges == asked.NoNewPrivileges
	allow_user(declared.User, asked.User)
	allow_arguments(declared, asked, pod)
	allow_capabilities(declared.Capabilities, asked.Capabilities)
	every variable in asked.Env {
		allow_variable(declared, variable, pod)
	}
}

allow_user(declared, asked) if {
	declared.UID == asked.UID
	declared.GID == asked.GID
	declared.AdditionalGids == asked.AdditionalGids
}

allow_arguments(declared, asked, _) if {
	not declared.Args
	not asked.Args
}

allow_arguments(declared, asked, pod) if {
	count(declared.Args) == count(asked.Args)
	every i, argument in asked.Args {
		allow_argument(i, argument, declared, pod)
	}
}

allow_argument(i, argument, declared, _) if declared.Args[i] == argument

allow_argument(i, argument, declared, pod) if replace(declared.Args[i], "$(pod)", pod) == argument

allow_capabilities(declared, asked) if {
	every set in ["Bounding", "Effective", "Inheritable", "Permitted"] {
		{c | some c in declared[set]} == {c | some c in asked[set]}
	}
}

allow_variable(declared, variable, _) if {
	some known in declared.Env
	known == variable
}

allow_variable(declared, variable, pod) if {
	some known in declared.Env
	replace(known, "$(pod)", pod) == variable
}

allow_variable(_, variable, pod) if {
	parts := split(variable, "=")
	count(parts) == 2
	parts[0] == "HOSTNAME"
	parts[1] == pod
}

allow_variable(_, variable, _) if {
	parts := split(variable, "=")
	count(parts) == 2
	some ending in data.pod.service_endings
	endswith(parts[0], ending)
	allow_address(parts[1])
}

allow_address(value) if {
	fields := split(value, ".")
	count(fields) == 4
	every field in fields {
		number := to_number(field)
		number >= 0
		number <= 255
	}
}

allow_address(value) if to_number(value) > 0

allow_address(value) if startswith(value, "tcp://")

allow_namespaces(declared, asked) if {
	every namespace in asked {
		some known in declared
		known.Type == namespace.Type
		namespace.Path == ""
	}
}

allow_paths(declared, asked) if {
	every path in declared {
		some other in asked
		other == path
	}
}

allow_mounts(declared, asked) if {
	every mount in asked {
		some known in declared
		allow_mount(known, mount)
	}
}

allow_mount(known, mount) if {
	known.destination == mount.destination
	known.type_ == mount.type_
	known.options == mount.options
	allow_source(known.source, mount.source)
}

allow_source(known, source) if known == source

allow_source(known, source) if {
	startswith(known, "$(shared)/")
	startswith(source, replace(known, "$(shared)", data.pod.common.shared))
}

allow_storages(declared, asked) if {
	count(declared) == count(asked)
	every storage in asked {
		some known in declared
		allow_storage(known, storage)
	}
}

allow_storage(known, storage) if {
	known.driver == storage.driver
	known.driver == "blk"
	known.mount_point == storage.mount_point
	known.options == storage.options
	startswith(storage.source, "/dev/")
}

allow_storage(known, storage) if {
	known.driver == storage.driver
	known.driver == "local"
	known.fstype == storage.fstype
	startswith(storage.mount_point, known.mount_point)
}

allow_storage(known, storage) if {
	known.driver == storage.driver
	known.driver == "ephemeral"
	known.mount_point == storage.mount_point
}

allow_devices(declared, asked) if {
	every device in asked {
		some known in declared
		known.container_path == device.container_path
	}
}

allow_devices(_, asked) if not asked
