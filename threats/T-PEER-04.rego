# id: T-PEER-04
# title: Pod VM image mutable, debug or unsigned boot
# text: The image of the virtual machine is a moving name, a debug build, or is started without secure boot. What runs
#   below the containers changes without anybody deciding it.
# precondition: The attacker operates the cloud account or the adaptor.
# crossings: X15
# assets: A-GST A-DATA
# attackers: IO OO
# mechanisms: M-MEAS
# layouts: peer-pods
# needs: peer-pods
# seed: S8 S16 S17
# severity: high
# decided: A version latest, debug in the id of the image, ENABLE_SECURE_BOOT = false.
# remedy: Name one version of a release image, and switch secure boot on.
package threats["T-PEER-04"]

import data.lib
import rego.v1

bad(value) := "a moving version" if endswith(lower(value), "latest")

bad(value) := "a debug image" if {
	not endswith(lower(value), "latest")
	contains(lower(value), "debug")
}

finding contains f if {
	some p in input.peer_pods
	some key, value in p.settings
	contains(key, "IMAGE")
	is_string(value)
	why := bad(value)
	f := {"artefact": p.path, "subject": key, "find": key, "evidence": lib.text([key, " names ", why, ": ", value])}
}

finding contains f if {
	some p in input.peer_pods
	lib.lower_text(p.settings.ENABLE_SECURE_BOOT) == "false"
	f := {"artefact": p.path, "subject": "ENABLE_SECURE_BOOT", "find": "ENABLE_SECURE_BOOT", "evidence": "ENABLE_SECURE_BOOT = false"}
}

answered contains a if {
	some p in input.peer_pods
	count([f | some f in finding; f.artefact == p.path]) == 0
	a := {"artefact": p.path, "evidence": "the image is one version, and secure boot is on"}
}
