# id: T-BOOT-05
# title: Debug guest affirmed
# text: A guest that was started with debugging lets the host read its memory and registers. The evidence says so in
#   one bit. An appraisal that does not look at the bit affirms an open guest.
# precondition: The attacker chooses what is launched.
# crossings: X3 X4
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-APPR
# needs: attestation-policy
# probes: A05
# seed: S6 S16 S18 S19 S20 S25
# severity: critical
# decided: A05: debug true is affirming.
# remedy: Ask for debug == false, in the type that this platform uses.
# bad:
#   configuration := 2
# good:
#   input.tdx.td_attributes.debug == false
package threats["T-BOOT-05"]

import data.lib
import rego.v1

ids := {"A05"}

finding contains f if some f in lib.policy_findings(input.appraisals, ids, "critical")

answered contains a if some a in lib.policy_answered(input.appraisals, ids)

finding contains f if {
	some b in input.brokers
	b.settings.verifier.snp.insecure_allow_debug == true
	f := {"artefact": b.path, "find": "insecure_allow_debug", "status": "unanswered", "evidence": "verifier.snp.insecure_allow_debug = true: guests whose memory the host reads are accepted"}
}
