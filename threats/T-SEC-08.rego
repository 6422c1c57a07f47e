# id: T-SEC-08
# title: Broker link not authenticated
# text: The guest asks for its secrets over a link that anybody may answer. The answer is encrypted to the guest, but
#   not signed by the broker: the host injects image policies, keys and configuration of its own.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X5
# assets: A-SEC
# attackers: NA OO IO
# mechanisms: M-TLS
# needs: initdata broker-config
# seed: S3 S11 S12
# severity: high
# severity_rule: medium where nothing comes over the link; low for https without a certificate
# decided: http:// in aa.toml or cdh.toml or insecure_http = true; a certificate text that is none, expired or for
#   another name; https without one is low.
# remedy: https with the broker's certificate in aa.toml and cdh.toml.
# bad:
#   url = "http://10.21.7.40:8080"
# good:
#   url = "https://kbs.trust.example.org:8443"
package threats["T-SEC-08"]

import data.lib
import rego.v1

carries(d) if d.cdh.image.image_security_policy_uri != ""

carries(d) if count(d.closure) > 0

level(d) := "high" if carries(d)

level(d) := "medium" if not carries(d)

bad_state := {"malformed": "is no certificate", "expired": "has expired", "not-yet": "is not valid yet", "other-name": "is for another name"}

finding contains f if {
	some d in lib.live_docs
	some s in d.services
	s.scheme == "http"
	not s.is_loopback
	f := {
		"artefact": lib.entry(d, s.entry), "workload": lib.first_of(d.workloads), "severity": level(d), "line": s.line, "status": "unanswered",
		"evidence": lib.text(["the broker is http://", s.host, ": nobody knows who answers"]),
	}
}

finding contains f if {
	some d in lib.live_docs
	some s in d.services
	not s.parsed
	f := {"artefact": lib.entry(d, s.entry), "workload": lib.first_of(d.workloads), "severity": "medium", "line": s.line, "status": "weak", "evidence": "the broker's address is no URL"}
}

finding contains f if {
	some d in lib.live_docs
	some s in d.services
	s.scheme == "https"
	word := bad_state[s.certificate.state]
	f := {
		"artefact": lib.entry(d, s.entry), "workload": lib.first_of(d.workloads), "severity": level(d), "line": s.line, "status": "weak",
		"evidence": lib.text(["the certificate for ", s.host, " ", word]),
	}
}

finding contains f if {
	some d in lib.live_docs
	some s in d.services
	s.scheme == "https"
	s.certificate.state == "absent"
	f := {
		"artefact": lib.entry(d, s.entry), "workload": lib.first_of(d.workloads), "severity": "low", "line": s.line, "status": "weak",
		"evidence": lib.text(["https to ", s.host, " without a certificate of its own: any public authority may vouch for it"]),
	}
}

finding contains f if {
	some b in input.brokers
	b.settings.http_server.insecure_http == true
	f := {"artefact": b.path, "severity": "high", "status": "unanswered", "find": "insecure_http", "evidence": "http_server.insecure_http = true"}
}

finding contains f if {
	some b in input.brokers
	b.settings.server.insecure_http == true
	f := {"artefact": b.path, "severity": "high", "status": "unanswered", "find": "insecure_http", "evidence": "server.insecure_http = true"}
}

good(s) if {
	s.scheme == "https"
	s.certificate.state == "valid"
}

answered contains a if {
	some d in lib.live_docs
	count(d.services) > 0
	every s in d.services {
		good(s)
	}
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": "https with a valid certificate of the broker"}
}

finding contains f if {
	some b in input.brokers
	b.settings.admin.insecure_http == true
	f := {"artefact": b.path, "subject": "admin", "severity": "medium", "status": "unanswered", "find": "insecure_http", "evidence": "admin.insecure_http = true: administration travels in the clear"}
}
