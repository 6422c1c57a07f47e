# id: T-KBS-04
# title: Tenants share one policy or store
# text: One policy decides for several workloads and does not tell them apart. The administrator or the guest of one
#   reaches the secrets of another.
# precondition: The attacker reaches the broker.
# crossings: X8 X9 X17
# assets: A-SEC A-POL A-REF
# attackers: OO NA
# mechanisms: M-TEN
# needs: resource-policy initdata
# seed: S5 S26 S28
# refs: kbs P35
# within: T-SEC-03
# severity: low
# decided: Documents of more than one workload, and a release policy that gives a path to a document that does not need
#   it.
# remedy: Split the policy by workload.
package threats["T-KBS-04"]

import data.lib
import rego.v1

groups := {d.group | some d in input.documents}

finding contains f if {
	count(groups) > 1
	some r in input.releases
	count(r.crossed) > 0
	f := {"artefact": r.artefact, "status": "weak", "evidence": "several workloads share a list of resources"}
}

answered contains a if {
	count(groups) > 1
	some r in input.releases
	count(r.crossed) == 0
	a := {"artefact": r.artefact, "evidence": "each workload has its own paths"}
}

reason := "there is one workload"
