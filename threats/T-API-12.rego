# id: T-API-12
# title: Guest network turned against loopback
# text: The guest services listen on loopback and trust it. The host renames an interface to lo, routes 127.0.0.0/8
#   elsewhere or adds a neighbour, and stands between a container and the services. Secrets then go to the host.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-INV M-CAN M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: N01 N02 N03 N04 N05 N06 N07 N10 N11 N15 N08 N09 N16
# seed: S3 S5 S27 S28
# refs: agent 5.4 gap 5
# severity: high
# severity_rule: N08, N09, N16: info, a casemate guest refuses them by invariant
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Refuse lo by name, zero or malformed addresses, and routes to, from or over loopback.
package threats["T-API-12"]

import data.lib
import rego.v1

ids := {"N01", "N02", "N03", "N04", "N05", "N06", "N07", "N10", "N11", "N15"}

milder := {"N08", "N09", "N16"}

finding contains f if some f in lib.api_findings(ids, "high")

finding contains f if some f in lib.api_findings(milder, "info")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
