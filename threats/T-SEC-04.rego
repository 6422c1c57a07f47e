# id: T-SEC-04
# title: Sealed secret not verified
# text: A sealed secret whose signature nobody checks is a note from the host: it names whatever resource the host
#   likes, or carries a value of its own.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X10 X5 X12
# assets: A-SEC
# attackers: OO IO NA XC
# mechanisms: M-SEAL
# needs: k8s
# seed: S3 S11 S12
# severity: high
# decided: skip_sealed_secret_verification = true; a header or signature that cannot be decoded, or that is not ES256.
# remedy: Sign sealed secrets with ES256 and leave the verification on.
package threats["T-SEC-04"]

import data.lib
import rego.v1

finding contains f if {
	some d in lib.live_docs
	d.cdh.skip_sealed_secret_verification == true
	f := {
		"artefact": lib.entry(d, "cdh.toml"), "workload": lib.first_of(d.workloads), "status": "unanswered", "find": "skip_sealed_secret_verification",
		"evidence": "skip_sealed_secret_verification = true",
	}
}

finding contains f if {
	some w in input.workloads
	some v in w.vars
	v.origin != "secret"
	v.sealed.state == "broken"
	f := {
		"artefact": w.path, "workload": w.id, "subject": lib.text(["env ", v.container, "/", v.name]), "line": v.line, "status": "weak",
		"evidence": lib.text(["env ", v.name, ": ", v.sealed.why]),
	}
}

finding contains f if {
	some o in input.objects
	some k in o.keys
	k.sealed.state == "broken"
	f := {
		"artefact": o.path, "subject": lib.text(["Secret ", o.name, "/", k.name]), "line": k.line, "status": "weak",
		"evidence": lib.text(["Secret ", o.name, ", key ", k.name, ": ", k.sealed.why]),
	}
}

sound contains v.sealed if {
	some w in input.workloads
	some v in w.vars
	v.sealed.state == "sound"
}

answered contains a if {
	count(finding) == 0
	some d in lib.live_docs
	count(sound) > 0
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": "sealed secrets are signed with ES256, and the verification is on"}
}

reason := "no sealed secret is used"
