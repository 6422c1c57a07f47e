# id: T-API-08
# title: CopyFile writes where it should not
# text: CopyFile carries small files into the guest and runs as root there. A path with dots, a link or a name that
#   was not meant writes over configuration or programs. What was measured at boot is then no longer what runs.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-INV M-CAN M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: F01 F02 F03 F05 F06 F07 F08 F09 F10 F04
# seed: S3 S5 S27 S28
# refs: CVE-2026-41326
# severity: high
# severity_rule: F04 (a setuid bit in the mode): info
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Allow the file names of the kubelet by an anchored pattern, type Regular, below the shared directory.
# bad:
#   startswith(input.path, "/run/kata-containers/shared/containers/")
# good:
#   regex.match(`^/run/kata-containers/shared/containers/[0-9a-f]{64}-[0-9a-f]{16}-(hosts|hostname|resolv\.conf)$`, input.path)
package threats["T-API-08"]

import data.lib
import rego.v1

ids := {"F01", "F02", "F03", "F05", "F06", "F07", "F08", "F09", "F10"}

milder := {"F04"}

finding contains f if some f in lib.api_findings(ids, "high")

finding contains f if some f in lib.api_findings(milder, "info")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
