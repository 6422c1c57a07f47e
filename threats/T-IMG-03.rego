# id: T-IMG-03
# title: Policy accepts anything
# text: The image policy lets unsigned images pass: by its default, or for a scope that covers the image. The
#   signature of one image is checked and the next one is not.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X6 X10
# assets: A-CODE
# attackers: RO NA OO
# mechanisms: M-SIG
# needs: image-policy
# properties: code.integrity
# seed: S12 S14
# refs: guest 5.5
# severity: high
# decided: The default, or a scope that matches a used name, is insecureAcceptAnything or an empty list.
# remedy: default: [{"type": "reject"}], and a signed scope for each repository.
# bad:
#   "default": [{"type": "insecureAcceptAnything"}]
# good:
#   "default": [{"type": "reject"}]
package threats["T-IMG-03"]

import data.lib
import rego.v1

named if {
	some d in lib.live_docs
	d.cdh.image.image_security_policy_uri != ""
}

# A supplied file counts where a document names a policy; what stands inside of cdh.toml counts for itself.
in_force contains p if {
	some p in input.image_policies
	contains(p.path, "#")
}

in_force contains p if {
	some p in input.image_policies
	named
}

in_force contains p if {
	some p in input.image_policies
	count(input.documents) == 0
}

used contains c.container.reference.repository if some c in lib.containers

covers(scope, name) if scope == ""

covers(scope, name) if scope == name

covers(scope, name) if startswith(name, concat("", [scope, "/"]))

covers(scope, name) if startswith(name, concat("", [scope, "@"]))

covers(scope, name) if startswith(name, concat("", [scope, ":"]))

covers(scope, name) if {
	startswith(scope, "*.")
	endswith(split(name, "/")[0], trim_prefix(scope, "*"))
}

# The scopes that decide for an image in use, or for any.
scopes(p) := {s: list |
	some s, list in object.get(p.policy.transports, "docker", {})
	some name in used
	covers(s, name)
}

open_list(list) if count(list) == 0

open_list(list) if {
	some r in list
	r.type == "insecureAcceptAnything"
	not stricter(list)
}

stricter(list) if {
	some r in list
	r.type != "insecureAcceptAnything"
}

say(list) := "an empty list, which accepts" if count(list) == 0

say(list) := "insecureAcceptAnything" if count(list) > 0

finding contains f if {
	some p in in_force
	open_list(p.policy["default"])
	f := {"artefact": p.path, "subject": "default", "status": "weak", "find": "default", "evidence": lib.text(["the default is ", say(p.policy["default"])])}
}

finding contains f if {
	some p in in_force
	some s, list in scopes(p)
	open_list(list)
	f := {"artefact": p.path, "subject": lib.text(["scope ", s]), "status": "weak", "find": s, "evidence": lib.text(["the scope '", s, "' is ", say(list)])}
}

answered contains a if {
	some p in in_force
	not open_list(p.policy["default"])
	count([s | some s, list in scopes(p); open_list(list)]) == 0
	a := {"artefact": p.path, "evidence": "neither the default nor a scope in use accepts anything"}
}

reason := "no image policy is in force"
