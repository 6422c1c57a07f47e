# id: T-API-06
# title: Hook, module, device or CDI annotation injected
# text: The host adds an OCI hook, a kernel module or a device to a request. Hooks and modules run outside of the
#   container with the rights of the guest. A device such as /dev/mem gives all of its memory.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-INV M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: C19 C20 C21 U01 U02 J08 C32
# seed: S3 S5 S27 S28
# refs: CVE-2020-2023; fork report 315
# severity: critical
# severity_rule: C32 alone: info, a casemate guest refuses it by invariant
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Refuse Hooks that are not null, kernel_modules, guest_hook_path, and devices that the pod does not name.
package threats["T-API-06"]

import data.lib
import rego.v1

ids := {"C19", "C20", "C21", "U01", "U02", "J08"}

milder := {"C32"}

finding contains f if some f in lib.api_findings(ids, "critical")

finding contains f if some f in lib.api_findings(milder, "info")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
