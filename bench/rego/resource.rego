# Which resource a token opens: affirming, and of the workload that the path names.
package policy

default allow := false

path := split(data["resource-path"], "/")

allow if {
	count(path) == 3
	input["submods"]["cpu0"]["ear.status"] == "affirming"
	not input.submods.cpu0["ear.appraisal-failed"]
	input.submods.cpu0["ear.trustworthiness-vector"].executables == 3
	path[1] == input.submods.cpu0["ear.annotated-evidence"].init_data_claims.name
}

allow if {
	count(path) == 3
	path[0] == "public"
	input.submods.cpu0["ear.status"] in {"affirming", "warning"}
}
