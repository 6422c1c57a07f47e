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
# decided: The key of the guest is inside report_data and resources leave as JWE to it.
# remedy: Use the KBS protocol with a broker that encrypts to the attested key.
package threats["T-ATT-02"]

import data.lib
import rego.v1

opens(b) if b.settings.server.insecure_plain_resources == true

finding contains f if {
	some b in input.brokers
	opens(b)
	f := {"artefact": b.path, "status": "unanswered", "evidence": "resources leave without encryption to the attested key"}
}

answered contains a if {
	some b in input.brokers
	not opens(b)
	a := {"artefact": b.path, "evidence": "the guest's key is inside report_data, and resources are encrypted to it"}
}
