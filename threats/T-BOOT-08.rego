# id: T-BOOT-08
# title: Guest image of unknown origin
# text: Reference values say what is expected, not who built it. Without a record of the build nobody knows whether
#   the expected guest is a good one.
# precondition: The attacker chooses what is launched.
# crossings: X3 X4
# assets: A-GST A-DATA
# attackers: GB
# mechanisms: M-REF
# layouts: kata-vm peer-pods
# needs: reference-values
# seed: S6 S16 S18 S19 S20 S25
# refs: supply chain
# severity: low
# decided: No build record for the reference values was supplied.
# remedy: Keep the record of a reproducible build beside the values.
package threats["T-BOOT-08"]

import data.lib
import rego.v1

finding contains f if {
	some r in input.reference_values
	count(r.names) > 0
	not r.values.provenance
	f := {"artefact": r.path, "status": "not-shown", "severity": "info", "evidence": "no build record was supplied for these values"}
}

answered contains a if {
	some r in input.reference_values
	r.values.provenance
	a := {"artefact": r.path, "evidence": "the values carry their provenance"}
}
