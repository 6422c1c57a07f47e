# id: T-ATT-02
# title: Result or key relayed to another party
# text: An attacker attests with the evidence of another guest and asks for the secrets with a key of its own. The key
#   must be inside of what is measured, and the answer encrypted to it.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: IO OO NA
# mechanisms: M-EVID M-JWE
# needs: broker-config
# seed: S2 S3 S11
# refs: RFC 9334
# severity: high
# decided: A casemate broker answers it by its tests, one that speaks the KBS protocol by the protocol, unless it takes the
#   guest's key from elsewhere in the token; for others it is not shown.
# proofs: tests/e2e/test_release.py tests/unit/jose/jwe.c tests/unit/rats/runtime_data.c
# remedy: Use the KBS protocol with a broker that encrypts to the attested key.
package threats["T-ATT-02"]

import data.lib
import rego.v1

elsewhere(b) := b.settings.attestation_token.extra_teekey_paths

finding contains f if {
	some b in input.brokers
	count(elsewhere(b)) > 0
	f := {
		"artefact": b.path, "status": "weak", "find": "extra_teekey_paths",
		"evidence": lib.text(["resources are encrypted to a key that stands at ", elsewhere(b)[0], " of the token, not to the one in report_data"]),
	}
}

finding contains f if {
	some b in input.brokers
	not lib.casemate(b)
	not lib.trustee(b)
	f := {"artefact": b.path, "status": "not-shown", "severity": "info", "evidence": "whether this broker encrypts to the attested key is not shown"}
}

answered contains a if {
	some b in input.brokers
	lib.casemate(b)
	a := {"artefact": b.path, "evidence": lib.text(["a casemate broker encrypts to the key inside of report_data: ", lib.proofs("T-ATT-02")])}
}

answered contains a if {
	some b in input.brokers
	lib.trustee(b)
	count(object.get(object.get(b.settings, "attestation_token", {}), "extra_teekey_paths", [])) == 0
	a := {"artefact": b.path, "evidence": "attestation_service: the KBS protocol puts the guest's key into report_data and encrypts to it"}
}
