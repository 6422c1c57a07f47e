# proves: R23 R25 M-ADM M-TEN T-KBS-01 T-KBS-02
"""Administration: who may, and what a changed store leaves behind."""
import json
import pathlib
import subprocess
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from broker import b64url


def test_the_public_listener_has_no_administration(make_broker):
    broker = make_broker()
    token = broker.admin_token("POST", "/kbs/v0/resource/a/b/c", b"x")
    for method, path in (("POST", "/kbs/v0/resource/a/b/c"), ("DELETE", "/kbs/v0/resource/a/b/c"),
                         ("POST", "/kbs/v0/resource-policy"), ("GET", "/kbs/v0/resource-policy"),
                         ("POST", "/kbs/v0/attestation-policy"), ("POST", "/kbs/v0/reference-value")):
        answer = broker.request(method, path, b"x", {"Authorization": "Bearer " + token})
        assert answer.status == 401, (method, path)
    assert broker.request("GET", "/casemate/v0/status", headers={"Authorization": "Bearer " + token}).status == 404


@pytest.mark.parametrize("changes", [
    {"exp": int(time.time()) - 3600}, {"exp": None}, {"htm": "DELETE"}, {"htu": "/kbs/v0/resource/a/b/d"},
    {"body_sha256": "00" * 32}, {"htm": None},
])
def test_a_token_for_something_else_is_refused(make_broker, changes):
    broker = make_broker()
    path = "/kbs/v0/resource/a/b/c"
    token = broker.admin_token("POST", path, b"x", changes=changes)
    assert broker.admin("POST", path, b"x", token=token).status == 401


def test_a_token_is_good_once(make_broker):
    broker = make_broker()
    path = "/kbs/v0/resource/a/b/c"
    token = broker.admin_token("POST", path, b"x")
    assert broker.admin("POST", path, b"x", token=token).status == 200
    assert broker.admin("POST", path, b"x", token=token).status == 401


def test_a_stranger_key_is_refused(make_broker):
    broker = make_broker()
    path = "/kbs/v0/resource/a/b/c"
    token = broker.admin_token("POST", path, b"x", key=ec.generate_private_key(ec.SECP256R1()))
    assert broker.admin("POST", path, b"x", token=token).status == 401
    assert broker.admin("POST", path, b"x", token="").status == 401


def test_records_go_there_and_back(make_broker):
    broker = make_broker()
    assert broker.bind("00ff", ["a/b/c"]).status == 200
    assert broker.admin("GET", "/casemate/v0/record/workload/00ff").json() == ["a/b/c"]
    assert broker.set_references({"tpm_pcr11": ["aa"], "other": 5}).status == 200
    assert broker.admin("GET", "/kbs/v0/reference-value/tpm_pcr11").json() == ["aa"]
    assert [e["name"] for e in broker.admin("GET", "/casemate/v0/list/reference").json()] == ["other", "tpm_pcr11"]
    assert broker.admin("DELETE", "/casemate/v0/record/reference/other").status == 200
    assert broker.admin("DELETE", "/casemate/v0/record/reference/other").status == 404
    assert broker.admin("GET", "/kbs/v0/reference-value/other").variant() == "RvpsError"
    assert broker.set_resource("a/b/c", b"value").status == 200
    assert broker.admin("GET", "/casemate/v0/record/resource/a/b/c").status == 401, "a resource cannot be read back"
    before = broker.admin("GET", "/casemate/v0/status").json()
    broker.stop()
    broker.start()
    after = broker.admin("GET", "/casemate/v0/status").json()
    assert after["generation"] == before["generation"] and after["root"] == before["root"]


@pytest.mark.parametrize("value", [[], {}, "a/b/c", [1], ["a/b"], ["a/b/c", "../x/y"], ["a/b/c", None]])
def test_a_malformed_binding_changes_nothing(make_broker, value):
    broker = make_broker()
    before = broker.admin("GET", "/casemate/v0/status").json()["generation"]
    assert broker.bind("00ff", value).status == 401
    assert broker.admin("GET", "/casemate/v0/status").json()["generation"] == before


@pytest.mark.parametrize("path", ["a/b", "a/b/c/d", "a//c", ".a/b/c", "a/b/c%20d", "a/b/..", "/a/b/c", "a/b/%2e"])
def test_a_malformed_path_is_refused(make_broker, path):
    broker = make_broker()
    assert broker.set_resource(path, b"x").status == 401


def test_a_limited_role_may_only_what_it_lists(make_broker):
    broker = make_broker()
    key = ec.generate_private_key(ec.SECP256R1())
    token = broker.admin_token("GET", "/", b"", key=key)
    kid = json.loads(__import__("base64").urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]
    point = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": b64url(point.x.to_bytes(32, "big")), "y": b64url(point.y.to_bytes(32, "big"))}
    record = json.dumps({"role": "team-a", "jwk": jwk,
                         "allow": [{"methods": ["POST"], "prefix": "/kbs/v0/resource/team-a/"}]}).encode()
    assert broker.admin("PUT", "/casemate/v0/record/admin/" + kid, record).status == 200

    def ask(method, path, body=b""):
        return broker.admin(method, path, body, token=broker.admin_token(method, path, body, key=key)).status

    assert ask("POST", "/kbs/v0/resource/team-a/x/y", b"v") == 200
    assert ask("DELETE", "/kbs/v0/resource/team-a/x/y") == 401
    assert ask("POST", "/kbs/v0/resource/team-b/x/y", b"v") == 401
    assert ask("POST", "/kbs/v0/resource/team-abc/x/y", b"v") == 401
    assert ask("GET", "/casemate/v0/status") == 401


def casemate(broker, *words):
    return subprocess.run([broker.build / "casemate", *map(str, words)], capture_output=True, text=True)


def test_a_second_administrator_is_enrolled_with_bounds(make_broker, tmp_path):
    broker = make_broker()
    first = ["--admin", broker.folder / "admin" / "admin.toml"]
    key, jwk = tmp_path / "second.key", tmp_path / "second.jwk"
    assert casemate(broker, "keygen", "--out", key, "--public", jwk).returncode == 0
    second = ["--broker", f"unix:{broker.folder}/admin.sock", "--key", key]
    assert casemate(broker, "workload", "list", *second).returncode == 1, "nobody enrolled it yet"
    assert casemate(broker, "admin", "add", "--public-key", jwk, "--role", "binder", *first).returncode == 2
    for rule in ("GET", "/x", "GET relative", " /x"):
        assert casemate(broker, "admin", "add", "--public-key", jwk, "--role", "b", "--allow", rule, *first).returncode == 2
    assert casemate(broker, "admin", "add", "--public-key", jwk, "--role", "admin", "--allow", "GET /", *first).returncode == 2
    assert casemate(broker, "admin", "add", "--public-key", key, "--role", "admin", *first).returncode == 3
    ran = casemate(broker, "admin", "add", "--public-key", jwk, "--role", "binder", "--allow",
                   "GET,PUT /casemate/v0/list/workload", *first)
    assert ran.returncode == 0 and "is enrolled" in ran.stdout, ran.stderr
    assert casemate(broker, "workload", "list", *second).returncode == 0
    for words in (["resource", "list"], ["admin", "list"], ["workload", "unbind", "00"]):
        assert casemate(broker, *words, *second).returncode == 1, words
    kid = json.loads(jwk.read_text())["kid"]
    listed = json.loads(casemate(broker, "admin", "list", "--format", "json", *first).stdout)
    assert kid in [e["name"] for e in listed] and len(listed) == 2
    assert casemate(broker, "admin", "delete", *first, "--", kid).returncode == 0
    assert casemate(broker, "workload", "list", *second).returncode == 1


def test_a_long_list_is_bound_as_a_whole(make_broker, tmp_path):
    broker = make_broker()
    (tmp_path / "initdata.toml").write_text('version = "0.1.0"\nalgorithm = "sha256"\n[data]\n"a" = "b"\n')
    paths = [f"default/key/{i}" for i in range(40)]
    ran = casemate(broker, "workload", "bind", "--tee", "snp", "--initdata", tmp_path / "initdata.toml",
                   *[word for path in paths for word in ("--allow", path)], "--admin", broker.folder / "admin" / "admin.toml")
    assert ran.returncode == 0, ran.stderr
    assert broker.admin("GET", f"/casemate/v0/record/workload/{ran.stdout.split()[1]}").json() == paths


def test_what_is_set_is_said_as_json(make_broker, tmp_path):
    broker = make_broker()
    (tmp_path / "values.json").write_text('{"tpm_pcr04": ["aa"], "tpm_pcr11": ["bb"]}')
    rules = pathlib.Path(__file__).resolve().parents[2] / "policies" / "release.rego"
    for words, answer in ((["resource", "set", "a/b/c", "--file", rules], {"resource": "a/b/c"}),
                          (["policy", "set", "resource-policy", rules], {"policy": "resource-policy"}),
                          (["reference", "set", "--file", tmp_path / "values.json"], {"registered": 2})):
        ran = casemate(broker, *words, "--format", "json", "--admin", broker.folder / "admin" / "admin.toml")
        assert ran.returncode == 0 and json.loads(ran.stdout) == answer, ran.stderr
    for noun, name in (("policy", 'a"b'), ("policy", "a\\b"), ("policy", "a\nb"), ("resource", 'a/b/c"'), ("resource", "a/b/\\c")):
        place = ["--file", rules] if noun == "resource" else [rules]
        ran = casemate(broker, noun, "set", name, *place, "--format", "json", "--admin", broker.folder / "admin" / "admin.toml")
        assert ran.returncode != 0 and ran.stdout == "", name
