# id: T-ENC-05
# title: Development switches
# text: Validation of images is off, keys come from a sample provider, or the enclave is a debug or simulated one.
#   Each of them was meant for a first try.
# precondition: The attacker is the host of the enclaves.
# crossings: X16
# assets: A-CODE A-DATA A-SEC
# attackers: IO
# mechanisms: M-FAIL
# layouts: enclave
# needs: enclave
# seed: S8 S16 S17
# severity: critical
# decided: security_validate = false, a sample key provider, OCCLUM_RELEASE_ENCLAVE=0, simulation mode.
# remedy: Switch validation on, use the key broker, and release enclaves.
package threats["T-ENC-05"]

import data.lib
import rego.v1

switches(e) := array.concat(["security_validate = false" | e.settings.security_validate == false], [lib.text(["key_provider = ", e.settings.key_provider]) | contains(lower(e.settings.key_provider), "sample")])

pod_switches contains {"w": w, "v": v} if {
	some w in input.workloads
	some v in w.vars
	v.name == "OCCLUM_RELEASE_ENCLAVE"
	v.value in {"0", "n", "no", "false"}
}

pod_switches contains {"w": w, "v": v} if {
	some w in input.workloads
	some v in w.vars
	v.name in {"SGX_MODE", "ENCLAVE_MODE"}
	upper(v.value) in {"SIM", "SW"}
}

files := [e | some e in input.enclave; count(switches(e)) > 0]

finding contains f if {
	some e in files
	f := {
		"artefact": e.path, "status": "unanswered", "related": [p.w.path | some p in pod_switches], "find": "security_validate",
		"evidence": concat("; ", array.concat(switches(e), [lib.text([p.v.name, "=", p.v.value]) | some p in pod_switches])),
	}
}

finding contains f if {
	count(files) == 0
	some p in pod_switches
	f := {"artefact": p.w.path, "workload": p.w.id, "subject": p.v.name, "line": p.v.line, "status": "unanswered", "evidence": lib.text([p.v.name, "=", p.v.value])}
}

answered contains a if {
	some e in input.enclave
	count(finding) == 0
	a := {"artefact": e.path, "evidence": "no switch of development is on"}
}
