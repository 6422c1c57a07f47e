# id: T-API-07
# title: Host-chosen mount in a container
# text: The host adds a mount or changes the source of one: the root of the guest, the sockets of the guest services,
#   a directory of another container. The container reads or writes there what it must not. With the services'
#   sockets it fetches every secret of the pod.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-INV M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: C22 C23 C24 C25 C33 C46 C47 C48 C56 J10
# seed: S3 S5 S27 S28
# refs: GHSA-fmg6-v47x-52wr
# severity: critical
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Allow a mount only by destination, type and an anchored pattern of its source.
package threats["T-API-07"]

import data.lib
import rego.v1

ids := {"C22", "C23", "C24", "C25", "C33", "C46", "C47", "C48", "C56", "J10"}

finding contains f if some f in lib.api_findings(ids, "critical")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
