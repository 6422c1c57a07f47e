# id: T-KBS-07
# title: No trail of releases and changes
# text: Without a record nobody knows afterwards what was released to whom, and who changed which policy.
# precondition: The attacker reaches the broker.
# crossings: X8 X9 X17
# assets: A-AUD
# attackers: BO OO
# mechanisms: M-AUD
# needs: broker-config
# seed: S5 S26 S28
# refs: kbs P32
# severity: low
# decided: A casemate broker keeps an audit log; for others it is not shown.
# proofs: tests/unit/audit/audit.c tests/e2e/test_durability.py
# unseen: No setting of a broker turns its records off.
# remedy: Use a broker with an audit log that is chained and signed.
package threats["T-KBS-07"]

import data.lib
import rego.v1

finding contains f if {
	some b in input.brokers
	not lib.casemate(b)
	f := {"artefact": b.path, "status": "not-shown", "severity": "info", "evidence": "whether releases and changes are recorded is not shown"}
}

answered contains a if {
	some b in input.brokers
	lib.casemate(b)
	a := {"artefact": b.path, "evidence": lib.text(["a casemate broker audits releases and changes before they take effect: ", lib.proofs("T-KBS-07")])}
}
