# Enforcement points that keep state: what is mounted and which containers run, as metadata that the caller stores.
package framework

default create_container := {"allowed": false}
default mount_overlay := {"allowed": false}

overlay_exists if data.metadata.overlay[input.target]

layers_match(container) if {
	count(container.layers) == count(input.layerPaths)
	every i, path in input.layerPaths {
		container.layers[(count(container.layers) - i) - 1] == data.metadata.devices[path]
	}
}

mount_overlay := {"allowed": true, "metadata": [
	{"name": "matches", "action": "add", "key": input.containerID, "value": found},
	{"name": "overlay", "action": "add", "key": input.target, "value": true},
]} if {
	not overlay_exists
	found := [c | some c in data.containers; layers_match(c)]
	count(found) > 0
}

command_ok(container) if {
	count(input.argList) == count(container.command)
	every i, argument in container.command {
		argument == input.argList[i]
	}
}

variable_ok(rule, variable) if {
	rule.strategy == "string"
	rule.pattern == variable
}

variable_ok(rule, variable) if {
	rule.strategy == "prefix"
	startswith(variable, rule.pattern)
}

variables_ok(rules) if {
	every variable in input.envList {
		some rule in rules
		variable_ok(rule, variable)
	}
}

mount_ok(declared, mount) if {
	declared.type == mount.type
	declared.source == mount.source
	declared.destination == mount.destination
	every option in declared.options {
		option in mount.options
	}
}

mounts_ok(declared) if {
	every mount in input.mounts {
		some d in declared
		mount_ok(d, mount)
	}
}

fits(container) if {
	container.working_dir == input.workingDir
	container.no_new_privileges == input.noNewPrivileges
	container.user == input.user
	command_ok(container)
	variables_ok(container.env_rules)
	mounts_ok(container.mounts)
}

create_container := {"allowed": true, "env_list": kept, "metadata": [
	{"name": "matches", "action": "update", "key": input.containerID, "value": found},
	{"name": "started", "action": "add", "key": input.containerID, "value": true},
]} if {
	not data.metadata.started[input.containerID]
	found := [c | some c in data.containers; fits(c)]
	count(found) > 0
	kept := {e | some e in input.envList; some r in found[0].env_rules; variable_ok(r, e)}
}
