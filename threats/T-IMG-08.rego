# id: T-IMG-08
# title: Old signed image served
# text: Signatures do not expire. A registry that serves an old signed image under the tag gives back its known holes.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X6 X10
# assets: A-CODE
# attackers: RO NA OO
# mechanisms: M-DIG M-POL
# needs: k8s
# properties: code.integrity
# probes: C03
# seed: S12 S14
# within: T-IMG-01 T-API-03
# severity: medium
# decided: A tag in the pod and no digest in the agent policy, or C03 allowed.
# remedy: Bind the digest.
package threats["T-IMG-08"]

import data.lib
import rego.v1

finding contains f if {
	some c in lib.containers
	c.container.reference.digest == ""
	f := {
		"artefact": c.path, "workload": c.workload, "subject": c.container.name, "line": c.container.line,
		"evidence": lib.text(["image ", c.container.reference.text, " names no version that stays"]),
	}
}

finding contains f if {
	some agent in lib.live_agents
	count(lib.hits(agent, {"C03"})) > 0
	f := lib.api_finding(agent, {"C03"}, "medium")
}

pinned(workload) if {
	some agent in lib.live_agents
	workload in agent.workloads
	lib.refused(agent, {"C03"}) == {"C03"}
	count(lib.uncalibrated(agent, {"C03"})) == 0
}

finding contains f if {
	some c in lib.containers
	c.container.reference.digest != ""
	not pinned(c.workload)
	count([x | some x in lib.live_agents; count(lib.hits(x, {"C03"})) > 0]) == 0
	f := {
		"artefact": c.path, "workload": c.workload, "subject": c.container.name, "line": c.container.line, "status": "not-shown", "severity": "info",
		"evidence": lib.text(["container ", c.container.name, " is named by digest; that no other one is started is not shown"]),
	}
}

answered contains a if {
	some c in lib.containers
	c.container.reference.digest != ""
	pinned(c.workload)
	a := {"artefact": c.path, "workload": c.workload, "evidence": lib.text(["container ", c.container.name, " is named by digest, and the agent policy refuses another one"]), "probes": ["C03"]}
}
