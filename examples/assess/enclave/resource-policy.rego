package policy

import rego.v1

default allow := false

allow if {
	data.plugin == "resource"
	data["resource-path"] in {["default", "vault", "key"]}
	every _, part in input.submods {
		part["ear.status"] == "affirming"
	}
	evidence := input.submods.cpu0["ear.veraison.annotated-evidence"]
	evidence.sgx
}
