# id: T-SEC-03
# title: Resource not confined to its workload
# text: A guest that may have one secret may have others: by another path, by a path that begins or ends alike, or
#   because all workloads share one list. One pod that is broken into empties the store.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X5 X10 X12
# assets: A-SEC
# attackers: XC OO
# mechanisms: M-REL M-TEN
# needs: resource-policy
# probes: Q20 Q21 Q22 Q23 Q24 Q25 Q26 Q27 Q30 Q28
# seed: S3 S11 S12
# severity: high
# decided: Q20 to Q27 (paths that nobody needs, other plugins) allowed, or a path that only another document needs.
# remedy: List the paths of each workload beside its digest, and compare whole paths.
package threats["T-SEC-03"]

import data.lib
import rego.v1

ids := {"Q20", "Q21", "Q22", "Q23", "Q24", "Q25", "Q26", "Q27", "Q28"}

finding contains f if some f in lib.policy_findings(input.releases, ids, "high")

finding contains f if {
	some r in input.releases
	some x in r.crossed
	some d in input.documents
	not d.path == x.document
	x.path in d.closure
	f := {
		"artefact": r.artefact, "subject": x.path, "status": "weak", "probes": ["Q30"], "related": [x.document, d.path],
		"evidence": lib.text(["Q30 a pod with ", x.document, " gets ", x.path, ", which only ", d.path, " needs"]),
	}
}

answered contains a if {
	some r in input.releases
	count(r.crossed) == 0
	some a in lib.policy_answered([r], ids)
}
