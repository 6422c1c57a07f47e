# id: T-STO-04
# title: Host-made file system mounted
# text: The guest mounts a file system that the host made. A malformed one attacks the kernel from inside.
# precondition: The attacker holds the storage.
# crossings: X14
# assets: A-DATA
# attackers: IO OO
# mechanisms: M-VOL M-INV
# needs: k8s
# seed: S12
# severity: medium
# decided: A claim of volume mode Filesystem.
# remedy: Use volume mode Block, and let the guest make the file system.
package threats["T-STO-04"]

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

made contains {"w": w, "v": v} if {
	some w in input.workloads
	some v in w.spec.volumes
	claim(w, v)
	mode(w, v) == "Filesystem"
}

finding contains f if {
	some m in made
	f := {"artefact": m.w.path, "workload": m.w.id, "subject": m.v.name, "find": m.v.name, "evidence": lib.text(["volume ", m.v.name, " is a file system that the host made"])}
}

answered contains a if {
	some w in input.workloads
	count([m | some m in made; m.w.id == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no file system of the host is mounted"}
}
