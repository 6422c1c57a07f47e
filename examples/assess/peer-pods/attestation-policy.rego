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

# The registers of a unified kernel image: firmware's loader, the image, its command line and what the host may add.
executables := 3 if {
	input["az-tdx-vtpm"].tpm.pcr04 in query_reference_value("payroll_loader")
	input["az-tdx-vtpm"].tpm.pcr11 in query_reference_value("payroll_image")
	input["az-tdx-vtpm"].tpm.pcr12 in query_reference_value("payroll_additions")
}

hardware := 2 if {
	input["az-tdx-vtpm"].quote.header.tee_type == "81000000"
	input["az-tdx-vtpm"].quote.header.vendor_id == "939a7233f79c4ca9940a0db3957f0607"
	input["az-tdx-vtpm"].quote.body.mr_td in query_reference_value("payroll_paravisor")
	input["az-tdx-vtpm"].tcb_status == "UpToDate"
	input["az-tdx-vtpm"].collateral_expiration_status == "0"
}

configuration := 2 if {
	input["az-tdx-vtpm"].td_attributes.debug == false
	input["az-tdx-vtpm"].quote.body.xfam in query_reference_value("payroll_xfam")
}
