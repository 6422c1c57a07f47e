# id: T-BOOT-07
# title: Firmware configuration or event-log labels believed
# text: Firmware settings and tables come from the host and are measured into registers of their own. Texts of an
#   event log say what an event is called, not what it was. Only the registers bind them.
# precondition: The attacker chooses what is launched.
# crossings: X3 X4
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-MEAS M-APPR
# layouts: kata-vm peer-pods
# needs: attestation-policy
# probes: A02
# seed: S6 S16 S18 S19 S20 S25
# refs: evidence 6.4
# severity: medium
# severity_rule: high for plain tpm evidence; info for vTPMs whose event log is not read
# decided: rtmr_0, or pcr00, pcr01, pcr07 free; the policy reads event-log text without a register. On platforms with a
#   vTPM free registers alone are info, for plain tpm evidence they are high.
# remedy: Compare the firmware registers, or accept what the firmware may be told.
package threats["T-BOOT-07"]

import data.lib
import rego.v1

parts := {p | some p in lib.tee.parts.firmware}

open(a) := sort([trim_prefix(replace(p, "/", "."), ".") | some p in a.free; p in parts])

is_vtpm if endswith(input.context.tee, "-vtpm")

level(a) := "high" if input.context.tee == "tpm"

level(a) := "info" if {
	is_vtpm
	not a.reads_event_log
}

level(a) := "medium" if {
	is_vtpm
	a.reads_event_log
}

level(_) := "medium" if {
	not is_vtpm
	input.context.tee != "tpm"
}

finding contains f if {
	some a in input.appraisals
	count(open(a)) > 0
	f := {
		"artefact": a.artefact, "status": "weak", "severity": level(a), "probes": ["A02"], "line": a.probes.A00.line,
		"evidence": lib.text(["A02 any value is affirming for ", concat(", ", open(a))]),
	}
}

answered contains x if {
	some a in input.appraisals
	a.baseline.state == "accepted"
	count(parts) > 0
	count(open(a)) == 0
	x := {"artefact": a.artefact, "probes": ["A02"], "evidence": "the firmware's registers are compared"}
}

reason := "this TEE measures no firmware apart: T-BOOT-02 says what its launch measurement covers" if count(parts) == 0
