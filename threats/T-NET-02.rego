# id: T-NET-02
# title: Peer not verified
# text: The workload speaks TLS and does not look at the certificate of the other side. Whoever is between answers.
# precondition: The attacker is on the pod network, or is the cluster.
# crossings: X11
# assets: A-DATA
# attackers: OO NA
# mechanisms: M-NET
# needs: k8s
# properties: data.confidentiality data.integrity
# seed: S13 S27
# severity: medium
# decided: Flags like --insecure, verify=false, NODE_TLS_REJECT_UNAUTHORIZED=0 in args or env.
# remedy: Give the workload the certificate of its peer.
package threats["T-NET-02"]

import data.lib
import rego.v1

off := {"false", "0", "no", "off"}

on := {"true", "1", "yes", "on"}

# A flag that turns verification off by being there, and is none where it is set to false.
bare_flag(word) if regex.match(`^--?(insecure|insecure-skip-verify|insecure-skip-tls-verify|skip-verify|skip-tls-verify|tls-skip-verify|no-check-certificate|no-verify-ssl|no-verify)$`, word)

set_flag(word) if {
	regex.match(`^--?[a-z-]*(insecure|skip-verify|skip-tls-verify|no-verify)[a-z-]*=`, word)
	lower(regex.replace(word, `^[^=]*=`, "")) in on
}

set_flag(word) if {
	regex.match(`^(--?)?[a-z.-]*(verify|tls-verify|ssl-verify|verify-ssl|check-certificate)=`, word)
	lower(regex.replace(word, `^[^=]*=`, "")) in off
}

turned_off(list, n) if lower(list[n + 1]) in off

bad(list, n) if {
	bare_flag(list[n])
	not turned_off(list, n)
}

bad(list, n) if set_flag(list[n])

bad_var(v) if {
	v.name == "NODE_TLS_REJECT_UNAUTHORIZED"
	v.value == "0"
}

bad_var(v) if {
	v.name in {"PYTHONHTTPSVERIFY", "GIT_SSL_VERIFY", "SSL_VERIFY", "TLS_VERIFY"}
	lower(v.value) in off
}

bad_var(v) if {
	regex.match(`(INSECURE|SKIP_VERIFY|SKIP_TLS_VERIFY)$`, v.name)
	lower(v.value) in on
}

finding contains f if {
	some c in lib.containers
	some list in ["command", "args"]
	some n, _ in c.container[list]
	bad(c.container[list], n)
	f := {
		"artefact": c.path, "workload": c.workload, "subject": lib.text([c.container.name, " ", c.container[list][n]]), "line": c.container.line, "find": c.container[list][n],
		"evidence": lib.text([c.container[list][n], " in ", list, " of container ", c.container.name]),
	}
}

finding contains f if {
	some w in input.workloads
	some v in w.vars
	bad_var(v)
	f := {"artefact": w.path, "workload": w.id, "subject": lib.text([v.container, " ", v.name]), "line": v.line, "evidence": lib.text([v.name, "=", v.value, " in container ", v.container])}
}

answered contains a if {
	some w in input.workloads
	count([f | some f in finding; f.workload == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no argument and no variable turns verification off"}
}
