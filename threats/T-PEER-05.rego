# id: T-PEER-05
# title: Provider's paravisor or vTPM in the trusted base
# text: On some clouds a paravisor of the provider runs inside of the TEE and holds the vTPM. It sees the memory of
#   the guest. Whether it is trusted is a decision, not a fact.
# precondition: The attacker operates the cloud account or the adaptor.
# crossings: X15
# assets: A-GST A-DATA
# attackers: IO OO
# mechanisms: M-TEE
# layouts: peer-pods
# needs: peer-pods
# seed: S8 S16 S17
# severity: medium
# decided: The TEE is az-snp-vtpm or az-tdx-vtpm: unanswered unless accepted.
# remedy: Accept it by name in the context, with reason and end, or use a platform without it.
package threats["T-PEER-05"]

import data.lib
import rego.v1

place := input.peer_pods[0].path if count(input.peer_pods) > 0

place := input.workloads[0].path if {
	count(input.peer_pods) == 0
	count(input.workloads) > 0
}

finding contains f if {
	endswith(input.context.tee, "-vtpm")
	f := {"artefact": place, "evidence": lib.text(["evidence ", input.context.tee, ": the provider's paravisor holds the vTPM"])}
}

answered contains a if {
	input.context.tee != ""
	not endswith(input.context.tee, "-vtpm")
	a := {"artefact": place, "evidence": lib.text(["evidence ", input.context.tee, " has no paravisor of the provider"])}
}
