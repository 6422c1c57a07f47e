# id: T-API-10
# title: Output read by the host
# text: Standard output and errors of the containers, and diagnostic data, leave the pod for the host. Programs write
#   more there than they should: personal data, keys in stack traces. kubectl logs is this way.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL M-LOG
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: O01 O02
# seed: S3 S5 S27 S28
# severity: medium
# severity_rule: O02 (diagnostic data) alone: low
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: default ReadStreamRequest := false; send logs encrypted from inside, or accept the risk by name.
# bad:
#   default ReadStreamRequest := true
# good:
#   default ReadStreamRequest := false
package threats["T-API-10"]

import data.lib
import rego.v1

ids := {"O01"}

milder := {"O02"}

finding contains f if some f in lib.api_findings(ids, "medium")

finding contains f if some f in lib.api_findings(milder, "low")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
