# id: T-ORC-01
# title: Annotation changes the guest's launch
# text: Annotations of the runtime change how the virtual machine is started: kernel, command line, firmware, devices.
#   The cluster writes them. Only what is measured and compared is harmless.
# precondition: The attacker writes objects of the cluster.
# crossings: X10
# assets: A-POL A-DATA
# attackers: OO
# mechanisms: M-MEAS M-POL
# needs: k8s
# seed: S21 S27 S28
# refs: GHSA-rr59-xxvx-96qr
# severity: medium
# decided: Annotations io.katacontainers.config.* other than cc_init_data, sizes and times.
# remedy: Take them out of the pod; put what must be into the guest image.
package threats["T-ORC-01"]

import data.lib
import rego.v1

prefix := "io.katacontainers.config."

key_of(key) := split(key, ".")[count(split(key, ".")) - 1]

launch contains {"w": w, "key": key} if {
	some w in input.workloads
	some key, _ in w.annotations
	startswith(key, prefix)
	not key_of(key) in data.classes.harmless_annotations
}

finding contains f if {
	some l in launch
	f := {
		"artefact": l.w.path, "workload": l.w.id, "subject": l.key, "line": object.get(l.w.annotation_lines, l.key, 0),
		"evidence": lib.text([l.key, " changes how the guest is started"]),
	}
}

answered contains a if {
	some w in input.workloads
	count([l | some l in launch; l.w.id == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no annotation changes the launch"}
}
