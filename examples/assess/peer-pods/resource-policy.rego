package policy

import rego.v1

default allow := false

# The digest of each initdata document, as the evidence of this platform carries it, and what its pod may have.
workloads := {"36922ee01f2ebf513c8a7419992b601384e7bc74e56c5887b32cb02f33855b23": {
	["default", "security-policy", "payroll"],
	["default", "cosign-public-key", "payroll"],
	["default", "sealing-key", "payroll"],
	["default", "payroll", "db-password"],
}}

allow if {
	data.plugin == "resource"
	every _, part in input.submods {
		part["ear.status"] == "affirming"
	}
	evidence := input.submods.cpu0["ear.veraison.annotated-evidence"]
	evidence["az-tdx-vtpm"]
	data["resource-path"] in workloads[evidence.init_data]
}
