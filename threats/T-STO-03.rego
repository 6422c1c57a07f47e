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

finding contains f if {
	some o in lib.outside_volumes
	not lib.secure_volume(o.w, o.v)
	not lib.declared_volume(o.v)
	f := {"artefact": o.w.path, "workload": o.w.id, "subject": o.v.name, "find": o.v.name, "evidence": lib.text(["volume ", o.v.name, " may be changed outside"])}
}

answered contains a if {
	some o in lib.outside_volumes
	lib.secure_volume(o.w, o.v)
	a := {"artefact": o.w.path, "workload": o.w.id, "evidence": lib.text(["volume ", o.v.name, " has integrity in the guest"])}
}

reason := "no volume lies outside of the guest"
