# id: T-SEC-07
# title: Secret leaks after unsealing
# text: An unsealed value in a command line shows in every list of processes, in dumps and in logs. A guest that
#   continues after a failed unsealing runs with the sealed text as its password.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X12 X5 X10
# assets: A-SEC
# attackers: IO XC
# mechanisms: M-SEAL M-LOG
# needs: k8s
# seed: S3 S11 S12
# refs: kata #13586
# severity: low
# decided: An unsealed variable in an argument, written $(NAME); a guest version known to continue.
# remedy: Read the value from the environment or a file, not from the command line.
package threats["T-SEC-07"]

import data.lib
import rego.v1

sealed_name(w, name) if {
	some v in w.vars
	v.name == name
	v.sealed
}

finding contains f if {
	some w in input.workloads
	some c in w.containers
	some list in ["command", "args"]
	some word in c[list]
	some name in regex.find_n(`\$\([A-Za-z_][A-Za-z0-9_]*\)`, word, -1)
	plain := trim_suffix(trim_prefix(name, "$("), ")")
	sealed_name(w, plain)
	f := {"artefact": w.path, "workload": w.id, "subject": lib.text([c.name, "/", plain]), "line": c.line, "evidence": lib.text(["the unsealed value of ", plain, " is an argument of container ", c.name])}
}

answered contains a if {
	some w in input.workloads
	some v in w.vars
	v.sealed
	count(finding) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no unsealed value is an argument"}
}

reason := "no sealed secret is used"
