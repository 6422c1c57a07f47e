# The attestation policy in force for processors where none is set: each measured part must be registered and equal.
# What a part is worth: 2 and 3 affirm, 32 and 33 warn, 96 and 97 contraindicate. instance-identity is never better than
# what the verifier found out about the machine.
package policy

trust_claims := {
	"instance-identity": 2,
	"hardware": hardware,
	"executables": executables,
	"configuration": configuration,
}

default hardware := 97

default executables := 33

default configuration := 96

# Whether a claim is one of the registered values. Nothing registered: nothing holds, and null is no value.
holds(value, name) if {
	value != null
	registered := query_reference_value(name)
	is_array(registered)
	value in registered
}

holds(value, name) if {
	value != null
	registered := query_reference_value(name)
	not is_array(registered)
	value == registered
}

# Whether the verifier compared the evidence with an initdata document.
has_initdata if is_object(input.init_data_claims)

# TPM 2.0: the firmware runs first and can extend any later register, so none of 0 to 15 may stay free.
pcr(number) := input.tpm[concat("", ["pcr", number])]

zero_pcr := "0000000000000000000000000000000000000000000000000000000000000000"

pcr_holds(number) if holds(pcr(number), concat("", ["tpm_pcr", number]))

# A register that nobody registered was never extended. Every boot extends 0 and 4: zero there, nothing was measured.
pcr_holds(number) if {
	not number in {"00", "04"}
	query_reference_value(concat("", ["tpm_pcr", number])) in {null, []}
	pcr(number) == zero_pcr
}

# 8 belongs to the initdata alone: the verifier compared it with the document, and without one it holds nothing.
initdata_holds if {
	has_initdata
	is_string(pcr("08"))
}

initdata_holds if {
	not has_initdata
	pcr("08") == zero_pcr
}

# 10 is registered, or unused, or what the kernel leaves there after a boot with its default rules.
ima_holds if pcr_holds("10")

ima_holds if {
	query_reference_value("tpm_pcr10") in {null, []}
	is_string(pcr("10"))
	pcr("10") == input.tpm.ima_boot_pcr10
}

tpm_platform_holds if {
	every number in ["00", "01", "02", "03", "05", "06", "07"] {
		pcr_holds(number)
	}
}

tpm_executables_hold if {
	every number in ["04", "09", "11", "12"] {
		pcr_holds(number)
	}
}

tpm_rest_holds if {
	every number in ["13", "14", "15"] {
		pcr_holds(number)
	}
	initdata_holds
	ima_holds
}

hardware := 2 if tpm_platform_holds

executables := 3 if tpm_executables_hold

configuration := 2 if {
	tpm_platform_holds
	tpm_executables_hold
	tpm_rest_holds
}

# SEV-SNP
snp_platform_holds if {
	holds(input.snp.reported_tcb_bootloader, "snp_bootloader")
	holds(input.snp.reported_tcb_tee, "snp_tee_svn")
	holds(input.snp.reported_tcb_snp, "snp_snp_svn")
	holds(input.snp.reported_tcb_microcode, "snp_microcode")
}

snp_measured if holds(input.snp.measurement, "snp_launch_measurement")

snp_closed if {
	input.snp.policy_debug_allowed == false
	input.snp.policy_migrate_ma == false
	snp_initdata_holds
}

snp_initdata_holds if {
	has_initdata
	is_string(input.snp.init_data)
}

# A field that no initdata was checked against holds nothing.
snp_initdata_holds if {
	not has_initdata
	replace(input.snp.init_data, "0", "") == ""
}

hardware := 2 if snp_platform_holds

executables := 3 if snp_measured

configuration := 3 if {
	snp_platform_holds
	snp_measured
	snp_closed
	not snp_as_registered
}

configuration := 2 if {
	snp_platform_holds
	snp_measured
	snp_closed
	snp_as_registered
}

snp_as_registered if {
	holds(input.snp.platform_smt_enabled, "snp_smt_enabled")
	holds(input.snp.platform_tsme_enabled, "snp_tsme_enabled")
	holds(input.snp.policy_abi_major, "snp_guest_abi_major")
	holds(input.snp.policy_abi_minor, "snp_guest_abi_minor")
	holds(input.snp.policy_single_socket, "snp_single_socket")
	holds(input.snp.policy_smt_allowed, "snp_smt_allowed")
}

# The sample TEE proves nothing; only a build and a configuration that both say insecure have it.
hardware := 2 if holds(input.sample.svn, "svn")

executables := 3 if holds(input.sample.launch_digest, "launch_digest")

configuration := 2 if {
	holds(input.sample.svn, "svn")
	holds(input.sample.launch_digest, "launch_digest")
}
