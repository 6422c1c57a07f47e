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
# within: T-ATT-06
# decided: A token that is verified with the key that it brings can be altered. A casemate broker answers the row by its
#   tests, another one by the signers that it pins.
# proofs: tests/e2e/test_release.py tests/unit/jose/jws.c tests/unit/broker/release.c
# remedy: Verify the signature with a pinned signer.
package threats["T-ATT-15"]

import data.lib
import rego.v1

finding contains f if {
	some b in input.brokers
	b.settings.attestation_token.insecure_header_jwk == true
	f := {"artefact": b.path, "status": "weak", "find": "insecure_header_jwk", "evidence": "attestation_token.insecure_header_jwk = true: whoever alters a token signs it anew"}
}

finding contains f if {
	some b in input.brokers
	not lib.casemate(b)
	not lib.pinned_signer(b)
	not b.settings.attestation_token.insecure_header_jwk == true
	f := {"artefact": b.path, "status": "not-shown", "severity": "info", "evidence": "whose signature a token needs is not shown: no trusted_certs_paths and no trusted_jwk_sets"}
}

answered contains a if {
	some b in input.brokers
	lib.casemate(b)
	a := {"artefact": b.path, "evidence": lib.text(["a casemate broker signs the whole token with its own key and verifies it: ", lib.proofs("T-ATT-15")])}
}

answered contains a if {
	some b in input.brokers
	lib.pinned_signer(b)
	a := {"artefact": b.path, "evidence": "attestation_token: the signature is verified with a pinned signer"}
}
