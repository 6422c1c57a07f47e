# id: T-INIT-09
# title: Guest services talk to different brokers
# text: The attestation agent gets its token from one broker and the data hub its secrets from another. One of them
#   was forgotten, or is the attacker's.
# precondition: The host stores, transports and chooses initdata.
# crossings: X3 X10
# assets: A-POL
# attackers: IO OO
# mechanisms: M-INIT M-TLS
# layouts: kata-vm peer-pods
# needs: initdata
# seed: S3 S28
# severity: medium
# decided: aa.toml and cdh.toml name different schemes, hosts or ports.
# remedy: Name the same broker in both.
package threats["T-INIT-09"]

import data.lib
import rego.v1

differ(a, b) if a.scheme != b.scheme

differ(a, b) if a.host != b.host

differ(a, b) if a.port != b.port

pair(d) := [a, b] if {
	a := [s | some s in d.services; s.entry == "aa.toml"; s.parsed][0]
	b := [s | some s in d.services; s.entry == "cdh.toml"; s.parsed][0]
}

finding contains f if {
	some d in lib.live_docs
	p := pair(d)
	differ(p[0], p[1])
	f := {
		"artefact": d.path, "workload": lib.first_of(d.workloads), "line": p[1].line, "status": "weak",
		"evidence": lib.text(["aa.toml names ", p[0].host, ", cdh.toml names ", p[1].host, ": not the same scheme, host and port"]),
	}
}

answered contains a if {
	some d in lib.live_docs
	p := pair(d)
	not differ(p[0], p[1])
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": lib.text(["both services name ", p[0].host])}
}
