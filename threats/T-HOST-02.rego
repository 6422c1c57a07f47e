# id: T-HOST-02
# title: Entropy fed by the host
# text: The host feeds the random numbers of the guest. Keys that the guest makes afterwards may be known to the host.
# precondition: The attacker chooses what is launched and which devices it has.
# crossings: X4 X1
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-INV
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: H02
# seed: S6 S16 S18 S19 S20 S25
# severity: medium
# decided: H02 against the agent policy.
# remedy: default ReseedRandomDevRequest := false
package threats["T-HOST-02"]

import data.lib
import rego.v1

ids := {"H02"}

finding contains f if some f in lib.api_findings(ids, "medium")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
