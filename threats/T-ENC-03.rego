# id: T-ENC-03
# title: Agent and application enclave not mutually attested
# text: The agent enclave hands files to the application enclave by sealing to the signer. Any enclave of the same
#   signer reads them.
# precondition: The attacker is the host of the enclaves.
# crossings: X16
# assets: A-CODE A-DATA A-SEC
# attackers: IO
# mechanisms: M-ENCL
# layouts: enclave
# needs: k8s
# seed: S8 S16 S17
# severity: medium
# decided: More than sealing to the signer; without it, not shown.
# remedy: Attest both enclaves to each other.
package threats["T-ENC-03"]

import data.lib
import rego.v1

finding contains f if {
	some w in input.workloads
	not input.context.guest.mutual_attestation
	f := {"artefact": w.path, "workload": w.id, "status": "not-shown", "severity": "info", "evidence": "that both enclaves attest each other is not shown"}
}

answered contains a if {
	some w in input.workloads
	input.context.guest.mutual_attestation
	a := {"artefact": w.path, "workload": w.id, "evidence": "the context names it"}
}
