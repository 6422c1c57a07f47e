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
# decided: Never: no runtime that is read here does more than seal to the signer.
# unseen: How files go from one enclave to the other stands in no file of a deployment.
# remedy: Attest both enclaves to each other.
package threats["T-ENC-03"]

import data.lib
import rego.v1

finding contains f if {
	some w in input.workloads
	f := {"artefact": w.path, "workload": w.id, "status": "not-shown", "severity": "info", "evidence": "that both enclaves attest each other is not shown"}
}
