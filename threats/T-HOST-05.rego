# id: T-HOST-05
# title: Passed-through device trusted without protected link
# text: Data goes to a device over a bus that the host controls. Only a device in confidential mode with a protected
#   link keeps it secret.
# precondition: The attacker chooses what is launched and which devices it has.
# crossings: X4 X1
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-DEV
# layouts: kata-vm peer-pods
# needs: k8s
# seed: S6 S16 S18 S19 S20 S25
# within: T-ATT-12
# severity: medium
# decided: A GPU request with a runtime class that is not known for confidential mode: not shown.
# unseen: Whether the link of a device is protected shows at run time.
# remedy: Use kata-qemu-nvidia-gpu-tdx or -snp with a GPU in confidential mode.
package threats["T-HOST-05"]

import data.lib
import rego.v1

devices(c) := [name | some name, _ in c.resources.limits; contains(name, "gpu")]

wants(w) if {
	some c in w.containers
	count(devices(c)) > 0
}

known(w) if data.classes.runtime_classes[trim_suffix(w.spec.runtimeClassName, "-runtime-rs")].gpu

finding contains f if {
	some w in input.workloads
	wants(w)
	not known(w)
	f := {"artefact": w.path, "workload": w.id, "status": "not-shown", "severity": "info", "evidence": "a GPU is asked for, and the runtime class is not known for confidential mode"}
}

answered contains a if {
	some w in input.workloads
	wants(w)
	known(w)
	a := {"artefact": w.path, "workload": w.id, "evidence": "the runtime class starts the GPU in confidential mode"}
}

reason := "no workload asks for a device"
