# id: T-ATT-04
# title: Container obtains evidence or tokens over data of its choice
# text: The guest's REST service gives containers evidence or tokens. A container that was broken into speaks for the
#   whole guest and passes the token on.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X12
# assets: A-EVID A-SEC
# attackers: XC
# mechanisms: M-LOC
# needs: k8s
# seed: S2 S3 S11
# refs: guest-components #863
# severity: high
# decided: agent.guest_components_rest_api is all or attestation on the kernel command line.
# remedy: Leave the feature at resource.
package threats["T-ATT-04"]

import data.lib
import rego.v1

finding contains f if {
	some p in lib.kernel_words
	lib.rest_api(p.word) in {"all", "attestation"}
	f := {
		"artefact": p.workload.path, "workload": p.workload.id, "status": "unanswered", "find": "guest_components_rest_api",
		"evidence": lib.text([p.word, " lets any container request evidence"]),
	}
}

open_rest(w) if {
	some word in w.kernel_params
	lib.rest_api(word) in {"all", "attestation"}
}

answered contains a if {
	some w in input.workloads
	not open_rest(w)
	a := {"artefact": w.path, "workload": w.id, "evidence": "the REST feature is not widened on the command line"}
}
