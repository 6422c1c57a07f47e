# id: T-ORC-05
# title: More copies or older versions started
# text: The cluster starts a second copy of a workload that must be alone, or an older version beside the new one.
#   State forks, and each copy believes that it is the only one.
# precondition: The attacker writes objects of the cluster.
# crossings: X10
# assets: A-POL A-DATA
# attackers: OO
# mechanisms: M-INIT M-AUD
# needs: k8s
# seed: S21 S27 S28
# refs: rollback
# severity: low
# decided: State that must not fork (a volume for many writers, a lease) without attested uniqueness: not shown.
# unseen: How many copies run is known to the cluster alone.
# remedy: Let the broker give the leading role, or bind state to one instance.
package threats["T-ORC-05"]

import data.lib
import rego.v1

shared contains {"w": w, "name": v.name} if {
	some w in input.workloads
	some v in w.spec.volumes
	some o in input.objects
	o.kind == "PersistentVolumeClaim"
	o.name == v.persistentVolumeClaim.claimName
	"ReadWriteMany" in o.object.spec.accessModes
}

finding contains f if {
	some s in shared
	f := {"artefact": s.w.path, "workload": s.w.id, "subject": s.name, "status": "not-shown", "severity": "info", "find": s.name, "evidence": lib.text(["volume ", s.name, " may have many writers; that there is one copy is not shown"])}
}

answered contains a if {
	some w in input.workloads
	count([s | some s in shared; s.w.id == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no state is shared between copies"}
}
