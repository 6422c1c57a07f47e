# id: T-IMG-04
# title: Registry or proxy link not authenticated
# text: Images and signatures travel over a link that anybody may answer. A signature policy and digests still hold;
#   everything else is the network's.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X6 X10
# assets: A-CODE
# attackers: RO NA OO
# mechanisms: M-TLS M-SIG
# layouts: kata-vm peer-pods
# needs: initdata
# properties: code.integrity
# seed: S12 S14
# severity: medium
# decided: insecure = true, an http location, or an http proxy for pulls in cdh.toml.
# remedy: Use https for registries and proxies.
package threats["T-IMG-04"]

import data.lib
import rego.v1

plain contains {"d": d, "what": "image_pull_proxy"} if {
	some d in lib.live_docs
	some key in ["https_proxy", "http_proxy"]
	startswith(d.cdh.image.image_pull_proxy[key], "http://")
	not contains(d.cdh.image.image_pull_proxy[key], "//127.")
	not contains(d.cdh.image.image_pull_proxy[key], "//localhost")
}

plain contains {"d": d, "what": "registry_config"} if {
	some d in lib.live_docs
	text := d.cdh.image.registry_config
	regex.match(`insecure\s*=\s*true`, text)
}

plain contains {"d": d, "what": "registry_config"} if {
	some d in lib.live_docs
	text := d.cdh.image.registry_config
	regex.match(`location\s*=\s*"http://`, text)
}

finding contains f if {
	some p in plain
	f := {
		"artefact": lib.entry(p.d, "cdh.toml"), "workload": lib.first_of(p.d.workloads), "subject": p.what, "find": p.what,
		"evidence": lib.text([p.what, ": images are pulled over a link that is not authenticated"]),
	}
}

answered contains a if {
	some d in lib.live_docs
	count([p | some p in plain; p.d.path == d.path]) == 0
	a := {"artefact": d.path, "workload": lib.first_of(d.workloads), "evidence": "no registry and no proxy is plain"}
}
