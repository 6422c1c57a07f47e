# id: T-SEC-10
# title: Long-lived credential placed in the guest
# text: A login of a cloud, a key service or a registry lies in the guest for all its life. Who breaks into one
#   container uses it from anywhere.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X5 X10 X12
# assets: A-SEC
# attackers: XC
# mechanisms: M-REL
# needs: initdata
# seed: S3 S11 S12
# severity: low
# decided: [[credentials]] in cdh.toml, or a registry login whose scope is not the images used.
# remedy: Give the guest short-lived rights, or fetch single resources.
package threats["T-SEC-10"]

import data.lib
import rego.v1

finding contains f if {
	some d in lib.live_docs
	count(d.cdh.credentials) > 0
	f := {"artefact": lib.entry(d, "cdh.toml"), "workload": lib.first_of(d.workloads), "find": "credentials", "evidence": lib.text([lib.number_text(count(d.cdh.credentials)), " credentials are fetched at start and stay"])}
}

finding contains f if {
	some d in lib.live_docs
	d.cdh.image.authenticated_registry_credentials_uri != ""
	f := {
		"artefact": lib.entry(d, "cdh.toml"), "workload": lib.first_of(d.workloads), "subject": "registry", "severity": "info", "find": "authenticated_registry_credentials_uri",
		"evidence": "a registry login is placed in the guest; what it opens is not shown", "status": "not-shown",
	}
}

answered contains a if {
	some d in lib.live_docs
	not d.cdh.credentials
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": "no credential is placed in the guest"}
}
