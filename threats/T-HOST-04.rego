# id: T-HOST-04
# title: Guest migrated or snapshotted
# text: A guest that may migrate can be copied to another machine by an agent that the host chooses. The copy runs
#   beside the original.
# precondition: The attacker chooses what is launched and which devices it has.
# crossings: X4 X1
# assets: A-GST A-DATA
# attackers: IO GB
# mechanisms: M-APPR
# layouts: kata-vm peer-pods
# needs: attestation-policy
# probes: A05
# seed: S6 S16 S18 S19 S20 S25
# severity: high
# decided: A05: migration allowed is affirming.
# remedy: Ask for policy_migrate_ma == false.
package threats["T-HOST-04"]

import data.lib
import rego.v1

ids := {"A05m"}

finding contains f if some f in lib.policy_findings(input.appraisals, ids, "high")

answered contains a if some a in lib.policy_answered(input.appraisals, ids)

finding contains f if {
	some b in input.brokers
	b.settings.verifier.snp.insecure_allow_migration == true
	f := {"artefact": b.path, "find": "insecure_allow_migration", "status": "unanswered", "evidence": "verifier.snp.insecure_allow_migration = true: guests that may be moved and copied are accepted"}
}
