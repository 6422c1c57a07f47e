# id: T-ATT-06
# title: Token accepted with the key it brings
# text: A token is verified with the key that stands in its own header. Everybody can then sign tokens. Attestation is
#   bypassed altogether.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: BO NA
# mechanisms: M-EAR
# needs: broker-config
# seed: S2 S3 S11
# severity: critical
# decided: attestation_token.insecure_header_jwk = true.
# proofs: tests/unit/broker/release.c
# remedy: insecure_header_jwk = false, and trusted_certs_paths for the signer.
# bad:
#   insecure_header_jwk = true
# good:
#   insecure_header_jwk = false
package threats["T-ATT-06"]

import data.lib
import rego.v1

finding contains f if {
	some b in input.brokers
	b.settings.attestation_token.insecure_header_jwk == true
	f := {"artefact": b.path, "status": "unanswered", "find": "insecure_header_jwk", "evidence": lib.text(["attestation_token.insecure_header_jwk = true", certs(b)])}
}

certs(b) := " and no trusted_certs_paths" if not b.settings.attestation_token.trusted_certs_paths

certs(b) := "" if b.settings.attestation_token.trusted_certs_paths

answered contains a if {
	some b in input.brokers
	lib.pinned_signer(b)
	a := {"artefact": b.path, "evidence": "attestation_token: signers are pinned, and keys in the header of a token are not believed"}
}

answered contains a if {
	some b in input.brokers
	lib.casemate(b)
	a := {"artefact": b.path, "evidence": lib.text(["a casemate broker knows no keys but its own: ", lib.proofs("T-ATT-06")])}
}

finding contains f if {
	some b in input.brokers
	not lib.casemate(b)
	not lib.pinned_signer(b)
	not b.settings.attestation_token.insecure_header_jwk == true
	f := {"artefact": b.path, "status": "not-shown", "severity": "info", "evidence": "whose signature a token needs is not shown: no trusted_certs_paths and no trusted_jwk_sets"}
}
