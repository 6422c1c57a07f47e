# id: T-ORC-04
# title: Webhook rewrites the pod
# text: Webhooks of the cluster change pods on their way: variables, mounts, containers. What runs is not what was
#   written. The agent policy must pin what they could change.
# precondition: The attacker writes objects of the cluster.
# crossings: X10
# assets: A-POL A-DATA
# attackers: OO
# mechanisms: M-POL
# needs: k8s
# probes: C09 C22 C31 C33
# seed: S21 S27 S28
# severity: low
# decided: Markers of injectors at the pod, with an agent policy that leaves environment, mounts or containers open;
#   not shown where the refusals of the policy show nothing.
# remedy: Pin environment, mounts and containers in the agent policy.
package threats["T-ORC-04"]

import data.lib
import rego.v1

ids := {"C09", "C22", "C31", "C33"}

open(w) if {
	some a in lib.live_agents
	w.id in a.workloads
	count(lib.hits(a, ids)) > 0
}

open(w) if w.initdata.document == null

marked(w) if {
	some key, value in object.union(w.labels, w.annotations)
	key in data.classes.injector_marks
	not lower(value) in {"false", "disabled", "no", ""}
}

finding contains f if {
	some w in input.workloads
	marked(w)
	open(w)
	f := {"artefact": w.path, "workload": w.id, "line": w.line, "evidence": "an injector is asked for, and the agent policy leaves open what it changes"}
}

# The policy's refusals show something: it lets the pod itself pass, and can decide.
pinned(w) if {
	some a in lib.live_agents
	w.id in a.workloads
	count(lib.hits(a, ids) | lib.undecided(a, ids) | lib.uncalibrated(a, ids)) == 0
	count(lib.refused(a, ids)) > 0
}

finding contains f if {
	some w in input.workloads
	marked(w)
	not open(w)
	not pinned(w)
	f := {
		"artefact": w.path, "workload": w.id, "line": w.line, "status": "not-shown", "severity": "info",
		"evidence": "an injector is asked for; whether the agent policy leaves open what it changes is not shown",
	}
}

answered contains a if {
	some w in input.workloads
	pinned(w)
	a := {"artefact": w.path, "workload": w.id, "evidence": "the agent policy pins environment, mounts and containers"}
}

reason := "no injector is asked for, and no agent policy pins what one would change"
