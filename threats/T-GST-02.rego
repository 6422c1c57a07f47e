# id: T-GST-02
# title: Debug output leaves the guest
# text: At debug level the agent and the guest services write requests and paths to a log that the host reads. Names,
#   arguments and sometimes values go with it.
# precondition: The attacker chooses what is launched.
# crossings: X2 X3
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-LOG
# layouts: kata-vm peer-pods
# needs: k8s
# properties: data.confidentiality
# seed: S6 S16 S18 S19 S20 S25
# severity: low
# decided: agent.log=debug or trace, agent.trace on the command line; [log] level debug or trace in aa.toml or cdh.toml.
# remedy: Leave the level at info.
package threats["T-GST-02"]

import data.lib
import rego.v1

loud(word) if word in {"agent.log=debug", "agent.log=trace", "agent.trace", "agent.trace=true", "agent.log_vport"}

finding contains f if {
	some w in input.workloads
	words := [word | some word in w.kernel_params; loud(word)]
	count(words) > 0
	f := {"artefact": w.path, "workload": w.id, "find": words[0], "status": "unanswered", "evidence": concat(" ", words)}
}

finding contains f if {
	some d in lib.live_docs
	some name in ["aa", "cdh"]
	d[name].log.level in {"debug", "trace"}
	f := {
		"artefact": lib.entry(d, concat("", [name, ".toml"])), "workload": lib.first_of(d.workloads), "status": "unanswered",
		"evidence": lib.text(["[log] level = ", d[name].log.level]), "find": "level",
	}
}

answered contains a if {
	some w in input.workloads
	count([word | some word in w.kernel_params; loud(word)]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no parameter raises the level of logs"}
}
