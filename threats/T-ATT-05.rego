# id: T-ATT-05
# title: Result not attributable
# text: The token of the attestation is signed with a key that is new at each start, or travels between services over
#   open links. A relying party cannot tell it from a forged one.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: BO NA
# mechanisms: M-EAR
# needs: broker-config
# seed: S2 S3 S11
# refs: kbs P21; kbs P41
# severity: high
# decided: No token signer key in a built-in attestation service, or attestation and reference value services over plain
#   links.
# remedy: Give the token broker a signer (key_path, cert_path), and put the services behind TLS or into one process.
package threats["T-ATT-05"]

import data.lib
import rego.v1

types := {"coco_as_builtin", "CoCoASBuiltIn"}

remote := {"coco_as_grpc", "CoCoASGrpc"}

finding contains f if {
	some b in input.brokers
	lib.trustee(b)
	b.settings.attestation_service.type in types
	not b.settings.attestation_service.attestation_token_broker.signer
	f := {"artefact": b.path, "status": "unanswered", "find": "attestation_token_broker", "subject": "signer", "evidence": "the token has no signer: a new key at each start"}
}

finding contains f if {
	some b in input.brokers
	b.settings.attestation_service.type in remote
	address := object.get(b.settings.attestation_service, "as_addr", "http://127.0.0.1:50004")
	startswith(address, "http://")
	not contains(address, "//127.")
	not contains(address, "//localhost")
	f := {"artefact": b.path, "status": "unanswered", "find": "as_addr", "subject": "as_addr", "evidence": "the attestation service is reached over a plain link"}
}

known(b) if lib.casemate(b)

known(b) if b.settings.attestation_service.type in types | remote

answered contains a if {
	some b in input.brokers
	known(b)
	count(finding) == 0
	a := {"artefact": b.path, "evidence": "the token has a signer of its own, and no service is reached over a plain link"}
}
