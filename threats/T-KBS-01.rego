# id: T-KBS-01
# title: Administration open
# text: Everybody who reaches the broker sets its policies, reference values and secrets. Attestation then protects
#   nothing.
# precondition: The attacker reaches the broker.
# crossings: X8 X9 X17
# assets: A-SEC A-POL A-REF
# attackers: OO NA
# mechanisms: M-ADM
# needs: broker-config
# seed: S5 S26 S28
# refs: trustee #957
# severity: critical
# decided: admin.authorization_mode = InsecureAllowAll.
# proofs: tests/e2e/test_admin.py
# remedy: authorization_mode = "AuthenticatedAuthorization" with keys and roles.
# bad:
#   authorization_mode = "InsecureAllowAll"
# good:
#   authorization_mode = "AuthenticatedAuthorization"
package threats["T-KBS-01"]

import data.lib
import rego.v1

open(b) if b.settings.admin.authorization_mode == "InsecureAllowAll"

finding contains f if {
	some b in input.brokers
	open(b)
	f := {"artefact": b.path, "status": "unanswered", "find": "InsecureAllowAll", "evidence": "admin.authorization_mode = InsecureAllowAll"}
}

answered contains a if {
	some b in input.brokers
	lib.closed_admin(b)
	a := {"artefact": b.path, "evidence": lib.text(["admin.authorization_mode = ", b.settings.admin.authorization_mode])}
}

answered contains a if {
	some b in input.brokers
	lib.casemate(b)
	a := {"artefact": b.path, "evidence": lib.text(["a casemate broker asks every administrator for a signature: ", lib.proofs("T-KBS-01")])}
}

finding contains f if {
	some b in input.brokers
	not open(b)
	not lib.closed_admin(b)
	not lib.casemate(b)
	f := {"artefact": b.path, "status": "not-shown", "severity": "info", "evidence": "no authorization_mode says who administers this broker"}
}
