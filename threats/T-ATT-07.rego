# id: T-ATT-07
# title: Workload runs without ever attesting
# text: A pod that needs nothing from the broker before it starts never attests. It runs the same on a machine without
#   any TEE, and nobody notices.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: IO OO
# mechanisms: M-EVID M-FAIL
# layouts: kata-vm peer-pods
# needs: initdata
# seed: S2 S3 S11
# severity: medium
# decided: aa.toml and cdh.toml name no broker, or the document needs no resource before start.
# remedy: Make the start depend on a resource: image policy by URI, a sealed secret, an image key.
package threats["T-ATT-07"]

import data.lib
import rego.v1

finding contains f if {
	some d in lib.live_docs
	count(d.services) == 0
	f := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": "neither aa.toml nor cdh.toml names a broker"}
}

finding contains f if {
	some d in lib.live_docs
	count(d.services) > 0
	count(d.closure) == 0
	f := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": "no resource is needed before the pod starts: it runs without attesting"}
}

answered contains a if {
	some d in lib.live_docs
	count(d.services) > 0
	count(d.closure) > 0
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": lib.text(["the pod needs ", d.closure[0], " and ", lib.number_text(count(d.closure) - 1), " more"])}
}
