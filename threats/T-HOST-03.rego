# id: T-HOST-03
# title: Hostile virtual device attacks the kernel
# text: Virtual devices are programs of the host. Drivers of the guest believe them more than they should.
# precondition: The attacker chooses what is launched and which devices it has.
# crossings: X4 X1
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-MEAS
# layouts: kata-vm peer-pods
# needs: k8s
# seed: S6 S16 S18 S19 S20 S25
# severity: medium
# decided: Never: a build record with the list of drivers would show it, and no form of one is read yet.
# unseen: Which drivers a kernel has stands in no file of a deployment.
# remedy: Build the guest kernel with the drivers it needs and no others.
package threats["T-HOST-03"]

import data.lib
import rego.v1

finding contains f if {
	some w in input.workloads
	f := {"artefact": w.path, "workload": w.id, "status": "not-shown", "severity": "info", "evidence": "no build record shows which drivers the guest kernel has"}
}
