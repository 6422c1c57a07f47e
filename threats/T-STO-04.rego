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
# decided: A claim of volume mode Filesystem; another volume of the outside, or a claim that was not supplied, is not
#   shown.
# remedy: Use volume mode Block, and let the guest make the file system.
package threats["T-STO-04"]

import data.lib
import rego.v1

made contains o if {
	some o in lib.outside_volumes
	lib.claim(o.w, o.v)
	lib.volume_mode(o.w, o.v) == "Filesystem"
}

block(o) if lib.volume_mode(o.w, o.v) == "Block"

finding contains f if {
	some m in made
	f := {"artefact": m.w.path, "workload": m.w.id, "subject": m.v.name, "find": m.v.name, "evidence": lib.text(["volume ", m.v.name, " is a file system that the host made"])}
}

finding contains f if {
	some o in lib.outside_volumes
	not o in made
	not block(o)
	f := {
		"artefact": o.w.path, "workload": o.w.id, "subject": o.v.name, "find": o.v.name, "status": "not-shown", "severity": "info",
		"evidence": lib.text(["volume ", o.v.name, " is a ", o.kind, "; whether the host makes its file system is not shown"]),
	}
}

answered contains a if {
	some w in input.workloads
	count([o | some o in lib.outside_volumes; o.w.id == w.id; not block(o)]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no file system of the host is mounted"}
}
