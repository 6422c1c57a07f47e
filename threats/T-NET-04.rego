# id: T-NET-04
# title: Sidecar injected into the pod
# text: A mesh injects its proxy into the pod. TLS ends in a program of the cluster, inside of the TEE. What the
#   service says passes through it in the clear.
# precondition: The attacker is on the pod network, or is the cluster.
# crossings: X11
# assets: A-DATA
# attackers: OO NA
# mechanisms: M-POL M-NET
# needs: k8s
# seed: S13 S27
# severity: high
# decided: Labels or annotations of known injectors that are switched on.
# remedy: Switch injection off for confidential pods.
package threats["T-NET-04"]

import data.lib
import rego.v1

off := {"false", "disabled", "no", ""}

marks contains {"w": w, "key": key, "value": value} if {
	some w in input.workloads
	some key, value in object.union(w.labels, w.annotations)
	key in data.classes.injector_marks
	not lower(value) in off
}

finding contains f if {
	some m in marks
	f := {
		"artefact": m.w.path, "workload": m.w.id, "subject": m.key, "line": object.get(m.w.annotation_lines, m.key, m.w.line), "find": m.key,
		"evidence": lib.text([m.key, ": ", m.value]),
	}
}

answered contains a if {
	some w in input.workloads
	count([m | some m in marks; m.w.id == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no injector is asked for"}
}
