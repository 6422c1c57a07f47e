# id: T-KBS-06
# title: Secrets readable in the broker's store
# text: The broker stores its secrets in the clear. Who reads its disk or its backup has them.
# precondition: The attacker reaches the broker.
# crossings: X17 X8 X9
# assets: A-SEC A-POL A-REF
# attackers: IO BO
# mechanisms: M-OWN
# needs: broker-config
# seed: S5 S26 S28
# refs: kbs P33
# severity: medium
# decided: A plaintext backend: not shown; with an untrusted operator, medium.
# proofs: tests/e2e/test_durability.py tests/unit/broker/store/tamper.c
# remedy: A store with encryption under a key that is elsewhere.
package threats["T-KBS-06"]

import data.lib
import rego.v1

plain(b) if not lib.casemate(b)

hostile if input.context.broker.operator in {"orchestration-operator", "infrastructure-operator", "third-party"}

finding contains f if {
	some b in input.brokers
	plain(b)
	hostile
	f := {"artefact": b.path, "find": "storage_backend", "status": "unanswered", "evidence": "secrets lie in the clear in a store that is not in trusted hands"}
}

finding contains f if {
	some b in input.brokers
	plain(b)
	not hostile
	f := {"artefact": b.path, "find": "storage_backend", "status": "not-shown", "severity": "info", "evidence": "secrets lie in the clear in the store; who reads it is not shown"}
}

answered contains a if {
	some b in input.brokers
	lib.casemate(b)
	a := {"artefact": b.path, "evidence": lib.text(["the store of a casemate broker is encrypted: ", lib.proofs("T-KBS-06")])}
}
