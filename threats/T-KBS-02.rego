# id: T-KBS-02
# title: Administration wider than needed
# text: A role may do more than its name says: its pattern admits any path, a query behind the path, or the
#   alternative behind a bar. Tokens of another service are taken because no issuer or audience is asked for.
# precondition: The attacker reaches the broker.
# crossings: X8 X9 X17
# assets: A-SEC A-POL A-REF
# attackers: OO NA
# mechanisms: M-ADM
# needs: broker-config
# seed: S5 S26 S28
# refs: kbs 7.3; kbs P31
# severity: medium
# decided: An ACL pattern with .*, an alternation outside of its anchors, or a class that admits ? or %; identity
#   providers without issuer or audience.
# proofs: tests/e2e/test_admin.py
# remedy: Patterns of plain characters and [a-z-]+, anchored; issuer and audience for each provider.
package threats["T-KBS-02"]

import data.lib
import rego.v1

acls(b) := object.get(object.get(object.get(object.get(b.settings, "admin", {}), "authorization", {}), "regex_acl", {}), "acls", [])

providers(b) := object.get(object.get(object.get(object.get(b.settings, "admin", {}), "authentication", {}), "bearer_jwt", {}), "identity_providers", [])

outside(p) := regex.replace(p, `\([^()]*\)`, "")

loose(p) := "admits any characters" if regex.match(`\.[*+]`, p)

loose(p) := "has an alternative outside of its anchors" if {
	not regex.match(`\.[*+]`, p)
	contains(outside(p), "|")
}

loose(p) := "has a class that admits ? or %" if {
	not regex.match(`\.[*+]`, p)
	not contains(outside(p), "|")
	regex.match(`\[\^|\[[^\]]*[?%]|\\S`, p)
}

finding contains f if {
	some b in input.brokers
	some acl in acls(b)
	why := loose(acl.allowed_endpoints)
	f := {"artefact": b.path, "subject": acl.role, "status": "weak", "find": acl.allowed_endpoints, "evidence": lib.text(["the pattern of role ", acl.role, " ", why])}
}

finding contains f if {
	some b in input.brokers
	some p in providers(b)
	some key in ["issuer", "audience"]
	not p[key]
	f := {"artefact": b.path, "subject": key, "status": "weak", "find": "identity_providers", "evidence": lib.text(["an identity provider without ", key])}
}

answered contains a if {
	some b in input.brokers
	count([f | some f in finding; f.artefact == b.path]) == 0
	count(acls(b)) > 0
	a := {"artefact": b.path, "evidence": "roles have anchored patterns, and providers have issuer and audience"}
}

answered contains a if {
	some b in input.brokers
	lib.casemate(b)
	a := {"artefact": b.path, "evidence": lib.text(["the roles of a casemate broker are fixed by method and decoded path: ", lib.proofs("T-KBS-02")])}
}
