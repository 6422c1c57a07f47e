# proves: R14 R23 M-AUD T-KBS-07 T-ATT-15
"""Other keys, by a signal: nobody loses a request, old tokens run out, and the audit log can be followed across."""
import base64
import concurrent.futures
import json
import os
import shutil
import signal
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from broker import attest, initdata_claim
from conftest import AFFIRMING_SAMPLE
from test_durability import casemate
from test_policy import SECRET, PATH, get


@pytest.fixture
def broker(make_broker):
    broker = make_broker(sample=True)
    assert broker.set_resource(PATH, SECRET).status == 200
    assert broker.bind(initdata_claim(), [PATH]).status == 200
    assert broker.set_references(AFFIRMING_SAMPLE).status == 200
    return broker


def write_key(path, key=None, mode=0o600):
    key = key or ec.generate_private_key(ec.SECP256R1())
    path.unlink()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                       serialization.NoEncryption()))
    path.chmod(mode)
    public = path.with_suffix(".next.pub")
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM,
                                                     serialization.PublicFormat.SubjectPublicKeyInfo))
    return public


def reload(broker, outcome, role="keys"):
    """SIGHUP; waits for the one line that says how it went in keys."""
    said = lambda: sum(f"{role} reload.{outcome}" in line for line in broker.log.read_text().splitlines())
    before = said()
    broker.process.send_signal(signal.SIGHUP)
    for _ in range(250):
        if said() > before:
            return
        time.sleep(0.02)
    raise AssertionError(f"no reload.{outcome}:\n" + broker.log.read_text())


def kid(token):
    part = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["kid"]


def token_of(broker):
    answer, key, *_ = attest(broker)
    assert answer.status == 200, answer.body
    return answer.json()["token"], key


def verifies(broker, public):
    return casemate("audit", "verify", broker.folder / "audit", "--key", public).returncode == 0


@pytest.mark.parametrize("name, write", [
    ("token.key", lambda p: write_key(p, ec.generate_private_key(ec.SECP384R1()))),
    ("token.key", lambda p: write_key(p, ed25519.Ed25519PrivateKey.generate())),
    ("token.key", lambda p: write_key(p, mode=0o640)),
    ("token.key", lambda p: p.write_text("no key")),
    ("token.key", lambda p: p.write_bytes(b"")),
    ("audit.key", lambda p: write_key(p, rsa.generate_private_key(65537, 2048))),
    ("audit.key", lambda p: write_key(p, mode=0o604)),
    ("audit.key", lambda p: p.write_bytes(write_key(p).read_bytes())),
])
def test_what_is_no_key_for_its_use_changes_nothing(broker, name, write):
    before, _ = token_of(broker)
    other = "audit.key" if name == "token.key" else "token.key"
    write_key(broker.folder / "keys" / other)
    write(broker.folder / "keys" / name)
    reload(broker, "failed")
    after, key = token_of(broker)
    assert kid(after) == kid(before)
    assert key.open(get(broker, after).body) == SECRET
    assert verifies(broker, broker.folder / "keys" / "audit.pub")
    assert not any(line["kind"] in ("audit.key", "token.key") for line in broker.audit_lines())


def test_a_missing_key_file_changes_nothing(broker):
    before, _ = token_of(broker)
    (broker.folder / "keys" / "audit.key").unlink()
    reload(broker, "failed", "supervisor")
    assert kid(token_of(broker)[0]) == kid(before)


def test_the_same_keys_are_no_change(broker):
    lines = len(broker.audit_lines())
    reload(broker, "done")
    assert len(broker.audit_lines()) == lines


def test_tokens_of_the_key_before_run_out(make_broker):
    broker = make_broker(sample=True, settings={"token.lifetime": 4})
    assert broker.set_resource(PATH, SECRET).status == 200
    assert broker.bind(initdata_claim(), [PATH]).status == 200
    assert broker.set_references(AFFIRMING_SAMPLE).status == 200
    old, key = token_of(broker)
    write_key(broker.folder / "keys" / "token.key")
    reload(broker, "done")
    assert key.open(get(broker, old).body) == SECRET
    new, key = token_of(broker)
    assert kid(new) != kid(old) and key.open(get(broker, new).body) == SECRET
    header, payload, signature = old.split(".")
    changed = ".".join([header, payload, ("A" if signature[0] != "A" else "B") + signature[1:]])
    assert get(broker, changed).status == 401 and "reason=token.signature" in broker.log.read_text()
    time.sleep(5)
    assert get(broker, old).status == 401


def test_a_second_change_ends_the_first_keys_tokens(broker):
    first, _ = token_of(broker)
    for _ in range(2):
        write_key(broker.folder / "keys" / "token.key")
        reload(broker, "done")
    assert get(broker, first).status == 401


def test_a_restart_takes_the_new_keys_tokens_alone(broker):
    old, _ = token_of(broker)
    write_key(broker.folder / "keys" / "token.key")
    reload(broker, "done")
    new, _ = token_of(broker)
    broker.stop()
    broker.start()
    assert get(broker, old).status == 401
    assert get(broker, new).status == 200


def test_the_audit_log_goes_over_to_the_next_key(broker):
    first = broker.folder / "keys" / "audit.pub"
    head = json.loads(casemate("audit", "verify", broker.folder / "audit", "--key", first, "--format", "json").stdout)
    (broker.folder / "head.json").write_text(json.dumps(head))
    stranger = write_key(broker.folder / "keys" / "token.key")
    second = write_key(broker.folder / "keys" / "audit.key")
    reload(broker, "done")
    token_of(broker)
    broker.stop()
    broker.start()
    token_of(broker)
    broker.stop()
    assert [line["kind"] for line in broker.audit_lines() if line["kind"].endswith(".key")] == ["audit.key", "token.key"]
    assert verifies(broker, first) and verifies(broker, second) and not verifies(broker, stranger)
    assert casemate("audit", "verify", broker.folder / "audit", "--key", first, "--expect-head",
                    broker.folder / "head.json").stdout.startswith("complete to")
    assert casemate("audit", "show", broker.folder / "audit", "--key", second).returncode == 0


def test_a_key_that_came_while_nothing_ran_is_refused(broker):
    broker.stop()
    saved = broker.folder / "saved.key"
    shutil.copy(broker.folder / "keys" / "audit.key", saved)
    write_key(broker.folder / "keys" / "audit.key")
    with pytest.raises(RuntimeError, match="audit.broken"):
        broker.start()
    os.replace(saved, broker.folder / "keys" / "audit.key")
    broker.start()


def test_nobody_loses_a_request(broker):
    def work(n):
        if n % 10 == 5:
            write_key(broker.folder / "keys" / "token.key")
            write_key(broker.folder / "keys" / "audit.key")
            broker.process.send_signal(signal.SIGHUP)
        answer, key, *_ = attest(broker)
        return answer.status, get(broker, answer.json()["token"]).status if answer.status == 200 else None
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(work, range(40)))
    # a token may meet the second change after its own: that is refused, and says so
    assert all(status == 200 for status, _ in answers)
    assert all(got in (200, 401) for _, got in answers) and sum(got == 200 for _, got in answers) >= 30
    assert verifies(broker, broker.folder / "keys" / "audit.pub")
