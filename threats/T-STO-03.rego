# id: T-STO-03
# title: Data changed outside
# text: A volume without integrity is changed by whoever runs the storage. Encryption alone does not show it.
# precondition: The attacker holds the storage.
# crossings: X14
# assets: A-DATA
# attackers: IO OO
# mechanisms: M-VOL
# needs: k8s
# properties: data.integrity
# seed: S12
# within: T-STO-01
# severity: high
# decided: A volume of the outside without integrity in the guest.
# remedy: dm-crypt with dm-integrity in the guest, or the trusted store.
package threats["T-STO-03"]

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
	f := {"artefact": o.w.path, "workload": o.w.id, "subject": o.v.name, "find": o.v.name, "evidence": lib.text(["volume ", o.v.name, " may be changed outside"])}
}

answered contains a if {
	some o in outside
	secure(o.w, o.v)
	a := {"artefact": o.w.path, "workload": o.w.id, "evidence": lib.text(["volume ", o.v.name, " has integrity in the guest"])}
}

reason := "no volume lies outside of the guest"
