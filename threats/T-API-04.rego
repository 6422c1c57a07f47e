# id: T-API-04
# title: Command line, environment or directory changed
# text: The host starts the right image with another command line, another environment or in another directory.
#   LD_PRELOAD or a debug switch turns a correct program into the attacker's. The image's signature does not cover
#   any of it.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL M-CAN
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: C07 C08 C09 C10 J02 J03
# seed: S3 S5 S27 S28
# severity: critical
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Compare Args, Env and Cwd with those of the pod; env by exact strings, not by patterns.
# bad:
#   startswith(v, "SHOP_")
# good:
#   v in c.env
package threats["T-API-04"]

import data.lib
import rego.v1

ids := {"C07", "C08", "C09", "C10", "J02", "J03"}

finding contains f if some f in lib.api_findings(ids, "critical")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
