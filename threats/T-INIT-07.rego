# id: T-INIT-07
# title: Retired or unexplained initdata still accepted
# text: The release policy accepts digests of documents that are no longer in force. The host chooses which one it
#   starts. If an old one allows more than the new one, the host goes back to it.
# precondition: The host stores, transports and chooses initdata.
# crossings: X3 X10
# assets: A-POL
# attackers: IO OO
# mechanisms: M-INIT M-REL
# layouts: kata-vm peer-pods
# needs: resource-policy initdata
# probes: Q30 Q06
# seed: S3 S28
# refs: rollback
# within: T-INIT-01
# severity: high
# decided: Each digest literal alone through the chain: an accepted one belongs to a supplied document that is not in
#   force and fails a severe row, or to no supplied document.
# remedy: Take the digest out of the release policy once the last pod with it is gone.
package threats["T-INIT-07"]

import data.lib
import rego.v1

open_release(r) if count(lib.hits(r, {"Q06"})) > 0

faults(d) := {id |
	some a in input.agents
	a.document == d.path
	some id in lib.hits(a, lib.severe)
}

fault(d) := lib.text(["its policy allows ", concat(" ", array.slice(lib.shown(faults(d)), 0, 6))]) if count(faults(d)) > 0

fault(d) := "it has no agent policy" if not d.has_policy

finding contains f if {
	some r in input.releases
	not open_release(r)
	some p in r.accepted
	some d in input.documents
	d.path == p.document
	not d.is_in_force
	why := fault(d)
	f := {
		"artefact": r.artefact, "subject": p.literal, "line": p.line, "status": "weak", "related": [d.path, p.artefact],
		"evidence": lib.text(["the accepted digest ", lib.short(p.literal), " belongs to ", d.path, ", which is not in force: ", why]),
		"probes": ["Q30"],
	}
}

finding contains f if {
	some r in input.releases
	not open_release(r)
	some p in r.accepted
	p.document == null
	f := {
		"artefact": r.artefact, "subject": p.literal, "line": p.line, "status": "weak", "related": [p.artefact],
		"evidence": lib.text(["the accepted digest ", lib.short(p.literal), " belongs to none of the supplied documents"]),
		"probes": ["Q30"],
	}
}

answered contains a if {
	some r in input.releases
	count(r.accepted) > 0
	every p in r.accepted {
		some d in input.documents
		d.path == p.document
	}
	count(finding) == 0
	a := {"artefact": r.artefact, "probes": ["Q30"], "evidence": "every accepted digest is that of a supplied, sound document"}
}
