# id: T-API-15
# title: Storage injected or remounted
# text: The host adds a storage to a request, changes the one of an image or of a memory volume, or remounts one. A
#   block device over /etc replaces configuration, an image unpacked elsewhere replaces a program. What the
#   container sees is then the host's.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-INV M-POL M-VOL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: V01 C26 C27 C28 C36 C37 C38 C39 C41 C42 C51 C52 C53 C54 U03 U05 U06 U07 U08 J04 J07 J09
# seed: S3 S5 S27 S28
# severity: high
# decided: The probes against the policy in force: a finding where one is allowed.
# remedy: Compare driver, source, fstype, options, driver options and mount point of each storage; refuse others.
package threats["T-API-15"]

import data.lib
import rego.v1

ids := {"V01", "C26", "C27", "C28", "C36", "C37", "C38", "C39", "C41", "C42", "C51", "C52", "C53", "C54", "U03", "U05", "U06", "U07", "U08", "J04", "J07", "J09"}

finding contains f if some f in lib.api_findings(ids, "high")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
