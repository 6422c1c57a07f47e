# id: T-PEER-01
# title: Pod VM is no confidential VM
# text: The adaptor starts ordinary virtual machines. Memory is open to the cloud, and everything else is decoration.
# precondition: The attacker operates the cloud account or the adaptor.
# crossings: X15
# assets: A-GST A-DATA
# attackers: IO OO
# mechanisms: M-FAIL M-EVID
# layouts: peer-pods
# needs: peer-pods
# seed: S8 S16 S17
# severity: critical
# decided: DISABLECVM = true.
# remedy: DISABLECVM: "false"
# bad:
#   DISABLECVM: 'true'
# good:
#   DISABLECVM: 'false'
package threats["T-PEER-01"]

import data.lib
import rego.v1

finding contains f if {
	some p in input.peer_pods
	lib.is_true(p.settings.DISABLECVM)
	f := {"artefact": p.path, "subject": "DISABLECVM", "find": "DISABLECVM", "evidence": "DISABLECVM = true"}
}

answered contains a if {
	some p in input.peer_pods
	count([f | some f in finding; f.artefact == p.path]) == 0
	a := {"artefact": p.path, "evidence": "confidential virtual machines are asked for"}
}
