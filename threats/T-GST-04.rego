# id: T-GST-04
# title: Hostile bytes break a parser before policy
# text: Requests, images and evidence are parsed before any policy speaks. A fault in a parser then runs the host's
#   code inside of the guest.
# precondition: The attacker chooses what is launched.
# crossings: X3 X2
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-SBX
# layouts: kata-vm peer-pods
# needs: k8s
# seed: S6 S16 S18 S19 S20 S25
# severity: high
# decided: A casemate guest that the attestation policy pins answers it by its own tests; for another guest it is not shown.
# proofs: tests/unit/sys/sandbox.c tests/unit/net/server.c tests/e2e/test_roles.py
# unseen: The row is about bytes that arrive at run time.
# remedy: Use a guest whose decoders are fuzzed and hold no keys.
package threats["T-GST-04"]

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
	a := {"artefact": w.path, "workload": w.id, "evidence": lib.text(["the guest is pinned, and decoders are strict, fuzzed and run in a sandbox without keys: ", lib.proofs("T-GST-04")])}
}
