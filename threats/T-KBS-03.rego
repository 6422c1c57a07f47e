# id: T-KBS-03
# title: Policies or reference values enter unchecked
# text: Reference values come from a service that anybody reaches, or are taken without a signature. The attacker then
#   registers what its own guest measures.
# precondition: The attacker reaches the broker.
# crossings: X8 X9 X17
# assets: A-SEC A-POL A-REF
# attackers: OO NA
# mechanisms: M-REF M-ADM
# needs: broker-config
# seed: S5 S26 S28
# refs: kbs P24
# within: T-KBS-01
# severity: medium
# decided: A reference value service on another host without TLS; open administration.
# remedy: Use the built-in service, or TLS with client certificates.
package threats["T-KBS-03"]

import data.lib
import rego.v1

rvps(b) := b.settings.attestation_service.rvps_config

finding contains f if {
	some b in input.brokers
	rvps(b).type == "GrpcRemote"
	address := object.get(rvps(b), "address", "http://127.0.0.1:50003")
	not startswith(address, "https://")
	not contains(address, "127.")
	not contains(address, "localhost")
	f := {"artefact": b.path, "subject": "rvps", "find": "rvps_config", "status": "unanswered", "evidence": lib.text(["reference values come from ", address, " over a plain link"])}
}

finding contains f if {
	some b in input.brokers
	b.settings.admin.authorization_mode == "InsecureAllowAll"
	f := {"artefact": b.path, "find": "InsecureAllowAll", "status": "unanswered", "evidence": "administration is open: anybody registers reference values"}
}

known(b) if lib.casemate(b)

known(b) if lib.closed_admin(b)

answered contains a if {
	some b in input.brokers
	known(b)
	count(finding) == 0
	a := {"artefact": b.path, "evidence": "reference values enter through authenticated administration only"}
}

finding contains f if {
	some b in input.brokers
	b.settings.policy.on_critical == "insecure_warn"
	f := {"artefact": b.path, "subject": "on_critical", "find": "on_critical", "status": "weak", "evidence": "policy.on_critical = insecure_warn: a policy that opens a critical threat comes into force"}
}
