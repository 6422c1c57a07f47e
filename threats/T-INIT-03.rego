# id: T-INIT-03
# title: Digest does not fit the evidence field
# text: Evidence has a field of fixed width for the digest. A digest that is too long is cut, one of a wrong length
#   refused, and a pinned value in another form matches nothing. Somebody then loosens the policy until it works.
# precondition: The host stores, transports and chooses initdata.
# crossings: X3 X10
# assets: A-POL
# attackers: IO OO
# mechanisms: M-INIT
# layouts: kata-vm peer-pods
# needs: initdata
# seed: S3 S28
# refs: evidence 0.3
# severity: high
# severity_rule: medium for a pinned value that matches nothing; info for a digest that is cut
# decided: The algorithm against the width of the field; pinned literals that are a prefix, another case or another
#   encoding of a supplied document's digest.
# remedy: Use sha384 on TDX, sha256 on SNP and on vTPMs, sha512 on CCA, and pin the form that the evidence carries:
#   casemate initdata digest.
package threats["T-INIT-03"]

import data.lib
import rego.v1

finding contains f if {
	some d in lib.live_docs
	not d.form.fits
	f := {
		"artefact": d.path, "workload": lib.first_of(d.workloads), "severity": "high", "status": "weak",
		"evidence": lib.text([d.algorithm, " on ", input.context.tee, ": ", d.form.why]), "find": "algorithm",
	}
}

finding contains f if {
	some d in lib.live_docs
	d.form.fits
	d.form.why != ""
	f := {
		"artefact": d.path, "workload": lib.first_of(d.workloads), "severity": "info", "status": "weak",
		"evidence": lib.text([d.algorithm, " on ", input.context.tee, ": ", d.form.why]), "find": "algorithm",
	}
}

finding contains f if {
	some r in input.releases
	some m in r.misfits
	f := {
		"artefact": m.artefact, "severity": "medium", "status": "weak", "subject": m.literal, "line": m.line, "related": [d | some d in [m.document]; d != ""],
		"evidence": lib.text(["the value ", lib.short(m.literal), " stands for ", meant(m), " and never matches: ", reasons[m.why]]),
	}
}

meant(m) := m.document if m.document != ""

meant(m) := "a document" if m.document == ""

reasons := {"prefix": "it is cut", "case": "it is in another case", "encoding": "it is in another encoding", "width": "it is not as this platform carries it"}

answered contains a if {
	some d in lib.live_docs
	d.form.fits
	d.form.text != ""
	d.form.why == ""
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": lib.text([d.algorithm, " fits the field of ", input.context.tee])}
}
