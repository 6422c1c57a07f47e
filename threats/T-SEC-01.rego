# id: T-SEC-01
# title: Secret readable by the control plane
# text: A password, a key or a token stands in the pod, in a ConfigMap or in an ordinary Secret. Everybody who reads
#   the cluster's store has it, before any pod is started. The TEE protects nothing that was public before.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X10 X5 X12
# assets: A-SEC
# attackers: OO IO NA XC
# mechanisms: M-SEAL
# needs: k8s
# properties: data.confidentiality
# seed: S3 S11 S12
# severity: critical
# decided: Literal secrets in env, args and ConfigMaps; keys of Secrets that are neither sealed nor public. A Secret or
#   ConfigMap that a pod uses and that was not supplied is not shown.
# remedy: Seal it (casemate seal) or fetch it from the broker inside the guest.
# bad:
#   - name: DB_PASSWORD
#     value: h4rm0nic-otter-77
# good:
#   - name: DB_PASSWORD
#     value: sealed.eyJhbGciOi...
package threats["T-SEC-01"]

import data.lib
import rego.v1

kinds := {"name": "a value under a secret name", "pem": "a private key", "url": "a URL with a password"}

finding contains f if {
	some w in input.workloads
	some v in w.vars
	v.origin in {"literal", "configmap"}
	v.secret != null
	f := {
		"artefact": w.path, "workload": w.id, "subject": lib.text(["env ", v.container, "/", v.name]), "line": v.line,
		"evidence": lib.text(["env ", v.name, " of container ", v.container, " is ", kinds[v.secret.kind], " (", lib.number_text(v.secret.length), " bytes) from ", v.origin]),
	}
}

finding contains f if {
	some w in input.workloads
	some s in w.secret_words
	f := {
		"artefact": w.path, "workload": w.id, "subject": lib.text([s.list, " ", s.container, "/", lib.number_text(s.index)]), "line": s.line,
		"evidence": lib.text([s.list, " of container ", s.container, " hold ", kinds[s.kind]]),
	}
}

open_class := {"opaque", "private-key"}

words := {"opaque": "is not sealed", "private-key": "is a private key in the clear"}

finding contains f if {
	some o in input.objects
	o.kind == "Secret"
	o.type != "kubernetes.io/service-account-token"
	some k in o.keys
	k["class"] in open_class
	f := {
		"artefact": o.path, "workload": user_of(o), "subject": lib.text(["Secret ", o.name, "/", k.name]), "line": k.line,
		"evidence": lib.text(["Secret ", o.name, ", key ", k.name, " (", lib.number_text(k.length), " bytes) ", words[k["class"]]]),
	}
}

user_of(o) := lib.first_of([w.id | some w in input.workloads; w.namespace == o.namespace])

finding contains f if {
	some o in input.objects
	o.kind == "ConfigMap"
	some part in ["data", "binaryData"]
	some key, value in o.object[part]
	value == "(cut)"
	f := {
		"artefact": o.path, "workload": user_of(o), "subject": lib.text(["ConfigMap ", o.name, "/", key]), "line": o.line, "find": key,
		"evidence": lib.text(["ConfigMap ", o.name, ", key ", key, " looks like a secret"]),
	}
}

# What the pods are given, and where from.
given contains {"w": w, "kind": "Secret", "name": name} if {
	some w in input.workloads
	some c in w.containers
	some name in {e.valueFrom.secretKeyRef.name | some e in c.env} | {e.secretRef.name | some e in c.envFrom}
}

given contains {"w": w, "kind": "ConfigMap", "name": name} if {
	some w in input.workloads
	some c in w.containers
	some name in {e.valueFrom.configMapKeyRef.name | some e in c.env} | {e.configMapRef.name | some e in c.envFrom}
}

sources(w) := array.concat(w.spec.volumes, [s | some v in w.spec.volumes; some s in v.projected.sources])

given contains {"w": w, "kind": "Secret", "name": name} if {
	some w in input.workloads
	some name in {s.secret.secretName | some s in sources(w)} | {s.secret.name | some s in sources(w)}
}

given contains {"w": w, "kind": "ConfigMap", "name": name} if {
	some w in input.workloads
	some name in {s.configMap.name | some s in sources(w)}
}

supplied(g) if {
	some o in input.objects
	o.kind == g.kind
	o.name == g.name
	o.namespace in {"", g.w.namespace}
}

finding contains f if {
	some g in given
	not supplied(g)
	f := {
		"artefact": g.w.path, "workload": g.w.id, "subject": lib.text([g.kind, " ", g.name]), "find": g.name, "status": "not-shown", "severity": "info",
		"evidence": lib.text([g.kind, " ", g.name, " was not supplied: whether it holds a secret in the clear is not shown"]),
	}
}

answered contains a if {
	some w in input.workloads
	count(finding) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no secret stands in the clear in the pod, its ConfigMaps or its Secrets"}
}
