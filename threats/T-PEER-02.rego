# id: T-PEER-02
# title: Instance type without a TEE
# text: The size of the virtual machine is one that has no TEE. The cloud starts it all the same, or fails in a way
#   that somebody works around.
# precondition: The attacker operates the cloud account or the adaptor.
# crossings: X15
# assets: A-GST A-DATA
# attackers: IO OO
# mechanisms: M-CFG
# layouts: peer-pods
# needs: peer-pods
# seed: S8 S16 S17
# within: T-PEER-01
# severity: high
# decided: A size that is not in the table of confidential families.
# remedy: Use a size of a confidential family (DC, EC on Azure; N2D, C3 on GCP; M6a, C6a, R6a on AWS).
package threats["T-PEER-02"]

import data.lib
import rego.v1

keys := ["AZURE_INSTANCE_SIZE", "AZURE_INSTANCE_SIZES", "PODVM_INSTANCE_TYPE", "PODVM_INSTANCE_TYPES", "GCP_MACHINE_TYPE"]

provider(p) := lower(p.settings.CLOUD_PROVIDER)

families(p) := data.classes.confidential_sizes[provider(p)]

known(p, size) if {
	some family in families(p)
	startswith(lower(size), family)
}

wrong contains {"p": p, "key": key, "size": size} if {
	some p in input.peer_pods
	families(p)
	some key in keys
	some size in split(p.settings[key], ",")
	size != ""
	not known(p, trim_space(size))
}

finding contains f if {
	some x in wrong
	f := {"artefact": x.p.path, "subject": x.key, "find": x.key, "evidence": lib.text([x.key, " = ", x.size, " is of no confidential family"])}
}

answered contains a if {
	some p in input.peer_pods
	count([x | some x in wrong; x.p.path == p.path]) == 0
	count([key | some key in keys; p.settings[key]]) > 0
	a := {"artefact": p.path, "evidence": "the size is of a confidential family"}
}
