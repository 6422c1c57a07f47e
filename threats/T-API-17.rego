# id: T-API-17
# title: State queries as side channel
# text: Requests that only ask give the host metrics, interfaces, routes, statistics of volumes or traces. Each is a
#   side channel into what the pod does. Some answer for any path of the guest.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: N12 N13 N14 I01 I04 I06 I07 I02 I03 I05
# seed: S3 S5 S27 S28
# severity: low
# severity_rule: I02, I03, I05: info
# decided: N12 to N14, I01, I04, I06, I07 allowed: low. I02, I03, I05: info.
# remedy: Refuse the queries that nobody needs.
package threats["T-API-17"]

import data.lib
import rego.v1

ids := {"N12", "N13", "N14", "I01", "I04", "I06", "I07"}

milder := {"I02", "I03", "I05"}

finding contains f if some f in lib.api_findings(ids, "low")

finding contains f if some f in lib.api_findings(milder, "info")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
