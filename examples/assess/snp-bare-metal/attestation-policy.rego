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

executables := 3 if input.snp.measurement in query_reference_value("ledger_guest")

# No part of the platform below the level that we know, and no value that is not there.
hardware := 2 if {
	at_least(input.snp.reported_tcb_bootloader, "snp_min_bootloader")
	at_least(input.snp.reported_tcb_snp, "snp_min_snp")
	at_least(input.snp.reported_tcb_microcode, "snp_min_microcode")
}

at_least(have, name) if {
	want := query_reference_value(name)
	is_number(want)
	have >= want
}

configuration := 2 if {
	input.snp.policy_debug_allowed == false
	input.snp.policy_migrate_ma == false
}
