# id: T-BOOT-04
# title: Initramfs or root file system replaced
# text: The first programs of the guest come from the initramfs, the rest from a root file system. If neither is
#   measured, or the root hash stands on a free command line, the host replaces them.
# precondition: The attacker chooses what is launched.
# crossings: X3 X4
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-MEAS M-APPR
# layouts: kata-vm peer-pods
# needs: attestation-policy
# probes: A02 A00
# seed: S6 S16 S18 S19 S20 S25
# within: T-BOOT-03
# severity: high
# decided: The registers of the command line and of the initramfs are free.
# remedy: Measure the initramfs, and put the root hash on a measured command line or into it.
package threats["T-BOOT-04"]

import data.lib
import rego.v1

parts := {p | some p in lib.tee.parts.command_line}

named(p) := trim_prefix(replace(p, "/", "."), ".")

finding contains f if {
	some a in input.appraisals
	open := sort([named(p) | some p in a.free; p in parts])
	count(open) > 0
	f := {
		"artefact": a.artefact, "status": "weak", "probes": ["A02"], "line": a.probes.A00.line,
		"evidence": lib.text(["A02 any value is affirming for ", concat(", ", open)]),
	}
}

finding contains f if {
	some a in input.appraisals
	a.free_together
	f := {
		"artefact": a.artefact, "status": "weak", "probes": ["A02"], "line": a.probes.A00.line,
		"evidence": lib.text(["A02 any values together are affirming for ", concat(", ", sort([named(p) | some p in lib.tee.parts.together]))]),
	}
}

answered contains x if {
	some a in input.appraisals
	a.baseline.state == "accepted"
	count(object.get(lib.tee.parts, "together", [])) > 0
	not a.free_together
	x := {"artefact": a.artefact, "probes": ["A02"], "evidence": "the registers of the command line are not all free"}
}

finding contains f if {
	some a in input.appraisals
	a.state == "compiled"
	a.baseline.state != "accepted"
	count(a.free) == 0
	f := {
		"artefact": a.artefact, "status": "not-shown", "severity": "info", "probes": ["A00"],
		"evidence": "no claims were found that the policy affirms, so that its refusals show nothing",
	}
}

answered contains x if {
	some a in input.appraisals
	a.baseline.state == "accepted"
	count(parts) > 0
	count([p | some p in a.free; p in parts]) == 0
	count(finding) == 0
	x := {"artefact": a.artefact, "probes": ["A02"], "evidence": lib.text(["another value is refused for ", concat(", ", sort([named(p) | some p in parts]))])}
}
