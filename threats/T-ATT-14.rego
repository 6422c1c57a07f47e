# id: T-ATT-14
# title: Reference values unexplained
# text: Values are registered that no policy asks for, or twice. They are remains of older policies, or names with a
#   typing error.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X9 X5 X7
# assets: A-EVID A-SEC
# attackers: GB
# mechanisms: M-REF
# needs: reference-values attestation-policy
# seed: S2 S3 S11
# refs: kbs P24
# severity: low
# decided: Names that are registered and never queried, and duplicates in a list.
# remedy: Remove what is not asked for.
package threats["T-ATT-14"]

import data.lib
import rego.v1

judged := [p | some p in input.appraisals; p.baseline.state == "accepted"]

asked := {name | some p in judged; some name in p.queried}

finding contains f if {
	count(judged) > 0
	some r in input.reference_values
	unused := sort([name | some name, _ in r.names; not name in asked])
	count(unused) > 0
	f := {"artefact": r.path, "status": "weak", "find": unused[0], "subject": "unused", "evidence": lib.text(["registered and never asked for: ", concat(", ", unused)])}
}

finding contains f if {
	some r in input.reference_values
	twice := sort([name | some name, v in r.values; is_array(v); count(v) != count({x | some x in v})])
	count(twice) > 0
	f := {"artefact": r.path, "status": "weak", "find": twice[0], "subject": "twice", "evidence": lib.text(["a value stands twice in: ", concat(", ", twice)])}
}

answered contains a if {
	count(judged) > 0
	some r in input.reference_values
	count(finding) == 0
	a := {"artefact": r.path, "evidence": "every name is asked for by the attestation policy"}
}
