# id: T-API-03
# title: Another image is started
# text: The host asks the agent to pull an image that the pod does not name. The container then runs foreign code
#   under the identity and with the secrets of the pod. Only a comparison of the pulled reference with a digest in
#   the policy, or an image signature policy, stops it.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL M-DIG M-SIG
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: C01 J01 C02 C03 C04 C05
# seed: S3 S5 S27 S28
# refs: agent 5.4 gap 1
# severity: critical
# severity_rule: high where only a near reference passes
# decided: C01 or J01 allowed (critical); only C02 to C05 allowed, or a policy that binds the tag of the pod and no
#   digest (high).
# remedy: Compare the source of every image_guest_pull storage with the reference including its digest.
# bad:
#   # the image source is validated elsewhere
# good:
#   pulled.source == c.image
package threats["T-API-03"]

import data.lib
import rego.v1

ids := {"C01", "J01"}

near := {"C02", "C03", "C04", "C05"}

finding contains f if some f in lib.api_findings(ids, "critical")

finding contains f if {
	some agent in lib.live_agents
	count(lib.hits(agent, ids)) == 0
	found := lib.hits(agent, near)
	count(found) > 0
	f := lib.api_finding(agent, found, "high")
}

finding contains f if {
	some agent in lib.live_agents
	agent.baseline.state == "accepted"
	count(lib.hits(agent, ids | near)) == 0
	some w in input.workloads
	w.id in agent.workloads
	some c in w.containers
	c.reference.parsed
	c.reference.digest == ""
	f := {
		"artefact": agent.artefact, "workload": w.id, "severity": "high", "status": "weak", "subject": c.name,
		"evidence": lib.text(["the policy accepts ", c.reference.text, ": a tag, which the registry may move"]),
		"related": [w.path],
	}
}

answered contains a if some a in lib.api_answered(ids | near)

reason := lib.no_agent
