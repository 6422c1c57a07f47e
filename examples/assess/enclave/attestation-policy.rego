package policy

import rego.v1

default executables := 33

default hardware := 97

default configuration := 36

trust_claims := {
	"executables": executables,
	"hardware": hardware,
	"configuration": configuration,
	"file-system": 0,
	"instance-identity": 0,
	"runtime-opaque": 0,
	"storage-opaque": 0,
	"sourced-data": 0,
}

executables := 3 if {
	input.sgx.body.mr_enclave in query_reference_value("vault_enclave")
	input.sgx.body.mr_signer in query_reference_value("vault_signer")
	input.sgx.body.isv_svn in query_reference_value("vault_version")
}

hardware := 2 if {
	input.sgx.header.vendor_id == "939a7233f79c4ca9940a0db3957f0607"
	input.sgx.tcb_status == "UpToDate"
	input.sgx.collateral_expiration_status == "0"
}

# Debug is the second bit of the flags.
configuration := 2 if input.sgx.body["attributes.flags"] in query_reference_value("vault_flags")
