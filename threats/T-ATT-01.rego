# id: T-ATT-01
# title: Evidence replayed
# text: Evidence of a sound guest is recorded and shown again, later or by somebody else. Without a fresh nonce inside
#   the evidence the broker cannot tell.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: IO OO NA
# mechanisms: M-NONCE M-EVID
# needs: broker-config
# seed: S2 S3 S11
# refs: kbs P17
# severity: high
# decided: The broker binds its nonce into report_data and takes it once: a broker whose configuration turns this off is
#   a finding.
# remedy: Use a broker that compares report_data with its own nonce.
package threats["T-ATT-01"]

import data.lib
import rego.v1

skips(b) if b.settings.attestation_service.skip_report_data == true

skips(b) if b.settings.verifier.insecure_skip_report_data == true

finding contains f if {
	some b in input.brokers
	skips(b)
	f := {"artefact": b.path, "status": "unanswered", "evidence": "the verifier does not expect report_data: evidence can be shown twice"}
}

answered contains a if {
	some b in input.brokers
	not skips(b)
	a := {"artefact": b.path, "evidence": "the broker's nonce is part of report_data and is taken once"}
}
