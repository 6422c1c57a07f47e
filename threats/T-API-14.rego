# id: T-API-14
# title: Fault injection by pause, limits, signals
# text: The host pauses, resumes or starves a container at a moment of its choice. A check and its use fall apart, a
#   time limit passes unnoticed. Single steps of a program become visible.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: L01 L02 L03 L04
# seed: S3 S5 S27 S28
# severity: medium
# severity_rule: L04 (signal 19): info
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Refuse Pause, Resume and UpdateContainer; signals other than the usual ones.
package threats["T-API-14"]

import data.lib
import rego.v1

ids := {"L01", "L02", "L03"}

milder := {"L04"}

finding contains f if some f in lib.api_findings(ids, "medium")

finding contains f if some f in lib.api_findings(milder, "info")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
