# id: T-INIT-08
# title: Secret inside initdata
# text: Initdata is stored in the cluster and read by the host before it is bound to anything. A key or a password in
#   it is public. The digest protects it against change, not against reading.
# precondition: The host stores, transports and chooses initdata.
# crossings: X10 X3
# assets: A-POL
# attackers: IO OO
# mechanisms: M-SEAL
# layouts: kata-vm peer-pods
# needs: initdata
# seed: S3 S28
# severity: high
# decided: A private key, or a value under a name that says secret, in an entry; also NAME=value in the policy's data.
# remedy: Seal it, or store it in the broker and name its URI.
package threats["T-INIT-08"]

import data.lib
import rego.v1

kinds := {"name": "a value under a secret name", "pem": "a private key", "url": "a password in a URL"}

finding contains f if {
	some d in input.documents
	some s in d.secrets
	f := {
		"artefact": lib.entry(d, s.entry), "workload": lib.first_of(d.workloads), "subject": s.name, "line": s.line,
		"evidence": lib.text([kinds[s.kind], ", ", lib.number_text(s.length), " bytes, stands in ", s.entry]),
	}
}

answered contains a if {
	some d in lib.live_docs
	count(d.secrets) == 0
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": "no entry holds what looks like a secret"}
}
