# id: T-ORC-02
# title: Setting has no effect where it stands
# text: A setting stands on the Deployment and not on its pods, or its name is misspelt. Kubernetes says nothing, and
#   the pods start without it.
# precondition: The attacker writes objects of the cluster.
# crossings: X10
# assets: A-POL A-DATA
# attackers: OO
# mechanisms: M-ASS
# needs: k8s
# seed: S21 S27 S28
# severity: high
# decided: cc_init_data, a runtime class or a runtime annotation in the workload's own metadata; a name that nearly is a
#   known key.
# remedy: Move it to spec.template.metadata.annotations, or correct its name.
package threats["T-ORC-02"]

import data.lib
import rego.v1

prefix := "io.katacontainers."

misplaced contains {"w": w, "key": key} if {
	some w in input.workloads
	w.has_template
	some key, _ in w.own.annotations
	startswith(key, prefix)
	not lib.has(w.annotations, key)
}

finding contains f if {
	some m in misplaced
	f := {
		"artefact": m.w.path, "workload": m.w.id, "subject": m.key, "find": m.key, "status": "unanswered",
		"evidence": lib.text([m.key, " stands in metadata.annotations of the ", m.w.kind, "; spec.template.metadata.annotations has none"]),
	}
}

plain(key) := lower(replace(replace(replace(key, "_", ""), "-", ""), ".", ""))

near contains {"w": w, "key": key, "meant": known} if {
	some w in input.workloads
	some key, _ in w.annotations
	some known in data.classes.known_annotations
	key != known
	plain(key) == plain(known)
}

near contains {"w": w, "key": key, "meant": known} if {
	some w in input.workloads
	some key, _ in w.annotations
	some known in data.classes.known_annotations
	key != known
	endswith(known, concat("", [".", split(key, ".")[count(split(key, ".")) - 1]]))
	not startswith(key, "io.katacontainers.config.hypervisor.")
	contains(key, "kata")
}

near contains {"w": w, "key": key, "meant": known} if {
	some w in input.workloads
	some key, _ in w.labels
	some known in data.classes.known_annotations
	key == known
}

finding contains f if {
	some n in near
	f := {
		"artefact": n.w.path, "workload": n.w.id, "subject": n.key, "find": n.key, "status": "unanswered",
		"evidence": lib.text([n.key, " has no effect; meant is probably the annotation ", n.meant]),
	}
}

answered contains a if {
	some w in input.workloads
	count([f | some f in finding; f.workload == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "every runtime setting stands where it takes effect"}
}
