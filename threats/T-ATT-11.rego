# id: T-ATT-11
# title: Result not consulted
# text: The release does not look at the result of the appraisal, or is content with less than affirming. The
#   appraisal may find what it wants.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: IO
# mechanisms: M-REL M-EAR
# needs: resource-policy
# probes: Q02
# seed: S2 S3 S11
# refs: kbs P1
# severity: high
# severity_rule: info where only a token without a status passes
# decided: Q02 with status warning or none allowed, or no rule reads ear.status; a missing status alone is info.
# remedy: Ask for ear.status == "affirming" of every submodule.
package threats["T-ATT-11"]

import data.lib
import rego.v1

ids := {"Q02w", "Q02n"}

finding contains f if {
	some r in input.releases
	found := lib.hits(r, ids)
	count(found) > 0
	f := lib.probe_finding(r, found, "high")
}

finding contains f if {
	some r in input.releases
	count(lib.hits(r, ids)) == 0
	count(lib.hits(r, {"Q02a"})) > 0
	f := object.union(lib.probe_finding(r, {"Q02a"}, "info"), {"evidence": "Q02 a submodule without ear.status passes; no honest signer makes such a token"})
}

answered contains a if some a in lib.policy_answered(input.releases, ids)
