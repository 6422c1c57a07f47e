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
# decided: Never: a build record would show it, and no form of one is read yet.
# unseen: Where reference values come from stands in no form of them that is read.
# remedy: Keep the record of a reproducible build beside the values.
package threats["T-BOOT-08"]

import data.lib
import rego.v1

finding contains f if {
	some r in input.reference_values
	count(r.names) > 0
	f := {"artefact": r.path, "status": "not-shown", "severity": "info", "evidence": "no build record was supplied for these values"}
}
