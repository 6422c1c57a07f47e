# What the rules of threats/ share: which policies and documents count, and how a probe becomes a finding.
package lib

import rego.v1

# A document counts where a pod is started with it; where no pod was supplied, every document does.
live_docs := [d | some d in input.documents; d.is_in_force] if count(input.workloads) > 0

live_docs := input.documents if count(input.workloads) == 0

live_agents := [a | some a in input.agents; not a.is_loose; a.is_in_force] if count(input.workloads) > 0

live_agents := [a | some a in input.agents; not a.is_loose] if count(input.workloads) == 0

# Where several answers fit, the first: a function has one.
doc_of(w) := [d | some d in input.documents; d.path == w.initdata.document][0]

first_of(list) := list[0] if count(list) > 0

first_of(list) := "" if count(list) == 0

entry(d, name) := concat("#", [d.path, name])

text(parts) := concat("", [shown_text(p) | some p in parts])

number_text(n) := format_int(n, 10)

short(t) := t if count(t) <= 20

short(t) := concat("", [substring(t, 0, 16), ".."]) if count(t) > 20

lower_text(v) := lower(v) if is_string(v)

lower_text(true) := "true"

lower_text(false) := "false"

# A text for a report, whatever stood there.
shown_text(v) := v if is_string(v)

shown_text(v) := json.marshal(v) if not is_string(v)

has(object_, key) if object_[key] == object_[key]

is_true(v) if lower_text(v) in {"true", "1", "yes"}

# Probes of one policy.

hits(policy, ids) := {id | some id in ids; policy.probes[id].result == "allowed"}

undecided(policy, ids) := {id | some id in ids; policy.probes[id].result == "error"}

refused(policy, ids) := {id | some id in ids; policy.probes[id].result == "refused"}

uncalibrated(policy, ids) := {id |
	some id in ids
	policy.probes[id].result == "refused"
	not policy.probes[id].calibrated
}

title(id) := data.probe_titles[id]

title(id) := id if not data.probe_titles[id]

says(policy, id) := text([id, " ", title(id), " allowed: ", policy.probes[id].why])

# A probe's own name: parts of one (Q02w) are shown as the whole.
shown(ids) := sort([s | some s in {substring(id, 0, 3) | some id in ids}])

evidence(policy, found) := says(policy, sort([id | some id in found])[0]) if count(found) == 1

evidence(policy, found) := text([says(policy, list[0]), "; also ", concat(" ", array.slice(shown(found), 1, 12))]) if {
	count(found) > 1
	list := sort([id | some id in found])
}

all_open(agent, found) if {
	every id in found {
		agent.probes[id].open
	}
}

api_status(agent, found) := "unanswered" if all_open(agent, found)

api_status(agent, found) := "weak" if not all_open(agent, found)

line_of(policy, found) := policy.probes[sort([id | some id in found])[0]].line

api_finding(agent, found, severity) := {
	"artefact": agent.artefact,
	"workload": first_of(agent.workloads),
	"severity": severity,
	"status": api_status(agent, found),
	"evidence": evidence(agent, found),
	"probes": shown(found),
	"line": line_of(agent, found),
}

# What every row about the agent's interface gives for its probes.
api_findings(ids, severity) := {f |
	some agent in live_agents
	found := hits(agent, ids)
	count(found) > 0
	f := api_finding(agent, found, severity)
} | api_open(ids)

api_open(ids) := {f |
	some agent in live_agents
	agent.state == "compiled"
	count(hits(agent, ids)) == 0
	stuck := undecided(agent, ids)
	count(stuck) > 0
	f := {
		"artefact": agent.artefact, "workload": first_of(agent.workloads), "severity": "medium", "status": "weak",
		"evidence": text([sort([id | some id in stuck])[0], " cannot be decided: the policy ends in an error or a limit"]),
		"probes": shown(stuck),
	}
} | {f |
	some agent in live_agents
	agent.state == "compiled"
	count(hits(agent, ids)) == 0
	count(undecided(agent, ids)) == 0
	blind := uncalibrated(agent, ids)
	count(blind) > 0
	f := {
		"artefact": agent.artefact, "workload": first_of(agent.workloads), "severity": "info", "status": "not-shown",
		"evidence": "baseline not found: the policy refuses the pod as it was supplied, so that its refusals show nothing",
		"probes": shown(blind),
	}
}

api_answered(ids) := {a |
	some agent in live_agents
	agent.state == "compiled"
	count(hits(agent, ids)) == 0
	count(undecided(agent, ids)) == 0
	count(uncalibrated(agent, ids)) == 0
	tested := refused(agent, ids)
	count(tested) > 0
	a := {
		"artefact": agent.artefact, "workload": first_of(agent.workloads), "probes": shown(tested),
		"evidence": "the pod is accepted and each probe is refused",
	}
}

no_agent := "no agent policy in force was supplied" if count(live_agents) == 0

# Attestation and release policies.

probe_finding(policy, found, severity) := {
	"artefact": policy.artefact,
	"severity": severity,
	"status": "weak",
	"evidence": evidence(policy, found),
	"probes": shown(found),
	"line": line_of(policy, found),
}

policy_findings(policies, ids, severity) := {f |
	some policy in policies
	found := hits(policy, ids)
	count(found) > 0
	f := probe_finding(policy, found, severity)
} | {f |
	some policy in policies
	policy.state == "compiled"
	count(hits(policy, ids)) == 0
	blind := uncalibrated(policy, ids)
	count(blind) > 0
	f := {
		"artefact": policy.artefact, "severity": "info", "status": "not-shown", "probes": shown(blind),
		"evidence": "baseline not found: the policy refuses what should pass, so that its refusals show nothing",
	}
} | {f |
	some policy in policies
	policy.state == "compiled"
	count(hits(policy, ids)) == 0
	stuck := undecided(policy, ids)
	count(stuck) > 0
	f := {
		"artefact": policy.artefact, "severity": "medium", "status": "weak", "probes": shown(stuck),
		"evidence": text([sort([id | some id in stuck])[0], " cannot be decided: the policy ends in an error or a limit"]),
	}
}

policy_answered(policies, ids) := {a |
	some policy in policies
	policy.state == "compiled"
	count(hits(policy, ids)) == 0
	count(uncalibrated(policy, ids)) == 0
	count(undecided(policy, ids)) == 0
	tested := refused(policy, ids)
	count(tested) > 0
	a := {"artefact": policy.artefact, "probes": shown(tested), "evidence": "the baseline passes and each probe is refused"}
}

tee := data.tee[input.context.tee]

has_broker if count(input.brokers) > 0

has_broker if count(input.releases) > 0

has_broker if count(input.appraisals) > 0

has_broker if {
	some d in live_docs
	count(d.services) > 0
}

broker_path := input.brokers[0].path if count(input.brokers) > 0

broker_path := input.releases[0].path if {
	count(input.brokers) == 0
	count(input.releases) > 0
}

broker_path := input.appraisals[0].path if {
	count(input.brokers) == 0
	count(input.releases) == 0
	count(input.appraisals) > 0
}

trustee(b) if has(b.settings, "attestation_service")

trustee(b) if has(b.settings, "http_server")

casemate(b) if {
	not trustee(b)
	some section in ["server", "store", "keys", "session", "verifier"]
	has(b.settings, section)
}

# Who may change a broker of the other kind: its configuration says so, or it does not start.
closed_admin(b) if {
	trustee(b)
	b.settings.admin.authorization_mode in {"AuthenticatedAuthorization", "DenyAll"}
}

# The signers of tokens that a broker of the other kind takes.
pinned_signer(b) if {
	some list in ["trusted_certs_paths", "trusted_jwk_sets"]
	count(b.settings.attestation_token[list]) > 0
	not b.settings.attestation_token.insecure_header_jwk == true
}

named_guest if input.context.guest.agent == "casemate"

# A context says which guest is meant; only a policy that pins what is launched shows that no other one runs.
our_guest if {
	named_guest
	some a in input.appraisals
	a.baseline.state == "accepted"
	count(tee.parts.launch) > 0
	every p in tee.parts.launch {
		not p in a.free
	}
}

why_not_our_guest := "the guest is not known: context.guest.agent is not casemate" if not named_guest

why_not_our_guest := "the context names a casemate guest, and no attestation policy pins what is launched" if named_guest

# What no file of a deployment can show, and tests of ours do: their names, from the head of the row.
proofs(id) := concat(", ", data.catalogue[id].proofs)

# Every name that a container or its pod uses of an image.
containers := [c |
	some w in input.workloads
	some k in w.containers
	c := {"workload": w.id, "path": w.path, "container": k}
]

kernel_words := [p |
	some w in input.workloads
	some word in w.kernel_params
	p := {"workload": w, "word": word}
]

rest_api(word) := trim_prefix(word, "agent.guest_components_rest_api=") if {
	startswith(word, "agent.guest_components_rest_api=")
}

# Who sends what to a pod: objects of its namespace say so; a pod without ports gets nothing.
traffic_kinds := {"Service", "Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"}

traffic_shown(w) if {
	some o in input.objects
	o.kind in traffic_kinds
	same_space(o.namespace, w.namespace)
}

traffic_shown(w) if count([p | some c in w.containers; some p in c.ports]) == 0

# Volumes. What is not known to lie in the guest, or to be its host's own path, lies outside: a list of what is outside
# would have holes.

harmless_kinds := {"emptyDir", "configMap", "secret", "projected", "downwardAPI", "hostPath"}

volume_kinds := {
	"persistentVolumeClaim": "PersistentVolumeClaim", "ephemeral": "PersistentVolumeClaim of its own", "nfs": "NFS",
	"csi": "CSI", "iscsi": "iSCSI", "cephfs": "Ceph", "image": "image that the node pulls",
}

# What a volume claims: by a claim that was supplied, by a template of its workload, or by its own.
claim(w, v) := array.concat(supplied_claims(w, v), own_claims(w, v))[0]

supplied_claims(w, v) := [o.object.spec |
	some o in input.objects
	o.kind == "PersistentVolumeClaim"
	o.name == v.persistentVolumeClaim.claimName
	same_space(o.namespace, w.namespace)
]

own_claims(w, v) := [spec |
	some spec in array.concat(
		[t.spec | some t in w.claim_templates; t.metadata.name == v.name; count(v) == 1],
		[s | s := v.ephemeral.volumeClaimTemplate.spec],
	)
]

same_space(a, b) if a == b

same_space(a, _) if a == ""

volume_mode(w, v) := object.get(claim(w, v), "volumeMode", "Filesystem")

# A block device that the guest itself encrypts.
secure_volume(w, v) if {
	some c in w.containers
	some d in c.volumeDevices
	d.name == v.name
	d.devicePath == "/dev/trusted_store"
	volume_mode(w, v) == "Block"
}

declared_volume(v) if input.context.storage[v.name] == "application-encrypted"

outside_kind(v) := [object.get(volume_kinds, key, key) | some key, _ in v; key != "name"; not key in harmless_kinds][0]

named_volumes(w) := {v.name | some v in w.spec.volumes}

outside_volumes contains {"w": w, "v": v, "kind": outside_kind(v)} if {
	some w in input.workloads
	some v in w.spec.volumes
	outside_kind(v)
}

# Mounted and not among the volumes of the pod: a StatefulSet makes it from a claim template.
outside_volumes contains {"w": w, "v": {"name": m.name}, "kind": "claim of a template"} if {
	some w in input.workloads
	some c in w.containers
	some list in ["volumeMounts", "volumeDevices"]
	some m in c[list]
	not m.name in named_volumes(w)
}

# Probes that a severe row stands on: what makes an older document dangerous.
severe := {
	"C01", "C02", "C03", "C04", "C05", "C07", "C08", "C09", "C10", "C11", "C12", "C13", "C14", "C16", "C17", "C18",
	"C19", "C20", "C21", "C22", "C23", "C24", "C25", "C26", "C27", "C28", "C33", "C46", "C47", "E01", "E02", "E03",
	"E04", "E08", "E09", "E10", "F01", "F02", "F03", "F05", "F06", "F07", "J01", "J02", "J03", "J08", "J10", "K01",
	"K02", "K03", "N01", "N05", "N06", "N10", "N11", "U01", "U02", "U03", "V01", "W01", "Y01",
}
