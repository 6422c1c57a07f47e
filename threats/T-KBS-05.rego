# id: T-KBS-05
# title: Broker in untrusted hands
# text: Whoever runs the broker has all secrets and makes all tokens. A broker inside of the cluster that it is to
#   distrust is in the hands of exactly that cluster.
# precondition: The attacker reaches the broker.
# crossings: X8 X9 X17
# assets: A-SEC A-POL A-REF
# attackers: OO IO
# mechanisms: M-OWN
# needs: initdata
# seed: S5 S26 S28
# severity: critical
# severity_rule: high where the operator is trusted but the host is in the cluster
# decided: The context names the orchestration or infrastructure operator; or the address is a service of the cluster
#   while the broker is not in a TEE. High where the operator is trusted but the host is in the cluster.
# remedy: Run the broker outside, under the data owner or the workload provider, or in an attested TEE.
package threats["T-KBS-05"]

import data.lib
import rego.v1

hostile := {"orchestration-operator", "infrastructure-operator"}

operator := input.context.broker.operator

in_tee if input.context.broker.location == "tee"

inside(d) if {
	some s in d.services
	s.is_cluster_name
	not in_tee
}

inside(d) if {
	input.context.broker.location == "same-cluster"
	count(d.services) > 0
}

# The entry that names a service of the cluster, else the first that names a broker.
named(d) := array.concat([s.entry | some s in d.services; s.is_cluster_name], [s.entry | some s in d.services])

place(d) := lib.entry(d, lib.first_of(named(d))) if inside(d)

place(d) := lib.entry(d, lib.first_of([s.entry | some s in d.services])) if {
	not inside(d)
	count(d.services) > 0
}

place(d) := d.path if {
	not inside(d)
	count(d.services) == 0
}

finding contains f if {
	some d in lib.live_docs
	operator in hostile
	not in_tee
	f := {
		"artefact": place(d), "workload": lib.first_of(d.workloads), "severity": "critical", "status": "unanswered", "related": [b.path | some b in input.brokers],
		"evidence": lib.text(["the context says that the ", operator, " runs the broker", where(d)]), "find": "url",
	}
}

where(d) := ", inside of the cluster" if inside(d)

where(d) := "" if not inside(d)

finding contains f if {
	some d in lib.live_docs
	not operator in hostile
	inside(d)
	f := {
		"artefact": place(d), "workload": lib.first_of(d.workloads), "severity": level, "status": "unanswered", "find": "url",
		"evidence": "the broker is inside of the cluster that it is to distrust",
	}
}

level := "high" if operator in {"data-owner", "workload-provider"}

level := "critical" if not operator in {"data-owner", "workload-provider"}

answered contains a if {
	some d in lib.live_docs
	count(d.services) > 0
	not operator in hostile
	not inside(d)
	operator != ""
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": lib.text(["the ", operator, " runs the broker, and its address is outside of the cluster"])}
}
