# proves: R7 R11 R12 R13 R14 R35 M-REL M-APPR M-ASS T-SEC-02 T-INIT-01 T-INIT-02 T-ATT-09 T-ATT-10 T-ATT-11
"""Policies in Rego: what the broker refuses to put in force, and what those in force decide."""
import base64
import hashlib
import json
import subprocess

import pytest

from broker import ROOT, attest, b64url, initdata_claim, reasons
from conftest import AFFIRMING_SAMPLE

SECRET = b"for one who may"
PATH = "default/demo/secret"
NAME = "/casemate/v0/record/policy/"
REVOKING = "/casemate/v0/revoke-tokens/record/policy/"
ALLOW_ALL = 'package policy\ndefault allow := false\nallow if data.plugin == "resource"\n'
DENY_ALL = "package policy\ndefault allow := false\n"


def prepare(broker):
    assert broker.set_resource(PATH, SECRET).status == 200
    assert broker.bind(initdata_claim(), [PATH]).status == 200
    assert broker.set_references(AFFIRMING_SAMPLE).status == 200
    return broker


@pytest.fixture
def broker(make_broker):
    """One that lets every policy come into force that compiles, so that the tests see what each decides."""
    return prepare(make_broker(sample=True, settings={"policy.on_critical": "insecure_warn"}))


@pytest.fixture
def strict(make_broker):
    return prepare(make_broker(sample=True))


def put(broker, name, text, prefix=NAME):
    return broker.admin("PUT", prefix + name, text.encode())


def get(broker, token, path=PATH):
    return broker.request("GET", "/kbs/v0/resource/" + path, headers={"Authorization": "Bearer " + token})


def payload(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def casemate(broker, *arguments):
    return subprocess.run([broker.build / "casemate", "policy", *arguments, "--admin",
                           broker.folder / "admin" / "admin.toml"], capture_output=True, text=True)


@pytest.mark.parametrize("name, text, says", [
    ("resource-policy", "package policy\nallow = \n", "resource-policy:"),
    ("resource-policy", "package policy\nallow if nosuch(1)\n", "nosuch"),
    ("resource-policy", "package policy\nother := 1\n", "data.policy.allow"),
    ("resource-policy", "package other\nallow := true\n", "data.policy.allow"),
    ("resource-policy", "", "resource-policy"),
    ("resource-policy", "package policy\nallow if allow\n", "recursive"),
    ("resource-policy", "package policy\nallow if query_reference_value(\"x\")\n", "query_reference_value"),
    ("attestation-policy/default_cpu", "package policy\nx := 1\n", "trust_claims"),
    ("attestation-policy/other_cpu", "package policy\ntrust_claims := {\"executables\": 3}\n", "no policy has such a name"),
    ("attestation-policy/", "package policy\ntrust_claims := {\"executables\": 3}\n", "no policy has such a name"),
    ("release", ALLOW_ALL, "no policy has such a name"),
])
def test_what_cannot_be_in_force_is_refused_with_its_fault(broker, tmp_path, name, text, says):
    assert put(broker, name, text).status == 401
    file = tmp_path / "policy.rego"
    file.write_text(text)
    run = casemate(broker, "set", name, file)
    assert run.returncode == 1 and says in run.stderr, run.stderr
    assert broker.admin("GET", "/casemate/v0/list/policy").json() == []
    answer, *_ = attest(broker)
    assert get(broker, answer.json()["token"]).status == 200, "the built-in policy is still in force"


def test_the_cli_sets_reads_and_deletes(broker, tmp_path):
    file = tmp_path / "policy.rego"
    file.write_text(DENY_ALL)
    assert "is in force" in casemate(broker, "set", "resource-policy", file).stdout
    assert casemate(broker, "get", "resource-policy").stdout == DENY_ALL
    listed = json.loads(casemate(broker, "list", "--format", "json").stdout)
    assert [(e["name"], e["version"]) for e in listed] == [("resource-policy", 1)]
    assert broker.admin("GET", "/kbs/v0/resource-policy").json() == ["resource-policy"]
    answer, *_ = attest(broker)
    assert get(broker, answer.json()["token"]).variant() == "PolicyDeny"
    assert casemate(broker, "delete", "resource-policy").returncode == 0
    assert get(broker, answer.json()["token"]).status == 200
    missing = casemate(broker, "get", "resource-policy")
    assert missing.returncode != 0 and missing.stdout == ""
    built_in = subprocess.run([broker.build / "casemate", "policy", "show", "resource-policy"], capture_output=True, text=True)
    assert built_in.returncode == 0 and "default allow := false" in built_in.stdout
    unknown = subprocess.run([broker.build / "casemate", "policy", "show", "nosuch"], capture_output=True, text=True)
    assert unknown.returncode != 0 and unknown.stdout == ""
    assert casemate(broker, "set", "resource-policy", tmp_path / "absent.rego").returncode == 3


def test_the_built_in_policy_set_as_text_decides_as_before(broker):
    text = subprocess.run([broker.build / "casemate", "policy", "show", "resource-policy"], capture_output=True, text=True).stdout
    assert put(broker, "resource-policy", text).status == 200
    answer, key, *_ = attest(broker)
    token = answer.json()["token"]
    assert key.open(get(broker, token).body) == SECRET
    assert get(broker, token, "default/other/secret").variant() == "PolicyDeny"
    stranger, *_ = attest(broker, initdata='version = "0.1.0"\nalgorithm = "sha384"\n[data]\n"note" = "another"\n')
    assert get(broker, stranger.json()["token"]).variant() == "PolicyDeny"
    assert "release.other-workload" in reasons(broker) and "release.initdata" in reasons(broker)
    rules = [line.get("rule") for line in broker.audit_lines() if line["kind"] == "release" and not line.get("reason")]
    assert rules == ["resource-policy@1:8:1"], "the place of the rule that allowed it"
    denied = [line["detail"] for line in broker.audit_lines() if line.get("reason") in ("release.other-workload", "release.initdata")]
    assert all(d["at"].startswith("resource-policy:") and d["literal"] and d["message"] for d in denied) and len(denied) == 2


def test_a_policy_sees_token_path_and_query(broker):
    assert put(broker, "resource-policy", """package policy
default allow := false
allow if data.query.nobody == "does"
allow if {
    data["resource-path"] == ["default", "demo", "secret"]
    data.query.who == "me"
    input.submods.cpu0["ear.status"] == "affirming"
}
refusal := "release.other-workload" if data.query.why
""").status == 200
    answer, *_ = attest(broker)
    token = answer.json()["token"]
    assert get(broker, token, PATH + "?who=me").status == 200
    for path in (PATH, PATH + "?who=you", PATH + "?who=me&who=you", "default/demo/other?who=me", PATH + "/x?who=me"):
        assert get(broker, token, path).variant() == "PolicyDeny", path
    assert get(broker, token, PATH + "?why=1").variant() == "PolicyDeny"
    assert "release.other-workload" in reasons(broker)
    released = [line["rule"] for line in broker.audit_lines() if line["kind"] == "release" and not line.get("reason")]
    assert released == ["resource-policy@1:4:1"]


@pytest.mark.parametrize("rule", ['allow := "true"', "allow := 1", "allow := [true]", "allow := null", "allow if input.nosuch",
                                  "allow := true\nallow := false",
                                  "allow if count([1 | numbers.range(1, 9999)[_]; numbers.range(1, 9999)[_]]) > 0",
                                  'refusal := "key.binding"\nallow := false'])
def test_only_the_value_true_allows(broker, rule):
    assert put(broker, "resource-policy", "package policy\n" + rule + "\n").status == 200
    answer, *_ = attest(broker)
    refused = get(broker, answer.json()["token"])
    assert refused.status == 401 and refused.variant() in ("PolicyDeny", "PolicyEngineError")
    assert SECRET not in refused.body
    assert "key.binding" not in [line.get("reason") for line in broker.audit_lines()], "no reason of another role"


def test_a_policy_survives_a_restart(broker):
    assert put(broker, "resource-policy", DENY_ALL).status == 200
    broker.stop()
    broker.start()
    answer, *_ = attest(broker)
    assert get(broker, answer.json()["token"]).variant() == "PolicyDeny"


def test_revoking_ends_older_tokens(broker):
    answer, key, *_ = attest(broker)
    old = answer.json()["token"]
    assert put(broker, "resource-policy", ALLOW_ALL).status == 200
    assert get(broker, old).status == 200, "a change alone leaves tokens in force"
    assert put(broker, "resource-policy", "package policy\nallow := \n", REVOKING).status == 401
    assert get(broker, old).status == 200, "a refused change revokes nothing"
    assert put(broker, "resource-policy", ALLOW_ALL, REVOKING).status == 200
    assert get(broker, old).variant() == "PolicyDeny"
    by_cookie = broker.request("GET", "/kbs/v0/resource/" + PATH, headers={"Cookie": "kbs-session-id=" + answer.cookie})
    assert by_cookie.variant() == "PolicyDeny"
    assert "token.revoked" in reasons(broker)
    new, key, *_ = attest(broker)
    assert key.open(get(broker, new.json()["token"]).body) == SECRET
    broker.stop()
    broker.start()
    assert get(broker, old).status == 401
    assert get(broker, new.json()["token"]).status == 200


def test_the_token_names_the_policies_it_stands_on(broker):
    text = "package policy\ntrust_claims := {\"executables\": 3}\n"
    assert put(broker, "attestation-policy/default_cpu", text).status == 200
    answer, *_ = attest(broker)
    own = payload(answer.json()["token"])["casemate"]
    assert own["policies"]["attestation-policy/default_cpu"] == hashlib.sha256(text.encode()).hexdigest()
    assert own["rule"] == "resource-policy@built-in" and len(own["policies"]["resource-policy"]) == 64


@pytest.mark.parametrize("rules, status", [
    ('trust_claims := {"executables": 3, "hardware": 2}', "affirming"),
    ('trust_claims := {"executables": 33}', "warning"),
    ('trust_claims := {"executables": 97}', "contraindicated"),
    ('default trust_claims := {"executables": 33}\n'
     'trust_claims := {"executables": 3} if input.sample.launch_digest in query_reference_value("launch_digest")', "affirming"),
    ('default trust_claims := {"executables": 33}\n'
     'trust_claims := {"executables": 3} if input.sample.launch_digest in query_reference_value("nosuch")', "warning"),
])
def test_an_attestation_policy_makes_the_vector(broker, rules, status):
    assert put(broker, "attestation-policy/default_cpu", "package policy\n" + rules + "\n").status == 200
    answer, *_ = attest(broker)
    token = answer.json()["token"]
    assert payload(token)["submods"]["cpu0"]["ear.status"] == status
    assert (get(broker, token).status == 200) == (status == "affirming")
    if "nosuch" in rules:
        line = next(line for line in broker.audit_lines() if line["kind"] == "attest")
        assert line["reason"] == "appraisal.no-reference" and line["detail"]["findings"][0]["reference"] == "nosuch"


def test_upstreams_endpoints_set_the_same_records(broker):
    body = lambda text, **more: json.dumps({"policy": b64url(text.encode()), **more}).encode()
    assert broker.admin("POST", "/kbs/v0/resource-policy", body(DENY_ALL)).status == 200
    assert broker.admin("GET", NAME + "resource-policy").json() == DENY_ALL
    text = "package policy\ntrust_claims := {\"executables\": 33}\n"
    assert broker.admin("POST", "/kbs/v0/attestation-policy", body(text, policy_id="default_cpu")).status == 200
    assert broker.admin("GET", NAME + "attestation-policy/default_cpu").json() == text
    for bad in (b"", b"{}", b"[]", b'{"policy":"***"}', b'{"policy":5}', body(text), body(text, policy_id="x")):
        assert broker.admin("POST", "/kbs/v0/attestation-policy", bad).variant() == "AttestationError"


def test_a_token_that_is_not_verbose_leaves_the_devices_evidence_out(make_broker):
    broker = make_broker(sample=True, settings={"token.verbose": False, "policy.on_critical": "insecure_warn"})
    text = 'package policy\ntrust_claims := {"executables": 3} if input.runtime_data_claims["additional-evidence"] == ""\n'
    assert put(broker, "attestation-policy/default_cpu", text).status == 200
    answer, key, nonce, *_ = attest(broker)
    claims = payload(answer.json()["token"])["submods"]["cpu0"]["ear.veraison.annotated-evidence"]["runtime_data_claims"]
    assert set(claims) == {"nonce", "tee-pubkey"} and claims["nonce"] == nonce


AFFIRMING = 'package policy\ndefault allow := false\nallow if {\n    some_part\n    every m in input.submods { m["ear.status"] == "affirming" }\n}\nsome_part if some _ in input.submods\n'
BOUND = AFFIRMING.replace("    some_part\n", '    some_part\n    input.submods.cpu0["ear.veraison.annotated-evidence"].init_data in object.keys(data.workloads)\n')


@pytest.mark.parametrize("name, text, threat", [
    ("resource-policy", "package policy\nallow := true\n", "T-SEC-02"),
    ("resource-policy", ALLOW_ALL, "T-SEC-02"),
    ("resource-policy", 'package policy\nallow if not input.submods.cpu0["ear.status"] == "contraindicated"\n', "T-SEC-02"),
    ("resource-policy", 'package policy\nallow if some m in input.submods\n', "T-SEC-02"),
    ("resource-policy", 'package policy\nallow if { some m in input.submods; m["ear.status"] == "affirming" }\n', "T-SEC-02"),
    ("resource-policy", AFFIRMING, "T-INIT-01"),
    ("attestation-policy/default_cpu", 'package policy\ntrust_claims := {"executables": 3}\n', "T-ATT-09"),
    ("attestation-policy/default_cpu", 'package policy\ntrust_claims := {"executables": 3} if input.tpm.pcr11\n', "T-ATT-09"),
    ("attestation-policy/default_cpu", 'package policy\ntrust_claims := {"executables": 3} if not input.snp.measurement == query_reference_value("x")\n', "T-ATT-09"),
    ("attestation-policy/default_cpu", 'package policy\ntrust_claims := {"executables": 2} if query_reference_value("absent") < input.snp.reported_tcb_snp\n', "T-ATT-09"),
])
def test_a_policy_that_opens_a_critical_threat_is_refused(strict, tmp_path, name, text, threat):
    file = tmp_path / "policy.rego"
    file.write_text(text)
    run = casemate(strict, "set", name, file)
    assert run.returncode == 1 and threat in run.stderr and "probe" in run.stderr, run.stderr
    assert strict.admin("GET", "/casemate/v0/list/policy").json() == []
    assert "policy.critical" in reasons(strict)
    assert strict.admin("POST", "/kbs/v0/resource-policy", json.dumps({"policy": b64url(ALLOW_ALL.encode())}).encode()
                        ).variant() == "PolicyEngineError"


SNP_BUT = """package policy
trust_claims := {"executables": 3} if {
    input.snp.measurement in query_reference_value("snp_launch_measurement")
    input.snp.reported_tcb_snp >= query_reference_value("snp_snp_svn")
    %s
}
"""


@pytest.mark.parametrize("literal, threat", [
    ("input.snp.policy_debug_allowed == false", None),
    ("input.snp.policy_migrate_ma == false", "T-BOOT-05"),
])
def test_the_catalogue_itself_judges_a_policy(strict, literal, threat):
    """No probe of the broker's own asks for a debug guest: the rules that `casemate assess` runs are the broker's, too."""
    assert strict.set_references({"snp_launch_measurement": ["aa" * 48], "snp_snp_svn": 5}).status == 200
    answer = put(strict, "attestation-policy/default_cpu", SNP_BUT % literal)
    assert (answer.status == 200) == (threat is None), answer.body
    if threat:
        assert f"it opens {threat}: A05 debug" in answer.json()["detail"]
        file = json.dumps({"policy": SNP_BUT % literal, "accept": [threat], "reason": "debugging in a laboratory"}).encode()
        assert strict.admin("PUT", NAME + "attestation-policy/default_cpu", file,
                            headers={"Content-Type": "application/json"}).status == 200
        last = [line for line in strict.audit_lines() if line["kind"] == "admin.change"][-1]
        found = next(p for p in last["detail"]["probes"] if p["threat"] == threat)
        assert (found["probe"], found["severity"], found["accepted"]) == ("A05", "critical", True)
        assert strict.set_references({"other": 1}).status == 200, "what was accepted does not keep values from being set"


LEAST = """package policy
trust_claims := {"executables": 3} if {
    input.snp.measurement in query_reference_value("snp_launch_measurement")
    query_reference_value("snp_least") <= input.snp.reported_tcb_snp
    input.snp.policy_debug_allowed == false
}
"""


def test_a_name_that_is_missing_and_makes_a_rule_true_refuses(strict):
    """null is less than every number: the bound holds for all machines as long as nobody registered it."""
    assert strict.set_references({"snp_launch_measurement": ["aa" * 48]}).status == 200
    answer = put(strict, "attestation-policy/default_cpu", LEAST)
    assert answer.status == 401 and "T-ATT-10" in answer.json()["detail"], answer.body
    assert strict.set_references({"snp_least": 5}).status == 200
    assert put(strict, "attestation-policy/default_cpu", LEAST).status == 200
    assert strict.admin("DELETE", "/casemate/v0/record/reference/snp_least").status == 401, "what would open it again"
    assert strict.set_references({"snp_least": 6}).status == 200


def test_a_register_that_nobody_registered_has_to_be_unused_and_refuses_nothing(make_broker):
    """The built-in policy asks for names that are not there: what it wants then is one value, and no other passes."""
    broker = make_broker()
    pcrs = (ROOT / "tests" / "vectors" / "tpm" / "pcrs.bin").read_bytes()
    used = [n for n in range(16) if n != 8 and any(pcrs[32 * n:32 * n + 32])]
    assert used and len(used) < 15
    answer = broker.set_references({f"tpm_pcr{n:02}": [pcrs[32 * n:32 * n + 32].hex()] for n in used})
    assert answer.status == 200, answer.body


def test_every_stored_name_is_asked_for(strict):
    for i in range(40):
        assert strict.set_resource(f"bulk/x/n{i:02}", b"value").status == 200
    answer = put(strict, "resource-policy", "package policy\ndefault allow := false\n"
                 'allow if data["resource-path"] == ["bulk", "x", "n39"]\n')
    assert answer.status != 200 and "T-SEC-02" in answer.json()["detail"] and "bulk/x/n39" in answer.json()["detail"]


def test_half_a_policy_is_no_answer(broker):
    text = DENY_ALL + "#" + "\x01" * (1000 * 1000)  # six bytes each in JSON
    assert put(broker, "resource-policy", text).status == 200
    answer = broker.admin("GET", NAME + "resource-policy")
    assert answer.status != 200 and answer.variant() == "PluginInternalError"


def test_a_threat_is_accepted_by_name_and_with_a_reason(strict, tmp_path):
    file = tmp_path / "policy.rego"
    file.write_text(AFFIRMING)
    assert casemate(strict, "set", "resource-policy", file, "--accept", "T-SEC-02", "--reason", "x").returncode == 1
    assert casemate(strict, "set", "resource-policy", file, "--accept", "T-INIT-01").returncode == 2
    assert casemate(strict, "set", "resource-policy", file, "--reason", "why").returncode == 2
    body = json.dumps({"policy": AFFIRMING, "accept": ["T-INIT-01"], "reason": ""}).encode()
    json_type = {"Content-Type": "application/json"}
    assert strict.admin("PUT", NAME + "resource-policy", body, headers=json_type).status == 401
    run = casemate(strict, "set", "resource-policy", file, "--accept", "T-INIT-01", "--accept", "T-INIT-02", "--accept", "T-ATT-08",
                   "--reason", "one tenant with the sample TEE, for a week")
    assert run.returncode == 0, run.stderr
    assert casemate(strict, "get", "resource-policy").stdout == AFFIRMING
    detail = next(line["detail"] for line in strict.audit_lines() if line["kind"] == "admin.change" and "policy" in line["subject"])
    assert detail["reason"] == "one tenant with the sample TEE, for a week"
    assert {p["threat"]: p["accepted"] for p in detail["probes"]} == {
        "T-INIT-01": True, "T-INIT-02": True, "T-ATT-08": True, "T-SEC-03": False}


def test_a_sound_policy_of_ones_own_is_taken(strict):
    assert put(strict, "resource-policy", BOUND).status == 200, "a high finding warns, in the audit log"
    detail = next(line["detail"] for line in strict.audit_lines() if line["kind"] == "admin.change" and "policy" in line["subject"])
    assert [p["threat"] for p in detail["probes"]] == ["T-SEC-03"]
    text = subprocess.run([strict.build / "casemate", "policy", "show", "resource-policy"], capture_output=True, text=True).stdout
    assert put(strict, "resource-policy", text).status == 200
    text = subprocess.run([strict.build / "casemate", "policy", "show", "attestation-policy/default_cpu"], capture_output=True, text=True).stdout
    assert put(strict, "attestation-policy/default_cpu", text).status == 200
    last = [line for line in strict.audit_lines() if line["kind"] == "admin.change" and "policy" in line["subject"]][-1]
    assert "detail" not in last
    answer, key, *_ = attest(strict)
    assert key.open(get(strict, answer.json()["token"]).body) == SECRET


def test_a_reference_value_cannot_open_what_the_policy_did_not(strict):
    text = 'package policy\ndefault trust_claims := {"executables": 97}\n' \
           'trust_claims := {"executables": 3} if query_reference_value("gate") == "open"\n'
    assert put(strict, "attestation-policy/default_cpu", text).status == 200
    answer = strict.set_references({"gate": "open", "other": 1})
    assert answer.status == 401 and b"T-ATT-09" in answer.body
    assert strict.admin("GET", "/kbs/v0/reference-value/gate").status != 200
    assert strict.admin("GET", "/kbs/v0/reference-value/other").status != 200, "all values of a message, or none"
    assert strict.admin("PUT", "/casemate/v0/record/reference/gate", b'"open"').status == 401
    assert strict.set_references({"gate": "closed"}).status == 200
