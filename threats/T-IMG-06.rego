# id: T-IMG-06
# title: Signature of another image accepted
# text: A signature says that somebody signed some image. Without a check of the identity the signature of one image
#   covers another, and a signed old tool is started in place of the service.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X6 X10
# assets: A-CODE
# attackers: RO CP
# mechanisms: M-SIG
# needs: image-policy
# properties: code.integrity
# seed: S12 S14
# severity: medium
# decided: sigstoreSigned without signedIdentity, or remapIdentity to a wider prefix, in a scope that is in use.
# remedy: signedIdentity: exactRepository.
package threats["T-IMG-06"]

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

loose(r) := "without signedIdentity" if {
	r.type == "sigstoreSigned"
	not r.signedIdentity
}

loose(r) := "with an identity that maps to a wider prefix" if {
	r.signedIdentity.type == "remapIdentity"
	count(split(trim_suffix(r.signedIdentity.signedPrefix, "/"), "/")) < count(split(trim_suffix(r.signedIdentity.prefix, "/"), "/"))
}

finding contains f if {
	some p in in_force
	some s, list in scopes(p)
	some r in list
	why := loose(r)
	f := {"artefact": p.path, "subject": lib.text(["scope ", s]), "status": "weak", "find": s, "evidence": lib.text(["the scope '", s, "' is ", r.type, " ", why])}
}

answered contains a if {
	some p in in_force
	count([r | some _, list in scopes(p); some r in list; loose(r)]) == 0
	count([r | some _, list in scopes(p); some r in list; r.type in {"sigstoreSigned", "signedBy"}]) > 0
	a := {"artefact": p.path, "evidence": "signatures are checked with the identity of the image"}
}

reason := "no image policy is in force"
