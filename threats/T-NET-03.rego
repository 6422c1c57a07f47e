# id: T-NET-03
# title: TLS ends outside
# text: An Ingress or a Gateway ends TLS and passes requests on. The cluster then reads what the TEE is to protect,
#   and holds the key of the service.
# precondition: The attacker is on the pod network, or is the cluster.
# crossings: X11
# assets: A-DATA
# attackers: OO NA
# mechanisms: M-NET
# needs: k8s
# properties: data.confidentiality data.integrity
# seed: S13 S27
# severity: high
# decided: An Ingress or a Gateway with a TLS secret; the key of a service in a Secret; for a pod with ports and no object
#   that sends to them, not shown.
# remedy: Pass TLS through, and keep the key in the guest.
package threats["T-NET-03"]

import data.lib
import rego.v1

through(o) if o.object.metadata.annotations["nginx.ingress.kubernetes.io/ssl-passthrough"] == "true"

finding contains f if {
	some o in input.objects
	o.kind == "Ingress"
	count(o.object.spec.tls) > 0
	not through(o)
	f := {"artefact": o.path, "subject": lib.text(["Ingress ", o.name]), "line": o.line, "evidence": lib.text(["Ingress ", o.name, " ends TLS outside of the guest"])}
}

finding contains f if {
	some o in input.objects
	o.kind == "Gateway"
	some l in o.object.spec.listeners
	l.tls
	object.get(l.tls, "mode", "Terminate") == "Terminate"
	f := {"artefact": o.path, "subject": lib.text(["Gateway ", o.name]), "line": o.line, "evidence": lib.text(["Gateway ", o.name, " ends TLS outside of the guest"])}
}

finding contains f if {
	some o in input.objects
	o.kind == "Secret"
	o.type == "kubernetes.io/tls"
	some k in o.keys
	k["class"] == "private-key"
	f := {"artefact": o.path, "subject": lib.text(["Secret ", o.name]), "line": k.line, "evidence": lib.text(["Secret ", o.name, " holds the key of the service: whoever reads it ends TLS"])}
}

finding contains f if {
	some w in input.workloads
	not lib.traffic_shown(w)
	f := {
		"artefact": w.path, "workload": w.id, "line": w.line, "status": "not-shown", "severity": "info",
		"evidence": "the pod has ports, and no Service, Ingress or route was supplied: where TLS ends is not shown",
	}
}

answered contains a if {
	some w in input.workloads
	count(finding) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no Ingress, Gateway or Secret holds a key of the service"}
}
