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
	q := input.tdx.quote.body
	q.mr_td in query_reference_value("tdx_firmware")
	q.rtmr_0 in query_reference_value("tdx_firmware_settings")
	q.rtmr_1 in query_reference_value("tdx_kernel")
	q.rtmr_2 in query_reference_value("tdx_command_line")
}

hardware := 2 if {
	input.tdx.quote.header.tee_type == "81000000"
	input.tdx.quote.header.vendor_id == "939a7233f79c4ca9940a0db3957f0607"
	input.tdx.quote.body.mr_seam in query_reference_value("tdx_module")
	input.tdx.tcb_status == "UpToDate"
	input.tdx.collateral_expiration_status == "0"
}

configuration := 2 if {
	input.tdx.td_attributes.debug == false
	input.tdx.quote.body.xfam in query_reference_value("tdx_xfam")
}
