# id: T-API-01
# title: Agent policy allows everything
# text: The policy in the initdata lets the host do whatever it asks. The pod is attested with exactly this policy, so
#   the attestation says nothing against it. The host then starts its own programs inside the pod, reads its
#   memory through them and takes its secrets.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL M-INV M-ASS
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: D00
# seed: S3 S5 S27 S28
# refs: agent 5.4
# severity: critical
# decided: D00: CreateContainerRequest is true for the empty input, or three quarters of all entrypoints are, or
#   AllowRequestsFailingPolicy is true.
# remedy: Write a policy for this pod: genpolicy from the pod YAML, or deny by default and allow what the pod needs.
# bad:
#   default CreateContainerRequest := true
# good:
#   default CreateContainerRequest := false
package threats["T-API-01"]

import data.lib
import rego.v1

open_create(agent) if "CreateContainerRequest" in agent.open_entrypoints

allows_all(agent) := "CreateContainerRequest is true for the empty input" if open_create(agent)

allows_all(agent) := lib.text([lib.number_text(agent.open_share), " % of the entrypoints are true for the empty input"]) if {
	not open_create(agent)
	not agent.allows_failing
	agent.open_share >= 75
}

allows_all(agent) := "AllowRequestsFailingPolicy is true" if {
	not open_create(agent)
	agent.allows_failing
}

finding contains f if {
	some agent in lib.live_agents
	f := {
		"artefact": agent.artefact, "workload": lib.first_of(agent.workloads), "status": "unanswered",
		"evidence": lib.text(["D00 ", allows_all(agent)]), "probes": ["D00"], "find": "default CreateContainerRequest",
	}
}

answered contains a if {
	some agent in lib.live_agents
	agent.state == "compiled"
	not allows_all(agent)
	a := {
		"artefact": agent.artefact, "workload": lib.first_of(agent.workloads), "probes": ["D00"],
		"evidence": lib.text([lib.number_text(agent.open_share), " % of the entrypoints are true for the empty input"]),
	}
}

reason := lib.no_agent
