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
# decided: A casemate broker answers it by its tests, one that speaks the KBS protocol by the protocol; for others it is
#   not shown.
# unseen: No broker has a setting that turns the comparison off.
# proofs: tests/e2e/test_release.py tests/unit/broker/session.c tests/unit/verifier/tpm.c
# remedy: Use a broker that compares report_data with its own nonce.
package threats["T-ATT-01"]

import data.lib
import rego.v1

other(b) if {
	not lib.casemate(b)
	not lib.trustee(b)
}

finding contains f if {
	some b in input.brokers
	other(b)
	f := {"artefact": b.path, "status": "not-shown", "severity": "info", "evidence": "whether this broker compares its nonce with the evidence is not shown"}
}

answered contains a if {
	some b in input.brokers
	lib.casemate(b)
	a := {"artefact": b.path, "evidence": lib.text(["a casemate broker takes its nonce once, inside of what the hardware signed: ", lib.proofs("T-ATT-01")])}
}

answered contains a if {
	some b in input.brokers
	lib.trustee(b)
	a := {"artefact": b.path, "evidence": "attestation_service: the KBS protocol puts the broker's nonce into report_data"}
}
