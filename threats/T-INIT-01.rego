# id: T-INIT-01
# title: Foreign initdata gets the secrets
# text: The host starts the pod with a document of its own: another agent policy, another broker, another image
#   policy. If the release does not depend on the digest of the document, the secrets go to a guest that obeys the
#   host. Measured firmware and kernel do not help: they are the right ones.
# precondition: The host stores, transports and chooses initdata.
# crossings: X3 X10
# assets: A-POL
# attackers: IO OO
# mechanisms: M-INIT M-REL
# layouts: kata-vm peer-pods
# needs: resource-policy initdata
# probes: Q06 Q08
# seed: S3 S28
# severity: critical
# decided: Q06 (foreign digest) or Q08 (its first half) allowed through the whole chain of attestation and release
#   policy.
# remedy: Release only where input.submods.cpu0["ear.veraison.annotated-evidence"].init_data is one of the digests that
#   you made.
# bad:
#   allow if input.submods.cpu0["ear.status"] == "affirming"
# good:
#   cpu.init_data in accepted_init_data
package threats["T-INIT-01"]

import data.lib
import rego.v1

ids := {"Q06", "Q08"}

finding contains f if some f in lib.policy_findings(input.releases, ids, "critical")

answered contains a if some a in lib.policy_answered(input.releases, ids)
