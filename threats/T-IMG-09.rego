# id: T-IMG-09
# title: Host supplies the root file system
# text: The root file system of a container comes from the host: shared, or pulled on the node. The host changes files
#   while they are in use.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X6 X10
# assets: A-CODE
# attackers: OO IO
# mechanisms: M-MEAS M-POL
# layouts: kata-vm peer-pods
# needs: k8s
# properties: code.integrity
# seed: S12 S14
# severity: high
# decided: An annotation with a shared file system, or a pull on the host without verity.
# remedy: Use guest pull, and no shared_fs.
package threats["T-IMG-09"]

import data.lib
import rego.v1

shared contains {"w": w, "key": key, "value": value} if {
	some w in input.workloads
	some key, value in w.annotations
	endswith(key, ".shared_fs")
	not lower(value) in {"none", ""}
}

shared contains {"w": w, "key": key, "value": value} if {
	some w in input.workloads
	some key, value in w.annotations
	endswith(key, ".experimental_force_guest_pull")
	lower(value) == "false"
}

finding contains f if {
	some s in shared
	f := {
		"artefact": s.w.path, "workload": s.w.id, "subject": s.key, "line": object.get(s.w.annotation_lines, s.key, 0),
		"evidence": lib.text([s.key, " = ", s.value, ": the host supplies files of the container"]),
	}
}

answered contains a if {
	some w in input.workloads
	count([s | some s in shared; s.w.id == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "nothing asks for files of the host"}
}
