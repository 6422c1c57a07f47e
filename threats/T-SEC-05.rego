# id: T-SEC-05
# title: Sealed secret swapped or replayed
# text: A sealed secret of one workload is put into another, or an old one into its place. If all share one key, each
#   of them verifies.
# precondition: The attacker reads what the control plane stores or the network carries.
# crossings: X10 X5 X12
# assets: A-SEC
# attackers: OO IO NA XC
# mechanisms: M-SEAL M-TEN
# needs: k8s
# seed: S3 S11 S12
# within: T-SEC-04
# severity: low
# decided: One sealing key for documents of several workloads; a sealed secret without kid.
# remedy: One sealing key for each workload.
package threats["T-SEC-05"]

import data.lib
import rego.v1

uses contains {"kid": v.sealed.kid, "group": lib.doc_of(w).group, "path": w.path} if {
	some w in input.workloads
	some v in w.vars
	v.sealed.kid != ""
}

finding contains f if {
	some a in uses
	some b in uses
	a.kid == b.kid
	a.group != b.group
	f := {"artefact": a.path, "subject": a.kid, "status": "weak", "evidence": lib.text(["the sealing key ", a.kid, " serves several workloads"])}
}

finding contains f if {
	some w in input.workloads
	some v in w.vars
	v.sealed.state == "sound"
	v.sealed.kid == ""
	f := {"artefact": w.path, "workload": w.id, "subject": lib.text(["env ", v.container, "/", v.name]), "status": "weak", "evidence": lib.text(["the sealed secret ", v.name, " names no key"])}
}

answered contains a if {
	some u in uses
	count(finding) == 0
	a := {"artefact": u.path, "evidence": "each workload has a sealing key of its own"}
}

reason := "no sealed secret is used"
