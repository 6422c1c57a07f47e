# id: T-ENC-01
# title: Agent enclave reachable
# text: The agent enclave takes requests over an address that other programs reach. Anybody on the network starts
#   images in it.
# precondition: The attacker is the host of the enclaves.
# crossings: X16
# assets: A-CODE A-DATA A-SEC
# attackers: IO
# mechanisms: M-ENCL
# layouts: enclave
# needs: enclave
# seed: S8 S16 S17
# severity: high
# decided: agent_url is neither a unix socket nor loopback.
# remedy: agent_url = "unix:///run/..." or a loopback address.
# bad:
#   agent_url = "tcp://0.0.0.0:7788"
# good:
#   agent_url = "unix:///run/enclave-agent.sock"
package threats["T-ENC-01"]

import data.lib
import rego.v1

url(e) := e.settings.containerd.agent_url

url(e) := e.settings.agent_url if not e.settings.containerd.agent_url

near(u) if startswith(u, "unix://")

near(u) if regex.match(`^[a-z]+://(127\.[0-9.]+|localhost|\[::1\])(:|/|$)`, u)

finding contains f if {
	some e in input.enclave
	not near(url(e))
	f := {"artefact": e.path, "find": "agent_url", "evidence": lib.text(["agent_url = ", url(e)])}
}

answered contains a if {
	some e in input.enclave
	near(url(e))
	a := {"artefact": e.path, "evidence": "the agent enclave is reached on this machine only"}
}
