# id: T-IMG-02
# title: No signature policy in force
# text: Without an image policy the guest runs whatever the registry serves. The agent policy may bind a digest; who
#   made the image nobody asks.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X6 X10
# assets: A-CODE
# attackers: RO NA OO
# mechanisms: M-SIG
# layouts: kata-vm peer-pods
# needs: initdata
# properties: code.integrity
# seed: S12 S14
# severity: high
# decided: cdh.toml has neither image_security_policy_uri nor image_security_policy; a URI whose file was not supplied is
#   not shown.
# remedy: Set image_security_policy_uri to a policy in the broker.
package threats["T-IMG-02"]

import data.lib
import rego.v1

artefact(d) := lib.entry(d, "cdh.toml")

image(d) := object.get(d.cdh, "image", {}) if is_object(d.cdh)

image(d) := {} if not is_object(d.cdh)

uri(d) := object.get(image(d), "image_security_policy_uri", "")

inline(d) := object.get(image(d), "image_security_policy", "")

finding contains f if {
	some d in lib.live_docs
	uri(d) == ""
	inline(d) == ""
	f := {
		"artefact": artefact(d), "workload": lib.first_of(d.workloads),
		"evidence": "neither image_security_policy_uri nor image_security_policy is set: images are pulled without any check", "find": "cdh.toml",
	}
}

finding contains f if {
	some d in lib.live_docs
	uri(d) != ""
	count(input.supplied["image-policy"]) == 0
	f := {
		"artefact": artefact(d), "workload": lib.first_of(d.workloads), "status": "not-shown", "severity": "info",
		"evidence": lib.text([uri(d), " is named, its content was not supplied"]), "find": "image_security_policy_uri",
	}
}

answered contains a if {
	some d in lib.live_docs
	uri(d) != ""
	count(input.supplied["image-policy"]) > 0
	a := {"artefact": artefact(d), "workload": lib.first_of(d.workloads), "evidence": lib.text([uri(d), " is in force"])}
}

answered contains a if {
	some d in lib.live_docs
	inline(d) != ""
	a := {"artefact": artefact(d), "workload": lib.first_of(d.workloads), "evidence": "the document carries the image policy itself"}
}
