# id: T-ATT-13
# title: Expired or revoked endorsements accepted
# text: Certificates and lists of the vendor have dates. Evidence that was judged with collateral of last year misses
#   what was revoked since.
# precondition: The attacker can run guests, also on machines of their own.
# crossings: X7 X5 X9
# assets: A-EVID A-SEC
# attackers: IO TV
# mechanisms: M-END
# needs: attestation-policy
# probes: A07
# seed: S2 S3 S11
# refs: evidence 5.4
# within: T-BOOT-06
# severity: medium
# decided: A07: collateral_expiration_status "1" is affirming.
# remedy: Compare collateral_expiration_status with "0".
package threats["T-ATT-13"]

import data.lib
import rego.v1

finding contains f if some f in lib.policy_findings(input.appraisals, {"A07"}, "medium")

answered contains a if some a in lib.policy_answered(input.appraisals, {"A07"})
