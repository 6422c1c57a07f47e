# Tests of the release policy: casemate policy test --coverage policies/release.rego policies/release_test.rego
# Refusals first. Each one takes away a single thing from a request that is released.
package release_test

import data.policy

affirming := {"ear.status": "affirming", "ear.veraison.annotated-evidence": {"init_data": "aa11"}}

token := {"submods": {"cpu0": affirming}}

bound := {"aa11": ["default/key/one"], "bb22": ["default/key/two"]}

path := ["default", "key", "one"]

released(document, workloads, resource) if {
	policy.allow with input as document
		with data.plugin as "resource"
		with data["resource-path"] as resource
		with data.workloads as workloads
}

why(document, workloads, resource) := reason if {
	reason := policy.refusal with input as document
		with data.plugin as "resource"
		with data["resource-path"] as resource
		with data.workloads as workloads
}

test_refused_without_anything if {
	not policy.allow with input as {}
}

test_refused_without_workloads if {
	not released(token, {}, path)
	why(token, {}, path) == "release.no-policy"
}

test_refused_without_a_part if {
	every document in [{}, {"submods": {}}, {"submods": null}, null] {
		not released(document, bound, path)
		why(document, bound, path) == "release.not-affirming"
	}
}

test_refused_by_each_status if {
	every status in ["none", "warning", "contraindicated", "Affirming", "affirming ", "", null, true, 2] {
		document := {"submods": {"cpu0": object.union(affirming, {"ear.status": status})}}
		not released(document, bound, path)
		why(document, bound, path) == "release.not-affirming"
	}
}

test_refused_without_a_status if {
	document := {"submods": {"cpu0": object.remove(affirming, ["ear.status"])}}
	not released(document, bound, path)
	why(document, bound, path) == "release.not-affirming"
}

test_refused_for_one_bad_part_among_others if {
	every part in [{"ear.status": "warning"}, {}, null, "affirming"] {
		document := {"submods": {"cpu0": affirming, "gpu0": part}}
		not released(document, bound, path)
		why(document, bound, path) == "release.not-affirming"
	}
}

test_refused_without_initdata if {
	document := {"submods": {"cpu0": {"ear.status": "affirming", "ear.veraison.annotated-evidence": {}}}}
	not released(document, bound, path)
	why(document, bound, path) == "release.initdata"
}

test_refused_for_initdata_that_nobody_bound if {
	every initdata in ["cc33", "aa1", "aa111", "AA11", "", null, ["aa11"]] {
		document := {"submods": {"cpu0": object.union(affirming, {"ear.veraison.annotated-evidence": {"init_data": initdata}})}}
		not released(document, bound, path)
		why(document, bound, path) == "release.initdata"
	}
}

# The initdata is that of the processor: a part of another name speaks for nobody.
test_refused_without_a_processor if {
	document := {"submods": {"gpu0": affirming}}
	not released(document, bound, path)
	why(document, bound, path) == "release.initdata"
}

test_refused_for_the_resource_of_another_workload if {
	not released(token, bound, ["default", "key", "two"])
	why(token, bound, ["default", "key", "two"]) == "release.other-workload"
}

test_refused_for_a_path_that_is_only_like_it if {
	every resource in [["default", "key"], ["default", "key", "one", "more"], ["default", "key", "on"], [], ["Default", "key", "one"]] {
		not released(token, bound, resource)
		why(token, bound, resource) == "release.other-workload"
	}
}

test_refused_for_another_plugin if {
	not policy.allow with input as token
		with data.plugin as "pkcs11"
		with data["resource-path"] as path
		with data.workloads as bound
}

test_refused_for_a_workload_without_resources if {
	not released(token, {"aa11": []}, path)
	why(token, {"aa11": []}, path) == "release.other-workload"
}

test_released if released(token, bound, path)

test_released_with_more_parts if {
	released({"submods": {"cpu0": affirming, "gpu0": {"ear.status": "affirming"}}}, bound, path)
}
