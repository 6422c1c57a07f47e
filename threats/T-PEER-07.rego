# id: T-PEER-07
# title: Initdata register not part of release
# text: On peer pods the digest of initdata is in a register of the vTPM. A release that does not compare it gives the
#   secrets to any document.
# precondition: The attacker operates the cloud account or the adaptor.
# crossings: X15
# assets: A-GST A-DATA
# attackers: IO OO
# mechanisms: M-INIT M-REL
# layouts: peer-pods
# needs: resource-policy
# probes: Q06 Q07
# seed: S8 S16 S17
# refs: caa #1895
# severity: critical
# decided: Layout peer-pods, and Q06 or Q07 allowed.
# remedy: Compare init_data with the digests that you made.
package threats["T-PEER-07"]

import data.lib
import rego.v1

ids := {"Q06", "Q07"}

finding contains f if some f in lib.policy_findings(input.releases, ids, "critical")

answered contains a if some a in lib.policy_answered(input.releases, ids)
