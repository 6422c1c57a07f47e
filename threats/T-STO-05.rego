# id: T-STO-05
# title: Host path
# text: A directory of the node in the pod is read and written by the node.
# precondition: The attacker holds the storage.
# crossings: X14
# assets: A-DATA
# attackers: IO OO
# mechanisms: M-POL M-INV
# needs: k8s
# seed: S12
# severity: high
# decided: A hostPath volume.
# remedy: Take it out.
package threats["T-STO-05"]

import data.lib
import rego.v1

paths contains {"w": w, "name": v.name, "path": v.hostPath.path} if {
	some w in input.workloads
	some v in w.spec.volumes
	v.hostPath.path
}

finding contains f if {
	some p in paths
	f := {"artefact": p.w.path, "workload": p.w.id, "subject": p.name, "find": p.path, "evidence": lib.text(["volume ", p.name, " is ", p.path, " of the node"])}
}

answered contains a if {
	some w in input.workloads
	count([p | some p in paths; p.w.id == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no path of the node is mounted"}
}
