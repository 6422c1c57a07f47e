# id: T-INIT-10
# title: Initdata content used without checking its digest
# text: A policy reads what the document says but not whether the evidence carries its digest. The claims are then
#   whatever the guest sent.
# precondition: The host stores, transports and chooses initdata.
# crossings: X3 X10
# assets: A-POL
# attackers: IO OO
# mechanisms: M-INIT M-APPR
# layouts: kata-vm peer-pods
# needs: attestation-policy resource-policy
# probes: Q06
# seed: S3 S28
# refs: kbs P50
# severity: medium
# decided: A policy reads init_data_claims and neither policy reads init_data; or our broker accepts evidence without
#   initdata.
# remedy: Compare init_data before anything of init_data_claims; leave initdata.insecure_optional off.
package threats["T-INIT-10"]

import data.lib
import rego.v1

policies := array.concat(input.appraisals, input.releases)

digest_read if {
	some p in policies
	p.reads_initdata
}

finding contains f if {
	some p in policies
	p.reads_initdata_claims
	not digest_read
	f := {"artefact": p.artefact, "status": "weak", "find": "init_data_claims", "evidence": "init_data_claims is read, init_data is not"}
}

finding contains f if {
	some b in input.brokers
	b.settings.initdata.insecure_optional == true
	f := {"artefact": b.path, "status": "weak", "find": "insecure_optional", "evidence": "initdata.insecure_optional = true: evidence without initdata is accepted"}
}

compared(r) if {
	r.probes.Q06.result == "refused"
	r.probes.Q06.calibrated
}

finding contains f if {
	some p in policies
	p.reads_initdata
	count([r | some r in input.releases; compared(r)]) == 0
	f := {"artefact": p.artefact, "status": "not-shown", "severity": "info", "evidence": "init_data is read; that it decides is not shown"}
}

answered contains a if {
	digest_read
	some r in input.releases
	compared(r)
	a := {"artefact": r.artefact, "probes": ["Q06"], "evidence": "init_data is read, and foreign initdata gets nothing"}
}
