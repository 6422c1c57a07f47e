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
# decided: A volume that does not lie in the guest, of the pod or of a claim template, without encryption in the guest
#   (SecureMount, trusted store, or declared in the context); an emptyDir on disk is not shown.
# remedy: A Block claim at /dev/trusted_store, or encryption in the application, named in the context.
package threats["T-STO-01"]

import data.lib
import rego.v1

finding contains f if {
	some o in lib.outside_volumes
	not lib.secure_volume(o.w, o.v)
	not lib.declared_volume(o.v)
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
	some o in lib.outside_volumes
	lib.secure_volume(o.w, o.v)
	a := {"artefact": o.w.path, "workload": o.w.id, "evidence": lib.text(["volume ", o.v.name, " is encrypted by the guest"])}
}

answered contains a if {
	some o in lib.outside_volumes
	lib.declared_volume(o.v)
	a := {"artefact": o.w.path, "workload": o.w.id, "evidence": lib.text(["volume ", o.v.name, " is encrypted by the application, says the context"])}
}

reason := "no volume lies outside of the guest"
