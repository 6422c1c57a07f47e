# id: T-INIT-02
# title: Absent initdata gets the secrets
# text: The host starts the pod without any document. The guest image's built-in policy then decides, which often
#   allows everything. If the release accepts an empty or zero digest, the secrets follow.
# precondition: The host stores, transports and chooses initdata.
# crossings: X3 X10
# assets: A-POL
# attackers: IO OO
# mechanisms: M-INIT M-REL
# layouts: kata-vm peer-pods
# needs: resource-policy k8s
# probes: Q07 Q06
# seed: S3 S28
# refs: CVE-2025-58354
# severity: critical
# decided: Q07 (zero, empty, missing) allowed through the chain; or a pod without initdata while releases do not pin it.
# remedy: Compare init_data with the digests that you made; never accept an empty one.
package threats["T-INIT-02"]

import data.lib
import rego.v1

finding contains f if some f in lib.policy_findings(input.releases, {"Q07"}, "critical")

finding contains f if {
	some w in input.workloads
	w.initdata.annotation == "absent"
	some r in input.releases
	count(lib.hits(r, {"Q06", "Q07"})) > 0
	f := {
		"artefact": w.path, "workload": w.id, "line": w.line, "status": "unanswered",
		"evidence": "the pod template carries no initdata, and the release policy does not ask for any",
		"probes": ["Q07"], "related": [r.artefact],
	}
}

answered contains a if some a in lib.policy_answered(input.releases, {"Q07"})
