# id: T-API-18
# title: Policy state or sequence abused
# text: A policy that remembers what runs can be brought out of step. The host starts a container twice, with two
#   kinds of annotations, with the name of another, or removes a key of the state by a container id that is one.
#   What the policy then allows was not meant for this pod.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-INV M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: C06 C30 C31 C34 C40 C49 C50 U04 J05 J06 J11 J12 L05 L06
# seed: S3 S5 S27 S28
# refs: agent 5.4 gaps 2-4
# severity: medium
# decided: C06, C30, C31, C34, C40, C49, C50, U04, J05, J06, J11, J12 allowed; L05, L06 only where the patch that the
#   policy returns changes the state.
# remedy: Keep state under keys that no container id can be, refuse a second instance, and compare both annotations of
#   the type.
package threats["T-API-18"]

import data.lib
import rego.v1

ids := {"C06", "C30", "C31", "C34", "C40", "C49", "C50", "U04", "J05", "J06", "J11", "J12", "L05", "L06"}

finding contains f if some f in lib.api_findings(ids, "medium")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
