# id: T-BOOT-02
# title: Kernel or guest program replaced
# text: The host starts another kernel or another guest program in the right TEE. The evidence says so in its launch
#   registers. If the appraisal does not compare them, the guest of the host gets your result.
# precondition: The attacker chooses what is launched.
# crossings: X3 X4
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-MEAS M-APPR
# layouts: kata-vm peer-pods
# needs: attestation-policy
# probes: A02 A00
# seed: S6 S16 S18 S19 S20 S25
# severity: critical
# decided: A02 on the launch registers: snp measurement; tdx mr_td, rtmr_1; vTPM pcr04, pcr11; cca initial measurement.
# remedy: Compare these registers with reference values: casemate reference measure.
package threats["T-BOOT-02"]

import data.lib
import rego.v1

parts := {p | some p in lib.tee.parts.launch}

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
