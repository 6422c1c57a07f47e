# Claims of several kinds of hardware against reference values, as trust vectors.
package policy

default executables := 33
default hardware := 97
default configuration := 36

trust_claims := {"executables": executables, "hardware": hardware, "configuration": configuration}

executables := 3 if {
	input.snp.measurement in data.reference.snp_launch_measurement
}

executables := 3 if {
	input.tdx.quote.body.mr_td in data.reference.tdx_mr_td
	tdx_kernel
}

executables := 3 if {
	input.tpm.pcr11 in data.reference.tpm_pcr11
}

tdx_kernel if {
	some event in input.tdx.uefi_event_logs
	event.type_name == "EV_EFI_BOOT_SERVICES_APPLICATION"
	some digest in event.digests
	digest.alg == "SHA-384"
	digest.digest in data.reference.tdx_kernel
}

hardware := 2 if {
	input.snp.reported_tcb_bootloader in data.reference.snp_bootloader
	input.snp.reported_tcb_microcode in data.reference.snp_microcode
	input.snp.reported_tcb_snp in data.reference.snp_snp_svn
	input.snp.reported_tcb_tee in data.reference.snp_tee_svn
}

hardware := 2 if {
	input.tdx.quote.body.mr_seam in data.reference.tdx_mr_seam
	input.tdx.quote.body.tcb_svn in data.reference.tdx_tcb_svn
}

hardware := 2 if {
	input.tpm.ek in data.reference.tpm_ek
}

configuration := 2 if {
	input.snp.platform_smt_enabled in data.reference.snp_smt_enabled
	input.snp.platform_tsme_enabled in data.reference.snp_tsme_enabled
	input.snp.policy_abi_major in data.reference.snp_guest_abi_major
	input.snp.policy_abi_minor in data.reference.snp_guest_abi_minor
	input.snp.policy_single_socket in data.reference.snp_single_socket
	input.snp.policy_debug_allowed == false
	input.snp.policy_migrate_ma == false
}

configuration := 2 if {
	input.tdx.td_attributes.debug == false
	input.tdx.quote.body.xfam in data.reference.tdx_xfam
}
