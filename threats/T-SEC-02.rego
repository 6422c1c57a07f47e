# id: T-SEC-02
# title: Secret released after failed appraisal
# text: The broker appraises the guest, finds it bad, and releases all the same. The release policy asks for something
#   else, or for nothing.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X5 X10 X12
# assets: A-SEC
# attackers: IO OO
# mechanisms: M-REL
# needs: resource-policy
# probes: Q02 Q05 Q13
# seed: S3 S11 S12
# refs: kbs P1
# severity: critical
# decided: Q02 with contraindicated, Q05 (no submodules) or Q13 (one bad beside one good) allowed; without a release
#   policy, not shown.
# remedy: Ask every submodule for ear.status == "affirming", and for at least one.
# bad:
#   allow if not is_sample
# good:
#   every _, d in input.submods { d["ear.status"] == "affirming" }
package threats["T-SEC-02"]

import data.lib
import rego.v1

ids := {"Q02c", "Q05", "Q13"}

finding contains f if some f in lib.policy_findings(input.releases, ids, "critical")

finding contains f if {
	count(input.releases) == 0
	some b in input.brokers
	lib.trustee(b)
	f := {"artefact": b.path, "status": "not-shown", "severity": "info", "evidence": "no release policy was supplied"}
}

answered contains a if some a in lib.policy_answered(input.releases, ids)
