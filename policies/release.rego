# The release policy in force where none is set. A resource goes to a guest only if every part of it was appraised as
# affirming, its initdata is one that the operator bound to a workload (`casemate workload bind`), and the resource is
# on that workload's list. No binding, no release.
package policy

default allow := false

allow if {
	some_part
	not unsound_part
	resource in data.workloads[initdata]
}

resource := concat("/", data["resource-path"]) if data.plugin == "resource"

initdata := input.submods.cpu0["ear.veraison.annotated-evidence"].init_data

some_part if some _ in input.submods

# A part without a status is not affirming either.
unsound_part if {
	some part in input.submods
	not part["ear.status"] == "affirming"
}

bound if data.workloads[initdata]

# Why not: reason codes of the audit log.
refusal := "release.no-policy" if count(data.workloads) == 0

else := "release.not-affirming" if not some_part

else := "release.not-affirming" if unsound_part

else := "release.initdata" if not bound

else := "release.other-workload"
