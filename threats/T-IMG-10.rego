# id: T-IMG-10
# title: Registry login in the node's hands
# text: imagePullSecrets give the login of the registry to the node and to everybody who reads Secrets. The guest
#   pulls with its own login from the broker.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X10 X6
# assets: A-SEC
# attackers: OO
# mechanisms: M-TLS
# needs: k8s
# seed: S12 S14
# severity: low
# decided: imagePullSecrets in the pod.
# remedy: Store the login in the broker: authenticated_registry_credentials_uri.
package threats["T-IMG-10"]

import data.lib
import rego.v1

finding contains f if {
	some w in input.workloads
	some s in w.spec.imagePullSecrets
	f := {
		"artefact": w.path, "workload": w.id, "subject": s.name, "line": object.get(w.spec_lines, "imagePullSecrets", 0),
		"evidence": lib.text(["imagePullSecrets hands ", s.name, " to the node"]),
	}
}

answered contains a if {
	some w in input.workloads
	count(object.get(w.spec, "imagePullSecrets", [])) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no login of a registry is in the pod"}
}
