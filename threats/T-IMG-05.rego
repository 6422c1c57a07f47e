# id: T-IMG-05
# title: Confidential image in the clear
# text: The code is to stay secret, and its image lies in the registry in the clear, or its key comes from a sample
#   provider. Registry, node and network read it.
# precondition: The attacker answers for the registry or picks the reference.
# crossings: X6 X10
# assets: A-CODE
# attackers: RO NA OO
# mechanisms: M-ENC
# needs: image-manifest
# properties: code.confidentiality
# seed: S12 S14
# severity: high
# decided: protect.code asks for confidentiality, and a layer is not encrypted, or its key is from a sample provider or
#   is not released by attestation. Without manifests, not shown.
# remedy: Encrypt the layers with the key provider attestation-agent and a key in the broker.
package threats["T-IMG-05"]

import data.lib
import rego.v1

asked if "confidentiality" in input.context.protect.code

place := input.images[0].path if count(input.images) > 0

place := lib.entry(lib.live_docs[0], "cdh.toml") if {
	count(input.images) == 0
	count(lib.live_docs) > 0
}

place := input.workloads[0].path if {
	count(input.images) == 0
	count(lib.live_docs) == 0
}

of(i, c) if i.reference == c.image

of(i, c) if {
	i.digest != ""
	i.digest == c.reference.digest
}

manifest(c) := [i | some i in input.images; of(i, c)][0]

released(path) if {
	some d in input.documents
	path in d.closure
}

why(layer) := "is not encrypted" if not layer.encrypted

why(layer) := "has no key of the provider attestation-agent" if {
	layer.encrypted
	not agent_key(layer)
}

why(layer) := "has a key that attestation does not release" if {
	layer.encrypted
	agent_key(layer)
	not released_key(layer)
}

agent_key(layer) if {
	some k in layer.keys
	k.provider == "attestation-agent"
	not contains(lower(k.kid), "sample")
}

released_key(layer) if {
	some k in layer.keys
	released(k.path)
}

shows_layers(c) if count(manifest(c).layers) > 0

finding contains f if {
	asked
	some c in lib.containers
	some n, layer in manifest(c.container).layers
	reason_ := why(layer)
	f := {
		"artefact": manifest(c.container).path, "workload": c.workload, "subject": c.container.name,
		"evidence": lib.text(["layer ", lib.number_text(n), " of ", c.container.name, " ", reason_]),
	}
}

finding contains f if {
	asked
	some c in lib.containers
	not shows_layers(c.container)
	f := {
		"artefact": place, "workload": c.workload, "subject": c.container.name, "status": "not-shown", "severity": "info",
		"evidence": lib.text(["no manifest with the layers of ", c.container.name, " was supplied"]),
	}
}

answered contains a if {
	asked
	some c in lib.containers
	count(manifest(c.container).layers) > 0
	every layer in manifest(c.container).layers {
		not why(layer)
	}
	a := {"artefact": manifest(c.container).path, "workload": c.workload, "evidence": lib.text(["every layer of ", c.container.name, " is encrypted with a key that attestation releases"])}
}

reason := "the context does not ask for confidentiality of the code" if not asked
