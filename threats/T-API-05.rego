# id: T-API-05
# title: Privileges raised (uid, groups, capabilities, new privileges, namespaces, masked paths, sysctl)
# text: A container is started with more rights than the pod gives it: root, capabilities, no masked paths, a
#   namespace of the guest. It can then leave its container and reach the guest services. The other containers of
#   the pod and the secrets are open to it.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL M-INV
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: C11 C12 C13 C14 C15 C16 C17 C18 C35 C43 E13 C55 J13
# seed: S3 S5 S27 S28
# refs: kata #13615
# severity: high
# severity_rule: C55 (the path of the mount namespace) and J13 (pause) alone: info
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Compare user, groups, capabilities, namespaces with their paths, masked paths and sysctls with those of the
#   pod.
package threats["T-API-05"]

import data.lib
import rego.v1

ids := {"C11", "C12", "C13", "C14", "C15", "C16", "C17", "C18", "C35", "C43", "E13"}

milder := {"C55", "J13"}

finding contains f if some f in lib.api_findings(ids, "high")

finding contains f if some f in lib.api_findings(milder, "info")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
