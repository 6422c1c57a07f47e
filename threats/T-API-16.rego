# id: T-API-16
# title: Policy looser than it reads (prefix, unanchored pattern, substring)
# text: A comparison by prefix, substring or unanchored pattern looks strict and is not. The attacker finds a value
#   that begins or ends like an allowed one. The plain attack is refused, its look-alike passes.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL M-ASS
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: C02 C04 C08 E03 E04 E05 E06 E07 F07 F08 C01 C07 E01 F02
# seed: S3 S5 S27 S28
# severity: high
# severity_rule: critical for E03 and E04
# decided: A look-alike probe is allowed while its plain twin is refused: C02, C04 beside C01; C08 beside C07; E03 to E07
#   beside E01; F07, F08 beside F02.
# remedy: Compare whole values with ==, and anchor patterns with ^ and $.
# bad:
#   startswith(input.storages[0].source, "registry.example.org/")
# good:
#   input.storages[0].source == c.image
package threats["T-API-16"]

import data.lib
import rego.v1

twins := {"C02": "C01", "C04": "C01", "C08": "C07", "E03": "E01", "E04": "E01", "E05": "E01", "E06": "E01", "E07": "E01", "F07": "F02", "F08": "F02"}

alike(agent) := {id |
	some id, plain in twins
	agent.probes[id].result == "allowed"
	agent.probes[plain].result == "refused"
}

level(found) := "critical" if count(found & {"E03", "E04"}) > 0

level(found) := "high" if count(found & {"E03", "E04"}) == 0

finding contains object.union(lib.api_finding(agent, found, level(found)), {"status": "weak"}) if {
	some agent in lib.live_agents
	found := alike(agent)
	count(found) > 0
}

answered contains a if {
	some agent in lib.live_agents
	count(alike(agent)) == 0
	some a in lib.api_answered({id | some id, _ in twins})
	a.artefact == agent.artefact
}

reason := lib.no_agent
