# id: T-STO-01
# title: Volume in the clear
# text: A volume lies with the cloud or the cluster. What the workload writes there is read by whoever runs the
#   storage. The TEE protects memory, not disks.
# precondition: The attacker holds the storage.
# crossings: X14
# assets: A-DATA
# attackers: IO OO
# mechanisms: M-VOL
# needs: k8s
# properties: data.confidentiality
# seed: S12
# severity: high
# decided: A PersistentVolumeClaim, NFS or CSI volume without encryption in the guest (SecureMount, trusted store, or
#   declared in the context); an emptyDir on disk is not shown.
# remedy: A Block claim at /dev/trusted_store, or encryption in the application, named in the context.
package threats["T-STO-01"]

import data.lib
import rego.v1

claim(w, v) := [o |
	some o in input.objects
	o.kind == "PersistentVolumeClaim"
	o.name == v.persistentVolumeClaim.claimName
	same_space(o.namespace, w.namespace)
][0]

same_space(a, b) if a == b

same_space(a, _) if a == ""

mode(w, v) := object.get(claim(w, v).object.spec, "volumeMode", "Filesystem")

# A block device that the guest itself encrypts.
secure(w, v) if {
	some c in w.containers
	some d in c.volumeDevices
	d.name == v.name
	d.devicePath == "/dev/trusted_store"
	mode(w, v) == "Block"
}

declared(v) if input.context.storage[v.name] == "application-encrypted"

kinds := {"persistentVolumeClaim": "PersistentVolumeClaim", "nfs": "NFS", "csi": "CSI", "iscsi": "iSCSI", "cephfs": "Ceph"}

kind(v) := [name | some key, name in kinds; lib.has(v, key)][0]

outside contains {"w": w, "v": v, "kind": kind(v)} if {
	some w in input.workloads
	some v in w.spec.volumes
	kind(v)
}

finding contains f if {
	some o in outside
	not secure(o.w, o.v)
	not declared(o.v)
	f := {"artefact": o.w.path, "workload": o.w.id, "subject": o.v.name, "find": o.v.name, "evidence": lib.text(["volume ", o.v.name, " is a ", o.kind, " without encryption in the guest"])}
}

disk contains {"w": w, "v": v} if {
	some w in input.workloads
	some v in w.spec.volumes
	lib.has(v, "emptyDir")
	not object.get(v, "emptyDir", {}).medium == "Memory"
}

encrypted(w) if {
	some a in input.agents
	w.id in a.workloads
	a.encrypts_disks
}

answered contains a if {
	some d in disk
	encrypted(d.w)
	a := {"artefact": d.w.path, "workload": d.w.id, "evidence": lib.text(["volume ", d.v.name, " is a disk that the guest encrypts, says the agent policy"])}
}

finding contains f if {
	some d in disk
	not encrypted(d.w)
	f := {
		"artefact": d.w.path, "workload": d.w.id, "subject": d.v.name, "find": d.v.name, "status": "not-shown", "severity": "info",
		"evidence": lib.text(["volume ", d.v.name, " is an emptyDir on disk; whether the guest encrypts it is not shown"]),
	}
}

answered contains a if {
	some o in outside
	secure(o.w, o.v)
	a := {"artefact": o.w.path, "workload": o.w.id, "evidence": lib.text(["volume ", o.v.name, " is encrypted by the guest"])}
}

answered contains a if {
	some o in outside
	declared(o.v)
	a := {"artefact": o.w.path, "workload": o.w.id, "evidence": lib.text(["volume ", o.v.name, " is encrypted by the application, says the context"])}
}

reason := "no volume lies outside of the guest"
