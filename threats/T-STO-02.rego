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
# unseen: How old a volume is shows at run time.
# remedy: Keep a counter or a root hash with the broker.
package threats["T-STO-02"]

import data.lib
import rego.v1

finding contains f if {
	some o in lib.outside_volumes
	f := {"artefact": o.w.path, "workload": o.w.id, "subject": o.v.name, "find": o.v.name, "status": "not-shown", "severity": "info", "evidence": lib.text(["that volume ", o.v.name, " is not an old one is not shown"])}
}

answered contains a if {
	some w in input.workloads
	count([o | some o in lib.outside_volumes; o.w.id == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no state outlives the guest"}
}
