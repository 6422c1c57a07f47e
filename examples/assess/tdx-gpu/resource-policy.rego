package policy

import rego.v1

default allow := false

# The digest of each initdata document, as the evidence of this platform carries it, and what its pod may have.
workloads := {"96bfef02e0b9711d9e8bab4d77dad967cd2995cbc7279710dda4fcd09264aa73777e9ba7b47c6415118938afdb38c7b7": {
	["default", "security-policy", "segment"],
	["default", "cosign-public-key", "segment"],
	["default", "sealing-key", "segment"],
	["default", "segment", "weights-key"],
}}

allow if {
	data.plugin == "resource"
	every _, part in input.submods {
		part["ear.status"] == "affirming"
	}
	evidence := input.submods.cpu0["ear.veraison.annotated-evidence"]
	evidence["tdx"]
	input.submods.gpu0["ear.veraison.annotated-evidence"].nvidia
	data["resource-path"] in workloads[evidence.init_data]
}
