# id: T-ATT-09
# title: Hollow appraisal
# text: The appraisal affirms any genuine machine, whatever runs on it. A guest of the attacker gets the same result
#   as yours. The reference values, if there are any, decide nothing.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: IO OO NA
# mechanisms: M-APPR M-REF
# needs: attestation-policy
# probes: A01 A08 A12 A13 A14
# seed: S2 S3 S11
# severity: critical
# severity_rule: info where only another variant of the platform passes
# decided: A01: claims with random measurements are affirming; A12 to A14: no claims are, or those of an unknown TEE.
# remedy: Compare the measurements with reference values.
package threats["T-ATT-09"]

import data.lib
import rego.v1

hollow := {"A01", "A12", "A13", "A14"}

finding contains f if some f in lib.policy_findings(input.appraisals, hollow, "critical")

# Another variant of a genuine platform is no threat by itself; the reader is told.
finding contains f if {
	some p in input.appraisals
	count(lib.hits(p, hollow)) == 0
	count(lib.hits(p, {"A08"})) > 0
	f := lib.probe_finding(p, {"A08"}, "info")
}

answered contains a if some a in lib.policy_answered(input.appraisals, hollow)
