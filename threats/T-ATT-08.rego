# id: T-ATT-08
# title: Sample or software evidence accepted
# text: Evidence of the sample TEE is a text that everybody can write. A broker that affirms it and a release that
#   follows give the secrets to anybody.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: IO OO NA
# mechanisms: M-APPR M-FAIL
# needs: resource-policy
# probes: A10 Q10
# seed: S2 S3 S11
# refs: kbs P3
# severity: critical
# decided: The chain of A10: sample claims through the attestation policy, then Q10.
# remedy: Release only to the TEE that you use; the verifier must not have the sample built in.
package threats["T-ATT-08"]

import data.lib
import rego.v1

finding contains object.union(f, {"related": [a.artefact | some a in input.appraisals]}) if {
	some f in lib.policy_findings(input.releases, {"Q10"}, "critical")
}

finding contains f if {
	some b in input.brokers
	b.settings.verifier.sample.insecure_enabled == true
	f := {"artefact": b.path, "find": "insecure_enabled", "status": "unanswered", "evidence": "verifier.sample.insecure_enabled = true: anybody can write such evidence"}
}

finding contains f if {
	some b in input.brokers
	count(b.settings.verifier.tpm.insecure_software_tpm_roots) > 0
	f := {"artefact": b.path, "subject": "tpm", "severity": "high", "find": "insecure_software_tpm_roots", "status": "unanswered", "evidence": "software TPMs are trusted: their operator can forge all evidence"}
}

answered contains a if some a in lib.policy_answered(input.releases, {"Q10"})

finding contains f if {
	some b in input.brokers
	count(b.settings.verifier.snp.insecure_test_roots) > 0
	f := {"artefact": b.path, "subject": "snp", "find": "insecure_test_roots", "status": "unanswered", "evidence": "verifier.snp.insecure_test_roots: whoever has the test key makes evidence"}
}
