# id: T-NET-05
# title: Identity issued by the cluster
# text: The identity of the workload comes from an authority of the cluster: a mesh, or a service account. The cluster
#   then makes as many such workloads as it likes.
# precondition: The attacker is on the pod network, or is the cluster.
# crossings: X11
# assets: A-DATA
# attackers: OO NA
# mechanisms: M-NET
# needs: k8s
# seed: S13 S27
# within: T-NET-04
# severity: medium
# decided: A mesh marker at the pod, or a projected service account token with an audience of its own.
# remedy: Take the identity from attestation.
package threats["T-NET-05"]

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
	f := {"artefact": m.w.path, "workload": m.w.id, "subject": m.key, "find": m.key, "evidence": lib.text(["the mesh of ", m.key, " issues the identity of the workload"])}
}

finding contains f if {
	some w in input.workloads
	some v in w.spec.volumes
	some s in v.projected.sources
	audience := s.serviceAccountToken.audience
	f := {"artefact": w.path, "workload": w.id, "subject": v.name, "find": v.name, "evidence": lib.text(["volume ", v.name, " gives a token of the cluster for ", audience])}
}

answered contains a if {
	some w in input.workloads
	count([f | some f in finding; f.workload == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no identity of the cluster is used"}
}
