# id: T-BOOT-01
# title: No TEE is started
# text: The runtime class of the pod starts an ordinary container or an ordinary virtual machine. Everything else may
#   be right: memory is open to the host all the same. A pod that needs no attestation runs without a word.
# precondition: The attacker chooses what is launched.
# crossings: X10 X3
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-FAIL M-EVID
# needs: k8s
# seed: S6 S16 S18 S19 S20 S25
# severity: critical
# decided: The runtime class is missing or known to start no TEE; a known TEE class answers; another one is not shown.
# remedy: runtimeClassName of a TEE: kata-qemu-tdx, kata-qemu-snp, kata-remote, enclave-cc.
package threats["T-BOOT-01"]

import data.lib
import rego.v1

class(w) := object.get(w.spec, "runtimeClassName", "")

plain(name) := trim_suffix(name, "-runtime-rs")

known(name) if data.classes.runtime_classes[plain(name)]

no_tee(name) if name == ""

no_tee(name) if plain(name) in data.classes.no_tee_classes

no_tee(name) if {
	some end in data.classes.no_tee_suffixes
	endswith(name, end)
}

say(name) := "no runtime class: the node's default starts no TEE" if name == ""

say(name) := lib.text(["runtime class ", name, " starts no TEE"]) if name != ""

line(w) := object.get(w.spec_lines, "runtimeClassName", w.line)

finding contains f if {
	some w in input.workloads
	no_tee(class(w))
	f := {"artefact": w.path, "workload": w.id, "line": line(w), "status": "unanswered", "evidence": say(class(w))}
}

finding contains f if {
	some w in input.workloads
	not no_tee(class(w))
	not known(class(w))
	f := {
		"artefact": w.path, "workload": w.id, "line": line(w), "status": "not-shown", "severity": "info",
		"evidence": lib.text(["runtime class ", class(w), " is not known: whether it starts a TEE is not shown"]),
	}
}

answered contains a if {
	some w in input.workloads
	not no_tee(class(w))
	known(class(w))
	a := {"artefact": w.path, "workload": w.id, "evidence": lib.text(["runtime class ", class(w), " starts a TEE"])}
}
