# id: T-STO-02
# title: Old state replayed
# text: The storage gives back the encrypted volume of last week. Encryption and integrity hold, and the state is old.
# precondition: The attacker holds the storage.
# crossings: X14
# assets: A-DATA
# attackers: IO OO
# mechanisms: M-VOL
# needs: k8s
# properties: data.integrity
# seed: S12
# severity: low
# decided: An encrypted volume without a proof of freshness: not shown.
# remedy: Keep a counter or a root hash with the broker.
package threats["T-STO-02"]

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
	f := {"artefact": o.w.path, "workload": o.w.id, "subject": o.v.name, "find": o.v.name, "status": "not-shown", "severity": "info", "evidence": lib.text(["that volume ", o.v.name, " is not an old one is not shown"])}
}

answered contains a if {
	some w in input.workloads
	count([o | some o in outside; o.w.id == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no state outlives the guest"}
}
