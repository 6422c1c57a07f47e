# id: T-ENC-02
# title: Arguments and environment from the host
# text: Arguments and environment of an enclave come from the host with the bundle. They are not measured. The program
#   does what the host tells it.
# precondition: The attacker is the host of the enclaves.
# crossings: X16
# assets: A-CODE A-DATA A-SEC
# attackers: IO
# mechanisms: M-ENCL M-POL
# layouts: enclave
# needs: k8s
# seed: S8 S16 S17
# refs: agent 8
# severity: high
# decided: A measured template or a policy; without one, not shown.
# remedy: Measure the template of arguments and environment.
package threats["T-ENC-02"]

import data.lib
import rego.v1

finding contains f if {
	some w in input.workloads
	not input.context.guest.measured_template
	f := {"artefact": w.path, "workload": w.id, "status": "not-shown", "severity": "info", "evidence": "that arguments and environment are measured is not shown"}
}

answered contains a if {
	some w in input.workloads
	input.context.guest.measured_template
	a := {"artefact": w.path, "workload": w.id, "evidence": "the context names it"}
}
