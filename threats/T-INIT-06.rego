# id: T-INIT-06
# title: Nobody compares the digest
# text: The document is bound to nothing: no broker looks at it, or the TEE has no field that carries its digest. The
#   host may then exchange it, and the pod obeys the new one.
# precondition: The host stores, transports and chooses initdata.
# crossings: X3 X10
# assets: A-POL
# attackers: IO OO
# mechanisms: M-INIT
# layouts: kata-vm peer-pods
# needs: initdata
# seed: S3 S28
# refs: caa #2604
# severity: high
# decided: No broker at all, or a TEE without an initdata field (se, csv).
# remedy: Name a broker in aa.toml, and use a TEE whose evidence carries the digest.
package threats["T-INIT-06"]

import data.lib
import rego.v1

finding contains f if {
	some d in lib.live_docs
	input.context.tee != "sample"
	not lib.has_broker
	f := {
		"artefact": d.path, "workload": lib.first_of(d.workloads), "status": "unanswered",
		"evidence": "no broker is named and none was supplied: nobody compares the digest of the document",
	}
}

finding contains f if {
	some d in lib.live_docs
	lib.tee.form == null
	f := {
		"artefact": d.path, "workload": lib.first_of(d.workloads), "status": "unanswered",
		"evidence": lib.text(["the evidence of ", input.context.tee, " has no field for the digest of the document"]),
	}
}

# On this cloud the field is the provider's.
finding contains f if {
	some d in lib.live_docs
	input.context.tee == "tdx"
	some p in input.peer_pods
	lib.lower_text(p.settings.CLOUD_PROVIDER) == "gcp"
	f := {"artefact": d.path, "workload": lib.first_of(d.workloads), "status": "unanswered", "evidence": "TDX on this cloud has no field for the digest of the document", "related": [p.path]}
}

answered contains a if {
	some d in lib.live_docs
	lib.has_broker
	d.form.text != ""
	count(finding) == 0
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": "the evidence carries the digest to a broker"}
}
