# id: T-IMG-01
# title: Mutable reference
# text: A tag is a name that the registry moves. What was reviewed and what is pulled tomorrow are two things. The
#   policy and the signature of yesterday may fit both.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X6 X10
# assets: A-CODE
# attackers: RO NA OO
# mechanisms: M-DIG M-POL
# needs: k8s
# properties: code.integrity
# seed: S12 S14
# severity: high
# decided: No digest in the image reference of a container.
# remedy: Name the image with its digest: repository@sha256:...
# bad:
#   image: registry.example.org/shop/web:1.4
# good:
#   image: registry.example.org/shop/web@sha256:da4a0170...
package threats["T-IMG-01"]

import data.lib
import rego.v1

finding contains f if {
	some c in lib.containers
	not c.container.reference.digest
	f := {
		"artefact": c.path, "workload": c.workload, "subject": c.container.name, "line": c.container.line,
		"evidence": lib.text(["image of container ", c.container.name, " has no digest"]),
	}
}

finding contains f if {
	some c in lib.containers
	c.container.reference.digest == ""
	f := {
		"artefact": c.path, "workload": c.workload, "subject": c.container.name, "line": c.container.line,
		"evidence": lib.text(["image ", c.container.reference.text, " has no digest"]),
	}
}

answered contains a if {
	some c in lib.containers
	c.container.reference.digest != ""
	a := {"artefact": c.path, "workload": c.workload, "evidence": lib.text(["container ", c.container.name, " is named by digest"])}
}
