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
# decided: A command or arguments in the pod: nothing measures them. Without any, not shown.
# remedy: Build arguments and environment into the measured image of the enclave.
package threats["T-ENC-02"]

import data.lib
import rego.v1

given(c) := [key | some key in ["command", "args"]; count(c[key]) > 0]

finding contains f if {
	some c in lib.containers
	count(given(c.container)) > 0
	f := {
		"artefact": c.path, "workload": c.workload, "subject": c.container.name, "line": c.container.line, "status": "unanswered",
		"evidence": lib.text(["the host hands ", concat(" and ", given(c.container)), " of container ", c.container.name, " to the enclave, and nothing measures them"]),
	}
}

finding contains f if {
	some c in lib.containers
	count(given(c.container)) == 0
	f := {
		"artefact": c.path, "workload": c.workload, "subject": c.container.name, "line": c.container.line, "status": "not-shown", "severity": "info",
		"evidence": lib.text(["whether container ", c.container.name, " takes its environment from the host is not shown"]),
	}
}
