# id: T-INIT-05
# title: Annotation is not the document
# text: What the pod carries is not the document that was reviewed: it does not decode, or it is an older or other
#   one. Reviews and digests then speak of something that never runs.
# precondition: The host stores, transports and chooses initdata.
# crossings: X10 X3
# assets: A-POL
# attackers: IO OO
# mechanisms: M-INIT M-ASS
# layouts: kata-vm peer-pods
# needs: k8s initdata
# seed: S3 S28
# severity: high
# decided: The annotation does not decode, or decodes to none of the supplied documents.
# remedy: Make the annotation from the document anew: casemate initdata pack.
package threats["T-INIT-05"]

import data.lib
import rego.v1

finding contains f if {
	some w in input.workloads
	w.initdata.annotation == "undecodable"
	f := {
		"artefact": w.path, "workload": w.id, "line": w.initdata.line, "status": "weak",
		"evidence": lib.text(["the annotation cc_init_data cannot be read: ", w.initdata.why]),
	}
}

finding contains f if {
	some w in input.workloads
	w.initdata.annotation == "unmatched"
	f := {
		"artefact": w.path, "workload": w.id, "line": w.initdata.line, "status": "weak",
		"evidence": "the annotation cc_init_data decodes to none of the supplied documents",
	}
}

answered contains a if {
	some w in input.workloads
	w.initdata.annotation == "decoded"
	a := {"artefact": w.path, "workload": w.id, "evidence": lib.text(["the annotation decodes to ", w.initdata.document])}
}
