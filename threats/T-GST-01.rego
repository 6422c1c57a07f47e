# id: T-GST-01
# title: Shell or debug access in the guest
# text: A debug console, a debug shell or another init gives whoever reaches the virtual machine a root shell beside
#   the containers. Such parameters are left over from the first try. Measured, they are attested as good.
# precondition: The attacker chooses what is launched.
# crossings: X3 X2
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-INV M-MEAS
# layouts: kata-vm peer-pods
# needs: k8s
# seed: S6 S16 S18 S19 S20 S25
# refs: GHSA-rr59-xxvx-96qr
# severity: critical
# decided: agent.debug_console, debug_console_vport, systemd.debug-shell, init=, single on the command line of the pod; a
#   debug image for peer pods.
# remedy: Take the parameters out of the annotation, and the debug variant out of the image id.
# bad:
#   io.katacontainers.config.hypervisor.kernel_params: agent.debug_console
package threats["T-GST-01"]

import data.lib
import rego.v1

shell(word) if startswith(word, "agent.debug_console")

shell(word) if startswith(word, "systemd.debug-shell")

shell(word) if startswith(word, "systemd.debug_shell")

shell(word) if startswith(word, "init=")

shell(word) if startswith(word, "rdinit=")

shell(word) if word in {"single", "S", "s", "1", "emergency", "rescue", "rd.break"}

shell(word) if startswith(word, "rd.break=")

shell(word) if startswith(word, "break=")

annotation := "io.katacontainers.config.hypervisor.kernel_params"

finding contains f if {
	some w in input.workloads
	words := [word | some word in w.kernel_params; shell(word)]
	count(words) > 0
	f := {
		"artefact": w.path, "workload": w.id, "line": object.get(w.annotation_lines, annotation, w.line), "status": "unanswered",
		"evidence": lib.text(["kernel_params contains ", concat(" ", words)]),
	}
}

finding contains f if {
	some p in input.peer_pods
	some key, value in p.settings
	contains(key, "IMAGE")
	is_string(value)
	contains(lower(value), "debug")
	f := {"artefact": p.path, "find": key, "subject": key, "status": "unanswered", "evidence": lib.text([key, " names a debug image: ", value])}
}

answered contains a if {
	some w in input.workloads
	count([word | some word in w.kernel_params; shell(word)]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no parameter of the pod opens a console or a shell"}
}
