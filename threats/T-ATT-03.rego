# id: T-ATT-03
# title: Foreign attester: a genuine or self-made guest of the attacker passes
# text: The attacker runs a guest of its own, on genuine hardware or on a TPM that it made itself. It sends the right
#   document and asks for the secrets. Only measurements in the appraisal tell it from yours.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X5 X7 X9
# assets: A-EVID A-SEC
# attackers: IO OO NA
# mechanisms: M-APPR M-REL
# needs: resource-policy
# probes: A01 A11 Q11 QA1
# seed: S2 S3 S11
# refs: kbs P2
# severity: high
# decided: The chain of A01 (random measurements) or of A11 (a self-made TPM) ends in a release.
# remedy: Appraise the measurements, and release only to the TEE that you use.
package threats["T-ATT-03"]

import data.lib
import rego.v1

ids := {"QA1", "Q11"}

finding contains f if some f in lib.policy_findings(input.releases, ids, "high")

answered contains a if some a in lib.policy_answered(input.releases, ids)
