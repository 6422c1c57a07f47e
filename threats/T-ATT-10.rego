# id: T-ATT-10
# title: Missing reference value makes a rule true
# text: A policy compares a claim with a reference value that does not exist. A missing one is null, and null sorts
#   below every number: minimum comparisons are then true. A typing error in a name switches a check off.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X9 X5 X7
# assets: A-EVID A-SEC
# attackers: IO OO NA
# mechanisms: M-REF M-APPR
# needs: attestation-policy
# probes: A00 A01 A02 A05 A06 A07 A08 A20 A21
# seed: S2 S3 S11
# refs: null < number
# severity: high
# decided: A queried name is absent, its absence makes the baseline pass, and a changed claim passes, too; or the baseline
#   or a refused probe is affirming with fewer values (A20, A21). A policy that wants an unregistered part to be unused, or
#   to have one value, lets nothing else pass.
# remedy: Register the value under the name that the policy asks for, and compare with `in`, which fails for null.
package threats["T-ATT-10"]

import data.lib
import rego.v1

changed := {"A01", "A02", "A05", "A06", "A07", "A08"}

# Something else than the baseline passes.
loose(p) if count(p.free) > 0

loose(p) if p.free_together

loose(p) if count(lib.hits(p, changed)) > 0

finding contains f if {
	some p in input.appraisals
	loose(p)
	names := [m.name | some m in p.missing; m.decides]
	count(names) > 0
	f := {
		"artefact": p.artefact, "status": "weak", "find": names[0], "probes": ["A00"],
		"evidence": lib.text(["no reference value ", concat(", ", sort(names)), ": the comparison with null is true"]),
		"related": [r.path | some r in input.reference_values],
	}
}

finding contains f if some f in lib.policy_findings([p | some p in input.appraisals; count(p.queried) > 0], {"A20", "A21"}, "high")

missing(p) if {
	loose(p)
	some m in p.missing
	m.decides
}

answered contains a if {
	some p in input.appraisals
	not missing(p)
	some a in lib.policy_answered([p], {"A20"})
}
