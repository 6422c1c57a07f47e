package policy

import rego.v1

default allow := false

# The digest of each initdata document, as the evidence of this platform carries it, and what its pod may have.
workloads := {"a6ade974ae54551d1ea740a7884825cc91f4e5c2008d1c68825e1d10100423fc": {
	["default", "security-policy", "ledger"],
	["default", "cosign-public-key", "ledger"],
	["default", "sealing-key", "ledger"],
	["default", "ledger", "db-password"],
}}

allow if {
	data.plugin == "resource"
	every _, part in input.submods {
		part["ear.status"] == "affirming"
	}
	evidence := input.submods.cpu0["ear.veraison.annotated-evidence"]
	evidence["snp"]
	data["resource-path"] in workloads[evidence.init_data]
}
