# id: T-PEER-06
# title: Cloud credentials or configuration unverified
# text: The configuration of the pod VM arrives as user data of the cloud. Without a check, or with keys of the cloud
#   in a ConfigMap, the cluster or the cloud changes it.
# precondition: The attacker operates the cloud account or the adaptor.
# crossings: X15
# assets: A-GST A-DATA
# attackers: IO OO
# mechanisms: M-CFG
# layouts: peer-pods
# needs: peer-pods
# seed: S8 S16 S17
# severity: medium
# decided: CLOUD_CONFIG_VERIFY is not true; cloud keys in the ConfigMap.
# remedy: CLOUD_CONFIG_VERIFY: "true", and keys of the cloud in a Secret outside of this cluster.
package threats["T-PEER-06"]

import data.lib
import rego.v1

finding contains f if {
	some p in input.peer_pods
	not lib.is_true(object.get(p.settings, "CLOUD_CONFIG_VERIFY", "false"))
	f := {"artefact": p.path, "subject": "CLOUD_CONFIG_VERIFY", "find": "CLOUD_CONFIG_VERIFY", "evidence": "CLOUD_CONFIG_VERIFY is not true"}
}

finding contains f if {
	some p in input.peer_pods
	some key, value in p.settings
	value == "(cut)"
	f := {"artefact": p.path, "subject": key, "find": key, "evidence": lib.text([key, " stands in the ConfigMap"])}
}

answered contains a if {
	some p in input.peer_pods
	count([f | some f in finding; f.artefact == p.path]) == 0
	a := {"artefact": p.path, "evidence": "the configuration is verified, and no key of the cloud stands in it"}
}
