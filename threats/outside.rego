# What is out of scope. It is printed in every report, with what of it the inputs touch.
package threats.outside

import data.lib
import rego.v1

fetches(c) if {
	some list in ["command", "args"]
	some word in c[list]
	regex.match(`/cdh/resource/|^https?://`, word)
}

unbounded := sort([c.container.name |
	some c in lib.containers
	not c.container.resources.limits
])

loaded := sort([c.container.name |
	some c in lib.containers
	fetches(c.container)
])

evidence["OOS-1"] := lib.text(["containers that fetch at run time: ", concat(", ", loaded)]) if count(loaded) > 0

evidence["OOS-2"] := lib.text(["containers without resources.limits: ", concat(", ", unbounded)]) if count(unbounded) > 0

evidence["OOS-3"] := "the context names the sample TEE" if input.context.tee == "sample"

evidence["OOS-4"] := lib.text([input.context.tee, " is taken at its word: ", concat(", ", lib.tee.assumptions)]) if {
	count(lib.tee.assumptions) > 0
}

evidence["OOS-6"] := "several containers share one guest" if {
	some w in input.workloads
	count(w.containers) > 1
}

touched := [{"id": id, "evidence": object.get(evidence, id, "stated in every report")} |
	some id in ["OOS-1", "OOS-2", "OOS-3", "OOS-4", "OOS-5", "OOS-6"]
]
