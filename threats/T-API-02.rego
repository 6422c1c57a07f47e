# id: T-API-02
# title: Command run in a container (exec, attach, debug)
# text: Whoever reaches the shim runs a command inside a container: kubectl exec, attach, a debug container, or a
#   probe that was changed. The command runs with the container's rights and sees its data and secrets. Exact
#   command lines of declared probes can be allowed; anything wider is a shell for the cluster.
# precondition: The attacker controls the shim or the vsock: this is always so.
# crossings: X1
# assets: A-DATA A-CODE A-SEC
# attackers: OO IO
# mechanisms: M-POL
# layouts: kata-vm peer-pods
# needs: agent-policy
# probes: E01 E02 E03 E04 E08 E09 E10 E11
# seed: S3 S5 S27 S28
# refs: kubectl exec
# severity: critical
# decided: E01 to E04 and E08 to E11 against the policy: a shell, and the declared probe command with a change.
# remedy: default ExecProcessRequest := false, or allow one exact command line: casemate policy template exec-probe
# bad:
#   default ExecProcessRequest := true
# good:
#   default ExecProcessRequest := false
package threats["T-API-02"]

import data.lib
import rego.v1

ids := {"E01", "E02", "E03", "E04", "E08", "E09", "E10", "E11"}

finding contains f if some f in lib.api_findings(ids, "critical")

answered contains a if some a in lib.api_answered(ids)

reason := lib.no_agent
