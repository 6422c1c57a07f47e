# id: T-ATT-15
# title: Result altered on the way
# text: The token passes through the guest and the network. A relying party that does not check the signature over the
#   whole of it believes what the attacker wrote.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: IO OO NA
# mechanisms: M-EAR
# needs: broker-config
# seed: S2 S3 S11
# severity: critical
# decided: The broker signs the whole token and verifies it; a configuration that skips the signature is a finding.
# remedy: Verify the signature with a pinned signer.
package threats["T-ATT-15"]

import data.lib
import rego.v1

skips(b) if b.settings.attestation_token.insecure_skip_signature == true

finding contains f if {
	some b in input.brokers
	skips(b)
	f := {"artefact": b.path, "status": "unanswered", "evidence": "the signature of tokens is not verified"}
}

answered contains a if {
	some b in input.brokers
	not skips(b)
	a := {"artefact": b.path, "evidence": "the whole token is signed, and the signature is verified"}
}
