# id: T-IMG-07
# title: Hostile layer at unpacking
# text: A layer names files outside of its root, links through others, or expands without end. Unpacking runs with the
#   rights of the guest.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X6
# assets: A-CODE A-GST
# attackers: RO NA
# mechanisms: M-UNP
# needs: k8s
# seed: S12 S14
# refs: guest P18
# severity: high
# decided: No guest shows it by a file; the casemate guest pulls no images yet. A guest with tests of its own would answer it.
# unseen: The row is about layers that arrive at run time.
# remedy: Use a guest that verifies while it reads and unpacks below a root that it cannot leave.
package threats["T-IMG-07"]

import data.lib
import rego.v1

why := lib.why_not_our_guest if not lib.our_guest

else := "the guest of this version pulls no images, so nothing shows how it would unpack them"

finding contains f if {
	some w in input.workloads
	f := {"artefact": w.path, "workload": w.id, "status": "not-shown", "severity": "info", "evidence": why}
}
