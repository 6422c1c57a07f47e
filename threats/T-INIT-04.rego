# id: T-INIT-04
# title: No agent policy in force: the guest image's built-in one decides
# text: Without a policy in the initdata the guest falls back to what its image has built in. Stock images have a
#   policy that allows everything. Nobody who looks at the pod sees that.
# precondition: The host stores, transports and chooses initdata.
# crossings: X10 X3
# assets: A-POL
# attackers: IO OO
# mechanisms: M-INIT M-FAIL
# layouts: kata-vm peer-pods
# needs: k8s initdata agent-policy
# probes: C01 E01 Y01
# seed: S3 S28
# refs: agent 4.7
# severity: high
# decided: The effective pod template has no initdata, or the document in force has no policy.rego. Answered where the
#   guest image's own policy was supplied and is strict.
# remedy: Put policy.rego into the initdata, and the annotation on the pod template.
package threats["T-INIT-04"]

import data.lib
import rego.v1

strict_default(a) if {
	a.is_loose
	a.state == "compiled"
	a.open_share < 50
	count(lib.hits(a, {"C01", "E01", "Y01"})) == 0
	not "CreateContainerRequest" in a.open_entrypoints
}

built_in := [a | some a in input.agents; a.is_loose]

safe if {
	some a in built_in
	strict_default(a)
}

open_default if {
	some a in built_in
	not strict_default(a)
}

status := "unanswered" if open_default

status := "not-shown" if not open_default

finding contains f if {
	some w in input.workloads
	w.initdata.annotation == "absent"
	not safe
	f := {
		"artefact": w.path, "workload": w.id, "line": w.line, "status": status, "severity": "high",
		"evidence": "the effective pod template has no initdata: the guest image's own policy decides",
	}
}

finding contains f if {
	some d in lib.live_docs
	not d.has_policy
	not safe
	f := {
		"artefact": d.path, "workload": lib.first_of(d.workloads), "status": status, "severity": "high",
		"evidence": "the document has no policy.rego: the guest image's own policy decides",
	}
}

answered contains a if {
	some d in lib.live_docs
	some agent in lib.live_agents
	agent.document == d.path
	agent.state == "compiled"
	a := {"artefact": d.policy, "workload": lib.first_of(d.workloads), "evidence": "the document in force carries an agent policy"}
}

answered contains a if {
	safe
	some b in built_in
	strict_default(b)
	a := {"artefact": b.artefact, "evidence": "the guest image's own policy is strict"}
}
