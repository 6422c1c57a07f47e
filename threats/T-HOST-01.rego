# id: T-HOST-01
# title: Clock set by the host
# text: The host sets the clock of the guest. Expired certificates are then valid again, and valid ones expired.
# precondition: The attacker chooses what is launched and which devices it has.
# crossings: X4 X1
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-INV
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: H01
# seed: S6 S16 S18 S19 S20 S25
# refs: expired certificates
# severity: medium
# decided: H01 against the agent policy.
# remedy: default SetGuestDateTimeRequest := false
package threats["T-HOST-01"]

import data.lib
import rego.v1

ids := {"H01"}

finding contains f if some f in lib.api_findings(ids, "medium")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
