# proves: R7 R11 M-REL M-APPR T-ATT-01 T-ATT-02
"""Composite evidence: a device beside the CPU binds the session's nonce and key itself, and is appraised on its own."""
import base64
import hashlib
import json

import pytest

from broker import INITDATA, TeeKey, attest_body, auth, initdata_claim, jcs, reasons, sample_evidence
from conftest import AFFIRMING_SAMPLE

SECRET, PATH = b"for a pod with its device", "default/demo/secret"
DEVICE_POLICY = """package policy
default hardware := 97
hardware := 2 if input.sampledevice.svn in query_reference_value("device_svn")
trust_claims := {"hardware": hardware, "configuration": 2, "executables": 3, "instance-identity": 2}
"""


@pytest.fixture
def broker(make_broker):
    broker = make_broker(sample=True)
    assert broker.set_resource(PATH, SECRET).status == 200
    assert broker.bind(initdata_claim(), [PATH]).status == 200
    assert broker.set_references({**AFFIRMING_SAMPLE, "device_svn": ["2"]}).status == 200
    return broker


def device(nonce, jwk, svn="2"):
    digest = hashlib.sha384(jcs({"nonce": nonce, "tee-pubkey": jwk})).digest()
    return {"svn": svn, "report_data": base64.b64encode(digest).decode()}


def attest_with(broker, make_additional, also_covered=None):
    """Attests with what make_additional(nonce, jwk) gives; the CPU's evidence covers it, or `also_covered`."""
    key = TeeKey()
    challenge = auth(broker)
    nonce = challenge.json()["nonce"]
    additional = make_additional(nonce, key.jwk)
    body = json.loads(attest_body(nonce, key.jwk, sample_evidence(nonce, key.jwk, also_covered or additional), INITDATA))
    body["tee-evidence"]["additional_evidence"] = additional
    return broker.request("POST", "/kbs/v0/attest", json.dumps(body), {"Cookie": "kbs-session-id=" + challenge.cookie}), key


def submods(answer):
    part = answer.json()["token"].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["submods"]


def released(broker, answer):
    return broker.request("GET", "/kbs/v0/resource/" + PATH, headers={"Authorization": "Bearer " + answer.json()["token"]})


@pytest.mark.parametrize("make, reason", [
    (lambda nonce, jwk: json.dumps({"sampledevice": device("another nonce", jwk)}), "key.binding"),
    (lambda nonce, jwk: json.dumps({"sampledevice": device(nonce, TeeKey().jwk)}), "key.binding"),
    (lambda nonce, jwk: json.dumps({"sampledevice": {"svn": "2"}}), "key.binding"),
    (lambda nonce, jwk: json.dumps({"sampledevice": []}), "evidence.malformed"),
    (lambda nonce, jwk: json.dumps({"nvidia": device(nonce, jwk)}), "evidence.tee"),
])
def test_a_device_that_does_not_belong_to_the_session_is_refused(broker, make, reason):
    answer, _ = attest_with(broker, make)
    assert answer.status == 401 and "token" not in answer.json()
    assert reason in reasons(broker)


def test_a_device_that_the_cpu_does_not_cover_is_refused(broker):
    answer, _ = attest_with(broker, lambda nonce, jwk: json.dumps({"sampledevice": device(nonce, jwk)}), also_covered="{}")
    assert answer.status == 401 and "key.binding" in reasons(broker)


def test_a_device_without_a_policy_of_its_own_bars_the_release(broker):
    answer, _ = attest_with(broker, lambda nonce, jwk: json.dumps({"sampledevice": device(nonce, jwk)}))
    assert answer.status == 200
    assert {name: m["ear.status"] for name, m in submods(answer).items()} == {"cpu0": "affirming", "gpu0": "contraindicated"}
    assert released(broker, answer).status == 401


@pytest.mark.parametrize("svn, status", [("2", 200), ("1", 401)])
def test_a_device_is_appraised_by_the_policy_of_its_class(broker, svn, status):
    put = broker.admin("PUT", "/casemate/v0/record/policy/attestation-policy/default_gpu", DEVICE_POLICY.encode())
    assert put.status == 200, put.body
    answer, key = attest_with(broker, lambda nonce, jwk: json.dumps({"sampledevice": device(nonce, jwk, svn)}))
    assert answer.status == 200 and "gpu0" in submods(answer)
    got = released(broker, answer)
    assert got.status == status
    if status == 200:
        assert key.open(got.body) == SECRET
