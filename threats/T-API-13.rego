# id: T-API-13
# title: Guest memory written out or fed (swap, probe, mem-agent)
# text: Swap on a device of the host carries memory out of the TEE in the clear. Memory added by probe or groups set
#   by the host feed and shape what the guest sees. The encryption of memory ends at this border.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-INV M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: K01 K02 K03 K04 K05
# seed: S3 S5 S27 S28
# refs: 95b57b025c
# severity: high
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Refuse AddSwap, AddSwapPath, MemHotplugByProbe and the memory agent's requests.
package threats["T-API-13"]

import data.lib
import rego.v1

ids := {"K01", "K02", "K03", "K04", "K05"}

finding contains f if some f in lib.api_findings(ids, "high")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
