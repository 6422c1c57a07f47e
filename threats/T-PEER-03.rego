# id: T-PEER-03
# title: Forwarder exposed or unverified
# text: The adaptor speaks with the forwarder of the pod over the cloud's network. Without certificates or with a
#   public address anybody speaks to the agent.
# precondition: The attacker operates the cloud account or the adaptor.
# crossings: X15
# assets: A-GST A-DATA
# attackers: IO OO
# mechanisms: M-CFG M-POL
# layouts: peer-pods
# needs: peer-pods
# seed: S8 S16 S17
# refs: agent 3.2
# severity: medium
# decided: TLS_SKIP_VERIFY or USE_PUBLIC_IP = true, DISABLE_TLS.
# remedy: Leave verification on and the address private.
package threats["T-PEER-03"]

import data.lib
import rego.v1

finding contains f if {
	some p in input.peer_pods
	lib.is_true(p.settings.TLS_SKIP_VERIFY)
	f := {"artefact": p.path, "subject": "TLS_SKIP_VERIFY", "find": "TLS_SKIP_VERIFY", "evidence": "TLS_SKIP_VERIFY = true"}
}

finding contains f if {
	some p in input.peer_pods
	lib.is_true(p.settings.USE_PUBLIC_IP)
	f := {"artefact": p.path, "subject": "USE_PUBLIC_IP", "find": "USE_PUBLIC_IP", "evidence": "USE_PUBLIC_IP = true"}
}

finding contains f if {
	some p in input.peer_pods
	lib.is_true(p.settings.DISABLE_TLS)
	f := {"artefact": p.path, "subject": "DISABLE_TLS", "find": "DISABLE_TLS", "evidence": "DISABLE_TLS = true"}
}

answered contains a if {
	some p in input.peer_pods
	count([f | some f in finding; f.artefact == p.path]) == 0
	a := {"artefact": p.path, "evidence": "the forwarder is verified and not public"}
}
