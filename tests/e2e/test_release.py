# proves: R9 R13 R26 M-NONCE M-INIT M-JWE M-EAR T-ATT-01 T-ATT-02 T-ATT-11 T-ATT-15 T-INIT-01 T-INIT-02 T-SEC-03
"""The main job in processes: who gets the resource, and who does not, each refusal with its reason in the audit log."""
import base64
import hashlib
import json
import time

import pytest

from urllib.parse import quote

from broker import INITDATA, TeeKey, attest, attest_body, auth, initdata_claim, reasons, sample_evidence
from conftest import AFFIRMING_SAMPLE

SECRET = b"the secret of the demo"
PATH = "default/demo/secret"

@pytest.fixture
def broker(make_broker):
    broker = make_broker(sample=True)
    assert broker.set_resource(PATH, SECRET).status == 200
    assert broker.set_resource("default/other/secret", b"another's").status == 200
    assert broker.bind(initdata_claim(), [PATH]).status == 200
    assert broker.set_references(AFFIRMING_SAMPLE).status == 200
    return broker


def get(broker, token, path=PATH):
    return broker.request("GET", "/kbs/v0/resource/" + path, headers={"Authorization": "Bearer " + token})


def test_an_attested_guest_gets_its_secret(broker):
    answer, key, nonce, _, _ = attest(broker)
    assert answer.status == 200
    by_token = get(broker, answer.json()["token"])
    assert by_token.status == 200 and key.open(by_token.body) == SECRET
    by_cookie = broker.request("GET", "/kbs/v0/resource/" + PATH,
                               headers={"Cookie": "kbs-session-id=" + answer.cookie})
    assert by_cookie.status == 200 and key.open(by_cookie.body) == SECRET
    header = json.loads(base64.urlsafe_b64decode(json.loads(by_token.body)["protected"] + "=="))
    assert header["casemate.path"] == PATH and header["casemate.version"] == "1"
    session = hashlib.sha256(nonce.encode()).hexdigest()
    lines = [line for line in broker.audit_lines() if line.get("session") == session]
    assert [line["kind"] for line in lines] == ["attest", "release", "release"]
    assert lines[0]["verdict"] == "affirming" and lines[1]["subject"] == PATH


def test_the_secret_is_nowhere_in_clear(broker):
    answer, *_ = attest(broker)
    get(broker, answer.json()["token"])
    broker.stop()
    for path in broker.folder.rglob("*"):
        if path.is_file():
            assert SECRET not in path.read_bytes(), path
    assert SECRET not in broker.log.read_bytes()


def test_no_binding_releases_nothing(make_broker):
    broker = make_broker(sample=True)
    broker.set_resource(PATH, SECRET)
    broker.set_references(AFFIRMING_SAMPLE)
    answer, *_ = attest(broker)
    denied = get(broker, answer.json()["token"])
    assert denied.status == 401 and denied.variant() == "PolicyDeny"
    assert "release.no-policy" in reasons(broker)


def test_unregistered_measurements_are_contraindicated(make_broker):
    broker = make_broker(sample=True)
    broker.set_resource(PATH, SECRET)
    broker.bind(initdata_claim(), [PATH])
    answer, *_ = attest(broker)
    payload = json.loads(base64.urlsafe_b64decode(answer.json()["token"].split(".")[1] + "=="))
    assert payload["submods"]["cpu0"]["ear.status"] == "contraindicated"
    assert get(broker, answer.json()["token"]).variant() == "PolicyDeny"
    assert "release.not-affirming" in reasons(broker)


def test_foreign_initdata_gets_nothing(broker):
    answer, *_ = attest(broker, initdata=INITDATA.replace("a workload", "another one"))
    assert get(broker, answer.json()["token"]).variant() == "PolicyDeny"
    assert "release.initdata" in reasons(broker)
    answer, *_ = attest(broker, initdata=None)
    assert get(broker, answer.json()["token"]).variant() == "PolicyDeny"


def test_an_unbound_workload_gets_nothing_any_more(broker):
    answer, *_ = attest(broker)
    assert broker.admin("DELETE", "/casemate/v0/record/workload/" + quote(initdata_claim(), safe="")).status == 200
    assert get(broker, answer.json()["token"]).variant() == "PolicyDeny"


def test_a_policy_that_does_not_compile_is_refused(broker):
    answer = broker.admin("POST", "/kbs/v0/resource-policy", json.dumps({"policy": "cGFja2FnZSBw"}).encode())
    assert answer.status == 401 and answer.variant() == "PolicyEngineError"


def test_a_resource_of_another_workload_is_denied_like_a_missing_one(broker):
    answer, *_ = attest(broker)
    others = get(broker, answer.json()["token"], "default/other/secret")
    missing = get(broker, answer.json()["token"], "default/no/such")
    assert others.status == missing.status == 401
    assert others.body == missing.body
    assert "release.other-workload" in reasons(broker)


def test_an_old_nonce_is_refused(broker):
    """Replay: the evidence of one session in another."""
    _, key, old_nonce, _, old_body = attest(broker)
    fresh = auth(broker)
    answer = broker.request("POST", "/kbs/v0/attest", old_body, {"Cookie": "kbs-session-id=" + fresh.cookie})
    assert answer.status == 401 and answer.variant() == "AttestationError"
    assert "nonce.mismatch" in reasons(broker)


def test_evidence_for_another_key_is_refused(broker):
    """Relay: guest A's evidence with guest B's key."""
    a, b = TeeKey(), TeeKey()
    challenge = auth(broker)
    nonce = challenge.json()["nonce"]
    body = attest_body(nonce, b.jwk, sample_evidence(nonce, a.jwk))
    answer = broker.request("POST", "/kbs/v0/attest", body, {"Cookie": "kbs-session-id=" + challenge.cookie})
    assert answer.status == 401
    assert "key.binding" in reasons(broker)


def test_a_session_is_used_once(broker):
    first, key, nonce, cookie, body = attest(broker)
    again = broker.request("POST", "/kbs/v0/attest", body, {"Cookie": "kbs-session-id=" + cookie})
    assert again.status == 200 and again.json()["token"] == first.json()["token"], "a lost reply is given again"
    other = TeeKey()
    body = attest_body(nonce, other.jwk, sample_evidence(nonce, other.jwk))
    second = broker.request("POST", "/kbs/v0/attest", body, {"Cookie": "kbs-session-id=" + cookie})
    assert second.status == 401
    assert "session.spent" in reasons(broker)


def test_a_spent_session_stays_spent_after_a_restart(broker):
    _, _, nonce, cookie, _ = attest(broker)
    broker.stop()
    broker.start()
    other = TeeKey()
    body = attest_body(nonce, other.jwk, sample_evidence(nonce, other.jwk))
    answer = broker.request("POST", "/kbs/v0/attest", body, {"Cookie": "kbs-session-id=" + cookie})
    assert answer.status == 401


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_changed_in_one_bit_is_refused(broker, part):
    answer, *_ = attest(broker)
    parts = answer.json()["token"].split(".")
    middle = len(parts[part]) // 2
    old = parts[part][middle]
    parts[part] = parts[part][:middle] + ("A" if old != "A" else "B") + parts[part][middle + 1:]
    refused = get(broker, ".".join(parts))
    assert refused.status == 401 and refused.variant() == "TokenVerifierError"


def test_a_token_without_its_key_is_of_no_use(broker):
    answer, *_ = attest(broker)
    sealed = get(broker, answer.json()["token"])
    assert sealed.status == 200
    with pytest.raises(Exception):
        TeeKey().open(sealed.body)


def test_an_altered_cookie_is_refused(broker):
    challenge = auth(broker)
    key = TeeKey()
    nonce = challenge.json()["nonce"]
    body = attest_body(nonce, key.jwk, sample_evidence(nonce, key.jwk))
    for at in range(0, len(challenge.cookie), 7):
        cookie = challenge.cookie[:at] + ("A" if challenge.cookie[at] != "A" else "B") + challenge.cookie[at + 1:]
        assert broker.request("POST", "/kbs/v0/attest", body, {"Cookie": "kbs-session-id=" + cookie}).status == 401
    assert broker.request("POST", "/kbs/v0/attest", body,
                          {"Cookie": "kbs-session-id=" + challenge.cookie}).status == 200


def test_a_build_without_the_sample_tee_refuses_it(make_broker):
    broker = make_broker()
    answer = broker.request("POST", "/kbs/v0/auth",
                            json.dumps({"version": "0.4.0", "tee": "sample", "extra-params": ""}))
    assert answer.status == 401 and answer.variant() == "AttestationError"


def test_initdata_is_required_unless_said_otherwise(make_broker):
    broker = make_broker(sample=True, settings={"initdata.insecure_optional": False})
    answer, *_ = attest(broker, initdata=None)
    assert answer.status == 401
    assert "initdata.absent" in reasons(broker)
    with_initdata, *_ = attest(broker)
    assert with_initdata.status == 200
