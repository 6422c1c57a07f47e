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
# remedy: authorization_mode = "AuthenticatedAuthorization" with keys and roles.
# bad:
#   authorization_mode = "InsecureAllowAll"
# good:
#   authorization_mode = "AuthenticatedAuthorization"
package threats["T-KBS-01"]

import data.lib
import rego.v1

open(b) if b.settings.admin.authorization_mode == "InsecureAllowAll"

open(b) if b.settings.admin.insecure_allow_all == true

finding contains f if {
	some b in input.brokers
	open(b)
	f := {"artefact": b.path, "status": "unanswered", "find": "InsecureAllowAll", "evidence": "admin.authorization_mode = InsecureAllowAll"}
}

answered contains a if {
	some b in input.brokers
	not open(b)
	a := {"artefact": b.path, "evidence": "administration asks for a key"}
}
