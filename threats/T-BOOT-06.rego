# id: T-BOOT-06
# title: Platform patch level ignored
# text: A platform with old firmware and microcode has known holes. The evidence names its level. An appraisal that
#   ignores it trusts broken machines.
# precondition: The attacker chooses what is launched.
# crossings: X3 X4
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-APPR M-END
# needs: attestation-policy
# probes: A06
# seed: S6 S16 S18 S19 S20 S25
# severity: high
# decided: A06: parts of the level at 0, or a status OutOfDate, Revoked, ConfigurationNeeded or none, are affirming.
# remedy: Compare tcb_status with UpToDate, or each part with its lowest accepted number.
package threats["T-BOOT-06"]

import data.lib
import rego.v1

ids := {"A06"}

finding contains f if some f in lib.policy_findings(input.appraisals, ids, "high")

answered contains a if some a in lib.policy_answered(input.appraisals, ids)
