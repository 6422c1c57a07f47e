# id: T-GST-03
# title: Container reaches guest services or the TEE device
# text: A container that mounts the sockets of the guest services, the TEE device or the namespaces of the guest
#   speaks for the whole guest. A container that was broken into then takes all secrets of the pod.
# precondition: The attacker chooses what is launched.
# crossings: X12
# assets: A-GST A-DATA
# attackers: XC
# mechanisms: M-INV M-LOC
# layouts: kata-vm peer-pods
# needs: k8s
# seed: S6 S16 S18 S19 S20 S25
# severity: high
# decided: A host path below /run/confidential-containers or /dev, a privileged container, or a host namespace in the
#   pod.
# remedy: Take them out of the pod; use the REST service for resources.
package threats["T-GST-03"]

import data.lib
import rego.v1

bad_path(p) if startswith(p, "/run/confidential-containers")

bad_path(p) if startswith(p, "/run/kata-containers")

bad_path(p) if p in {"/dev/tdx_guest", "/dev/sev-guest", "/dev/sgx_enclave", "/dev/tpm0", "/dev/tpmrm0", "/dev/vsock"}

reach contains {"w": w, "subject": v.name, "why": lib.text(["volume ", v.name, " is ", v.hostPath.path])} if {
	some w in input.workloads
	some v in w.spec.volumes
	bad_path(v.hostPath.path)
}

reach contains {"w": w, "subject": c.name, "why": lib.text(["container ", c.name, " is privileged"])} if {
	some w in input.workloads
	some c in w.containers
	c.securityContext.privileged == true
}

reach contains {"w": w, "subject": key, "why": lib.text([key, " = true"])} if {
	some w in input.workloads
	some key in ["hostPID", "hostIPC"]
	w.spec[key] == true
}

finding contains f if {
	some r in reach
	f := {"artefact": r.w.path, "workload": r.w.id, "subject": r.subject, "find": r.subject, "evidence": r.why}
}

answered contains a if {
	some w in input.workloads
	count([r | some r in reach; r.w.id == w.id]) == 0
	a := {"artefact": w.path, "workload": w.id, "evidence": "no container mounts guest services, the TEE device or a namespace of the guest"}
}
