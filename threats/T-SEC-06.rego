# id: T-SEC-06
# title: Every container can fetch every resource
# text: The guest's REST service does not ask which container speaks. What one container may have, all may have.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X12 X5 X10
# assets: A-SEC
# attackers: XC
# mechanisms: M-LOC
# needs: k8s
# seed: S3 S11 S12
# severity: low
# severity_rule: info for the default feature
# decided: The REST feature is all or attestation: low; the default with containers of several images: info.
# remedy: One container image for each pod, or a guest that gives resources by container.
package threats["T-SEC-06"]

import data.lib
import rego.v1

wide(w) if {
	some word in w.kernel_params
	lib.rest_api(word) in {"all", "attestation"}
}

images(w) := {c.image | some c in w.containers}

finding contains f if {
	some w in input.workloads
	wide(w)
	f := {"artefact": w.path, "workload": w.id, "find": "guest_components_rest_api", "evidence": "the REST feature is wider than resource"}
}

finding contains f if {
	some w in input.workloads
	not wide(w)
	count(images(w)) > 1
	not lib.our_guest
	f := {"artefact": w.path, "workload": w.id, "severity": "info", "evidence": "containers of several images share the guest's resources"}
}

answered contains a if {
	some w in input.workloads
	not wide(w)
	count(images(w)) == 1
	a := {"artefact": w.path, "workload": w.id, "evidence": "all containers are of one image"}
}
