# Tests of the built-in attestation policy:
# casemate policy test --coverage policies/attestation_cpu.rego policies/attestation_cpu_test.rego
# Refusals first. Each one changes a single thing of evidence that affirms.
package attestation_cpu_test

import data.policy

nothing := {"instance-identity": 2, "hardware": 97, "executables": 33, "configuration": 96}

good := {"instance-identity": 2, "hardware": 2, "executables": 3, "configuration": 2}

zero := "0000000000000000000000000000000000000000000000000000000000000000"

# Reference values, in place of what a broker asks its record.
nobody_registered(_) := null

snp := {
	"measurement": "aa",
	"reported_tcb_bootloader": 4,
	"reported_tcb_tee": 0,
	"reported_tcb_snp": 23,
	"reported_tcb_microcode": 213,
	"policy_debug_allowed": false,
	"policy_migrate_ma": false,
	"init_data": "00000000",
	"platform_smt_enabled": true,
	"platform_tsme_enabled": false,
	"policy_abi_major": 0,
	"policy_abi_minor": 0,
	"policy_single_socket": false,
	"policy_smt_allowed": true,
}

snp_registered := {
	"snp_launch_measurement": ["bb", "aa"],
	"snp_bootloader": [4],
	"snp_tee_svn": 0,
	"snp_snp_svn": [22, 23],
	"snp_microcode": 213,
	"snp_smt_enabled": true,
	"snp_tsme_enabled": [false],
	"snp_guest_abi_major": 0,
	"snp_guest_abi_minor": 0,
	"snp_single_socket": false,
	"snp_smt_allowed": true,
}

snp_reference(name) := object.get(snp_registered, name, null)

snp_claims(changes) := claims if {
	claims := policy.trust_claims with input as {"snp": object.union(snp, changes)}
		with query_reference_value as snp_reference
}

tpm := object.union(
	{sprintf("pcr%02d", [i]): zero | some i in numbers.range(0, 15)},
	{"pcr00": "a0", "pcr01": "a1", "pcr02": "a2", "pcr03": "a3", "pcr04": "a4", "pcr05": "a5", "pcr06": "a6", "pcr07": "a7", "pcr09": "a9"},
)

tpm_registered := {
	"tpm_pcr00": ["a0"],
	"tpm_pcr01": ["a1"],
	"tpm_pcr02": ["a2"],
	"tpm_pcr03": "a3",
	"tpm_pcr04": ["b4", "a4"],
	"tpm_pcr05": ["a5"],
	"tpm_pcr06": ["a6"],
	"tpm_pcr07": ["a7"],
	"tpm_pcr09": ["a9"],
	"tpm_pcr11": [],
}

tpm_reference(name) := object.get(tpm_registered, name, null)

tpm_reference_with_ima(name) := object.get(object.union(tpm_registered, {"tpm_pcr10": ["aa"]}), name, null)

tpm_claims(changes) := claims if {
	claims := policy.trust_claims with input as {"tpm": object.union(tpm, changes)}
		with query_reference_value as tpm_reference
}

sample_reference(name) := {"svn": [1], "launch_digest": "dd"}[name]

sample_claims(changes) := claims if {
	claims := policy.trust_claims with input as {"sample": object.union({"svn": 1, "launch_digest": "dd"}, changes)}
		with query_reference_value as sample_reference
}

test_nothing_holds_without_evidence if {
	every document in [{}, {"snp": {}}, {"tpm": {}}, {"sample": {}}, {"snp": null}, null, "", []] {
		policy.trust_claims == nothing with input as document with query_reference_value as snp_reference
		policy.trust_claims == nothing with input as document with query_reference_value as tpm_reference
		policy.trust_claims == nothing with input as document with query_reference_value as nobody_registered
	}
}

test_nothing_registered_holds_nothing if {
	every document in [{"snp": snp}, {"tpm": tpm}, {"sample": {"svn": 1, "launch_digest": "dd"}}] {
		policy.trust_claims == nothing with input as document with query_reference_value as nobody_registered
	}
}

# Neither a claim of null nor an empty list is a registered value.
test_null_equals_nothing if {
	document := {"snp": object.union(snp, {"measurement": null})}
	claims := policy.trust_claims with input as document with query_reference_value as nobody_registered
	claims == nothing
	not policy.holds(null, "x") with query_reference_value as nobody_registered
}

null_registered(_) := [null]

test_registered_null_holds_nothing if {
	not policy.holds(null, "x") with query_reference_value as null_registered
	policy.trust_claims == nothing with input as {"snp": object.union(snp, {"measurement": null})}
		with query_reference_value as null_registered
}

# An object is no list of values.
object_registered(_) := {"x": "aa"}

test_registered_object_holds_only_itself if {
	not policy.holds("aa", "x") with query_reference_value as object_registered
	policy.holds({"x": "aa"}, "x") with query_reference_value as object_registered
}

test_snp_platform_refused if {
	every name in ["reported_tcb_bootloader", "reported_tcb_tee", "reported_tcb_snp", "reported_tcb_microcode"] {
		every other in [999, "4", null, [4], true] {
			snp_claims({name: other}) == {"instance-identity": 2, "hardware": 97, "executables": 3, "configuration": 96}
		}
	}
}

test_snp_measurement_refused if {
	every other in ["ab", "AA", "", null, ["aa"], ["bb", "aa"]] {
		snp_claims({"measurement": other}) == {"instance-identity": 2, "hardware": 2, "executables": 33, "configuration": 96}
	}
}

test_snp_open_to_its_host_refused if {
	expected := {"instance-identity": 2, "hardware": 2, "executables": 3, "configuration": 96}
	every other in [true, null, 0, "false"] {
		snp_claims({"policy_debug_allowed": other}) == expected
		snp_claims({"policy_migrate_ma": other}) == expected
	}
}

# A field that no initdata was checked against holds nothing.
test_snp_unchecked_initdata_refused if {
	snp_claims({"init_data": "00000001"})["configuration"] == 96
}

test_snp_initdata_without_its_field_refused if {
	policy.trust_claims["configuration"] == 96 with input as {"snp": object.remove(snp, ["init_data"]), "init_data_claims": {}}
		with query_reference_value as snp_reference
}

# Measured and closed, but set up as nobody registered: still affirming, and said.
test_snp_other_settings_are_said if {
	every name in [
		"platform_smt_enabled", "platform_tsme_enabled", "policy_abi_major",
		"policy_abi_minor", "policy_single_socket", "policy_smt_allowed",
	] {
		snp_claims({name: "other"}) == object.union(good, {"configuration": 3})
	}
}

# Other settings do not stand in for what is not measured or not closed.
test_snp_other_settings_excuse_nothing if {
	every broken in [{"reported_tcb_tee": 9}, {"measurement": "ab"}, {"policy_debug_allowed": true}] {
		claims := snp_claims(object.union(broken, {"platform_smt_enabled": "other"}))
		claims["configuration"] == 96
	}
}

test_snp_affirms if snp_claims({}) == good

test_snp_with_initdata_affirms if {
	policy.trust_claims == good with input as {"snp": object.union(snp, {"init_data": "ee"}), "init_data_claims": {}}
		with query_reference_value as snp_reference
}

test_tpm_platform_refused if {
	every number in ["00", "01", "02", "03", "05", "06", "07"] {
		every other in ["a9", zero, "", null, ["a0"]] {
			tpm_claims({concat("", ["pcr", number]): other}) == {"instance-identity": 2, "hardware": 97, "executables": 3, "configuration": 96}
		}
	}
}

test_tpm_executables_refused if {
	every number in ["04", "09", "11", "12"] {
		every other in ["ff", "", null] {
			tpm_claims({concat("", ["pcr", number]): other}) == {"instance-identity": 2, "hardware": 2, "executables": 33, "configuration": 96}
		}
	}
}

# A machine that measured nothing is no machine that nobody registered.
test_tpm_nothing_measured_refused if {
	nothing_measured := {sprintf("pcr%02d", [i]): zero | some i in numbers.range(0, 15)}
	policy.trust_claims == nothing with input as {"tpm": nothing_measured} with query_reference_value as nobody_registered
}

# What nobody registered was extended all the same.
test_tpm_rest_refused if {
	every number in ["08", "10", "13", "14", "15"] {
		every other in ["ff", "", null] {
			tpm_claims({concat("", ["pcr", number]): other}) == {"instance-identity": 2, "hardware": 2, "executables": 3, "configuration": 96}
		}
	}
}

test_tpm_missing_register_refused if {
	every i in numbers.range(0, 15) {
		number := sprintf("pcr%02d", [i])
		claims := policy.trust_claims with input as {"tpm": object.remove(tpm, [number])}
			with query_reference_value as tpm_reference
		claims["configuration"] == 96
	}
}

test_tpm_initdata_without_its_register_refused if {
	policy.trust_claims["configuration"] == 96 with input as {"tpm": object.remove(tpm, ["pcr08"]), "init_data_claims": {}}
		with query_reference_value as tpm_reference
}

test_tpm_initdata_with_a_register_of_another_type_refused if {
	every other in [null, 0, ["ee"], {}, true] {
		policy.trust_claims["configuration"] == 96 with input as {"tpm": object.union(tpm, {"pcr08": other}), "init_data_claims": {}}
			with query_reference_value as tpm_reference
	}
}

test_tpm_ima_register_of_another_type_refused if {
	every other in [null, 0, [], true] {
		tpm_claims({"pcr10": other, "ima_boot_pcr10": other})["configuration"] == 96
	}
}

test_tpm_other_ima_register_refused if {
	policy.trust_claims["configuration"] == 96 with input as {"tpm": object.union(tpm, {"pcr10": "cc", "ima_boot_pcr10": "bb"})}
		with query_reference_value as tpm_reference
}

# A registered value is the only one: what the kernel leaves by itself does not count then.
test_tpm_ima_beside_the_registered_refused if {
	policy.trust_claims["configuration"] == 96 with input as {"tpm": object.union(tpm, {"pcr10": "bb", "ima_boot_pcr10": "bb"})}
		with query_reference_value as tpm_reference_with_ima
}

test_tpm_affirms if tpm_claims({}) == good

test_tpm_ima_after_boot_affirms if tpm_claims({"pcr10": "bb", "ima_boot_pcr10": "bb"}) == good

test_tpm_registered_ima_affirms if {
	policy.trust_claims == good with input as {"tpm": object.union(tpm, {"pcr10": "aa"})}
		with query_reference_value as tpm_reference_with_ima
}

test_tpm_with_initdata_affirms if {
	policy.trust_claims == good with input as {"tpm": object.union(tpm, {"pcr08": "ee"}), "init_data_claims": {}}
		with query_reference_value as tpm_reference
}

test_sample_refused if {
	sample_claims({"svn": 2}) == object.union(nothing, {"executables": 3})
	sample_claims({"launch_digest": "de"}) == object.union(nothing, {"hardware": 2})
	sample_claims({"svn": 2, "launch_digest": "de"}) == nothing
}

test_sample_affirms if sample_claims({}) == good
