# id: T-API-11
# title: Input injected (stdin, terminal)
# text: The host writes to the standard input of a process, or gives it a terminal or a port of its own. A shell or an
#   interactive program then takes commands from outside. Data that the program believes comes from its user comes
#   from the host.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: W01 W02 C29 C44 C45 E12 E14 W03 J14
# seed: S3 S5 S27 S28
# severity: high
# severity_rule: W03 (size of a terminal) and J14 (pause): info
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Refuse WriteStream and CloseStdin, and ports other than 0.
package threats["T-API-11"]

import data.lib
import rego.v1

ids := {"W01", "W02", "C29", "C44", "C45", "E12", "E14"}

milder := {"W03", "J14"}

finding contains f if some f in lib.api_findings(ids, "high")

finding contains f if some f in lib.api_findings(milder, "info")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
