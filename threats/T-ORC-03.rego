# id: T-ORC-03
# title: Cluster-controlled input in the pod
# text: The cluster puts a token, addresses of services and fields of the pod into the container. The workload
#   believes them; the cluster writes them.
# precondition: The attacker writes objects of the cluster.
# crossings: X10
# assets: A-POL A-DATA
# attackers: OO
# mechanisms: M-POL
# needs: k8s
# seed: S21 S27 S28
# severity: low
# severity_rule: info where the token is not mounted
# decided: A service account token that is mounted, service links that are on, or fields that are consumed. Info where
#   the token is not mounted.
# remedy: automountServiceAccountToken: false, enableServiceLinks: false.
package threats["T-ORC-03"]

import data.lib
import rego.v1

token(w) if not w.spec.automountServiceAccountToken == false

links(w) if not w.spec.enableServiceLinks == false

fields(w) if {
	some v in w.vars
	v.origin == "field"
}

level(w) := "low" if token(w)

level(w) := "info" if not token(w)

finding contains f if {
	some w in input.workloads
	parts := [p | some p in ["token", "links", "fields"]; holds(w, p)]
	count(parts) > 0
	f := {"artefact": w.path, "workload": w.id, "severity": level(w), "line": w.line, "evidence": concat(", ", [names[p] | some p in parts])}
}

holds(w, "token") if token(w)

holds(w, "links") if links(w)

holds(w, "fields") if fields(w)

names := {"token": "the service account token is mounted", "links": "service links are on", "fields": "fields of the pod are consumed"}

answered contains a if {
	some w in input.workloads
	count([f | some f in finding; f.workload == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no token, no service links, no fields"}
}
