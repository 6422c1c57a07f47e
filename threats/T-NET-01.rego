# id: T-NET-01
# title: Plain traffic leaves the guest
# text: The TEE protects memory, not packets. Requests and answers that leave the guest in the clear are read and
#   changed by the cluster's network.
# precondition: The attacker is on the pod network, or is the cluster.
# crossings: X11
# assets: A-DATA
# attackers: OO NA
# mechanisms: M-NET
# needs: k8s
# properties: data.confidentiality data.integrity
# seed: S13 S27
# within: T-NET-03
# severity: high
# decided: A Service, a probe or a backend of an Ingress or an HTTPRoute to a port that is named or numbered as http; for a
#   pod with ports and no such object, not shown.
# remedy: Speak TLS inside of the guest; https ports in Services and probes.
package threats["T-NET-01"]

import data.lib
import rego.v1

plain_numbers := {80, 8000, 8080}

plain_name(name) if lower(name) in {"http", "h2c", "http-web", "web-http", "kubernetes.io/h2c"}

plain_port(p) if p.port in plain_numbers

plain_port(p) if p.targetPort in plain_numbers

plain_port(p) if plain_name(p.name)

plain_port(p) if plain_name(p.appProtocol)

plain_port(p) if {
	is_string(p.targetPort)
	plain_name(p.targetPort)
}

finding contains f if {
	some o in input.objects
	o.kind == "Service"
	some p in o.object.spec.ports
	plain_port(p)
	f := {"artefact": o.path, "subject": lib.text(["Service ", o.name]), "line": o.line, "evidence": lib.text(["Service ", o.name, " sends plain HTTP to the pod"])}
}

local_host(g) if object.get(g, "host", "") in {"localhost", "127.0.0.1", "::1"}

finding contains f if {
	some c in lib.containers
	some name in ["livenessProbe", "readinessProbe", "startupProbe"]
	g := c.container[name].httpGet
	object.get(g, "scheme", "HTTP") == "HTTP"
	not local_host(g)
	f := {
		"artefact": c.path, "workload": c.workload, "subject": lib.text([c.container.name, " ", name]), "line": c.container.line, "severity": "high",
		"evidence": lib.text([name, " of container ", c.container.name, " speaks plain HTTP from the node"]),
	}
}

finding contains f if {
	some o in input.objects
	o.kind == "Ingress"
	some backend in backends(o.object.spec)
	plain_backend(backend)
	f := {"artefact": o.path, "subject": lib.text(["Ingress ", o.name]), "line": o.line, "evidence": lib.text(["Ingress ", o.name, " sends plain HTTP to the pod"])}
}

backends(spec) := array.concat(
	[p.backend.service.port | some r in spec.rules; some p in r.http.paths],
	[port | port := spec.defaultBackend.service.port],
)

finding contains f if {
	some o in input.objects
	o.kind == "HTTPRoute"
	some r in o.object.spec.rules
	some b in r.backendRefs
	b.port in plain_numbers
	f := {"artefact": o.path, "subject": lib.text(["HTTPRoute ", o.name]), "line": o.line, "evidence": lib.text(["HTTPRoute ", o.name, " sends plain HTTP to the pod"])}
}

plain_backend(b) if b.number in plain_numbers

plain_backend(b) if plain_name(b.name)

finding contains f if {
	some w in input.workloads
	not lib.traffic_shown(w)
	f := {
		"artefact": w.path, "workload": w.id, "line": w.line, "status": "not-shown", "severity": "info",
		"evidence": "the pod has ports, and no Service, Ingress or route was supplied: what is sent to them is not shown",
	}
}

answered contains a if {
	some w in input.workloads
	count(finding) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no Service, probe or Ingress speaks plain HTTP to the pod"}
}
