# id: T-API-09
# title: Policy replaced at run time
# text: SetPolicy replaces the policy that was attested. The broker keeps believing the digest of the old one.
#   Whatever the new policy allows, the host may do.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-INV M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: Y01
# seed: S3 S5 S27 S28
# severity: critical
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: default SetPolicyRequest := false
package threats["T-API-09"]

import data.lib
import rego.v1

ids := {"Y01"}

finding contains f if some f in lib.api_findings(ids, "critical")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
