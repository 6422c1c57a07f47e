# id: T-SEC-09
# title: Keys from an offline or sample store
# text: The data hub takes its keys from a file in the guest image or from a sample store. Everybody who has the image
#   has the keys; no attestation stands before them.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X5 X10 X12
# assets: A-SEC
# attackers: IO OO
# mechanisms: M-REL
# needs: initdata
# seed: S3 S11 S12
# severity: critical
# decided: kbc.name is offline_fs_kbc or sample_kbc.
# remedy: name = "cc_kbc" with the broker's URL.
package threats["T-SEC-09"]

import data.lib
import rego.v1

finding contains f if {
	some d in lib.live_docs
	d.cdh.kbc.name in {"offline_fs_kbc", "sample_kbc", "offline_sev_kbc"}
	f := {"artefact": lib.entry(d, "cdh.toml"), "workload": lib.first_of(d.workloads), "status": "unanswered", "find": d.cdh.kbc.name, "evidence": lib.text(["kbc.name = ", d.cdh.kbc.name])}
}

answered contains a if {
	some d in lib.live_docs
	d.cdh.kbc.name == "cc_kbc"
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": "keys come from the broker"}
}
