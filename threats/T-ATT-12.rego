# id: T-ATT-12
# title: Attached device not appraised
# text: The pod uses a GPU or a DPU. Its data goes there, but nobody looks at the evidence of the device. A device of
#   the host without protection does as well.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: IO OO NA
# mechanisms: M-DEV M-REL
# needs: resource-policy k8s
# probes: Q12
# seed: S2 S3 S11
# refs: evidence 15
# severity: high
# decided: The pod asks for a device and Q12 (device absent or contraindicated) is allowed.
# remedy: Ask for an affirming gpu0 beside cpu0.
package threats["T-ATT-12"]

import data.lib
import rego.v1

ids := {"Q12"}

finding contains f if some f in lib.policy_findings([r | some r in input.releases; r.wants_device], ids, "high")

answered contains a if some a in lib.policy_answered([r | some r in input.releases; r.wants_device], ids)

reason := "no workload asks for a device" if {
	every r in input.releases {
		not r.wants_device
	}
}
