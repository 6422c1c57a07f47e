# id: T-GST-05
# title: Plaintext left behind (core dump, swap, unmount)
# text: A killed guest leaves what it had: a core dump, pages in swap, a volume that stays mounted. The host reads it
#   later.
# precondition: The attacker chooses what is launched.
# crossings: X3 X2
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-INV
# layouts: kata-vm peer-pods
# needs: k8s
# properties: data.confidentiality
# seed: S6 S16 S18 S19 S20 S25
# severity: medium
# decided: A casemate guest that the attestation policy pins answers it by its own tests; for another guest it is not shown.
# proofs: tests/unit/base/secret.c
# unseen: The row is about what a guest does when it ends.
# remedy: Use a guest that turns off dumps and swap and erases what it leaves.
package threats["T-GST-05"]

import data.lib
import rego.v1

finding contains f if {
	not lib.our_guest
	some w in input.workloads
	f := {"artefact": w.path, "workload": w.id, "status": "not-shown", "severity": "info", "evidence": lib.why_not_our_guest}
}

answered contains a if {
	lib.our_guest
	some w in input.workloads
	a := {"artefact": w.path, "workload": w.id, "evidence": lib.text(["the guest is pinned, and the guest makes no dumps and wipes secrets: ", lib.proofs("T-GST-05")])}
}
