# id: T-ENC-04
# title: Enclave identity too weak
# text: The appraisal compares only who signed the enclave, or does not look at debug. The keys of samples are public:
#   everybody signs an enclave with them.
# precondition: The attacker is the host of the enclaves.
# crossings: X16
# assets: A-CODE A-DATA A-SEC
# attackers: IO
# mechanisms: M-APPR M-ENCL
# layouts: enclave
# needs: attestation-policy
# probes: A02 A05
# seed: S8 S16 S17
# severity: critical
# decided: A02: mr_enclave or isv_svn free, A05: debug affirming; or the only value is a known sample signer.
# remedy: Compare mr_enclave and the debug flag, and sign with a key of your own.
package threats["T-ENC-04"]

import data.lib
import rego.v1

parts := {p | some p in lib.tee.parts.enclave}

samples := {s | some s in data.classes.sample_signers}

sample_value if {
	some r in input.reference_values
	some _, v in r.values
	some x in v
	x in samples
}

why(a) := array.concat(array.concat(
	[lib.text(["any value is affirming for ", concat(", ", open)]) | open := sort([trim_prefix(replace(p, "/", "."), ".") | some p in a.free; p in parts]); count(open) > 0],
	["debug is affirming" | count(lib.hits(a, {"A05"})) > 0]),
	["the value is a public sample signer" | sample_value],
)

finding contains f if {
	some a in input.appraisals
	list := why(a)
	count(list) > 0
	f := {
		"artefact": a.artefact, "status": "weak", "probes": ["A02", "A05"], "related": [r.path | some r in input.reference_values],
		"evidence": concat("; ", list), "find": "mr_signer",
	}
}

answered contains x if {
	some a in input.appraisals
	a.baseline.state == "accepted"
	count(why(a)) == 0
	x := {"artefact": a.artefact, "probes": ["A02", "A05"], "evidence": "mr_enclave and debug are compared"}
}
