# proves: R14 R25 M-AUD M-REF T-KBS-06 T-KBS-07
"""What a power cut, a tampered store, a cut audit log and a greedy stranger do."""
import base64
import concurrent.futures
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request

from broker import ROOT, attest, auth
from test_roles import roles
from conftest import AFFIRMING_SAMPLE


def casemate(*args):
    return subprocess.run([ROOT / "build" / "casemate", *args], capture_output=True, text=True)


def test_nothing_acknowledged_is_lost_by_a_power_cut(make_broker):
    broker = make_broker()
    for round_number in range(3):
        stored = []
        for i in range(10):
            name = f"default/r{round_number}/n{i}"
            assert broker.set_resource(name, os.urandom(100)).status == 200
            stored.append(name)
        broker.kill()
        broker.start()
        names = [e["name"] for e in broker.admin("GET", "/casemate/v0/list/resource").json()]
        assert set(stored) <= set(names)
    broker.stop()
    audit_key = broker.folder / "keys" / "audit.pub"
    assert casemate("audit", "verify", broker.folder / "audit", "--key", audit_key).returncode == 0


def test_an_altered_store_is_not_served(make_broker):
    broker = make_broker()
    broker.set_resource("a/b/c", b"value")
    broker.stop()
    db = sqlite3.connect(broker.folder / "data" / "store.db")
    changed = db.execute("update change set name = cast('a/b/d' as blob) where cast(name as text) = 'a/b/c'").rowcount
    assert changed == 1
    db.commit()
    db.close()
    try:
        broker.start()
        raise AssertionError("the broker started on an altered store")
    except RuntimeError as refused:
        assert "store.tampered" in str(refused)
    assert broker.process.returncode == 1


def test_a_store_of_an_older_time_is_not_served(make_broker, tmp_path):
    broker = make_broker()
    broker.set_resource("a/b/c", b"old")
    broker.stop()
    shutil.copytree(broker.folder / "data", tmp_path / "old-data")
    broker.start()
    broker.set_resource("a/b/c", b"new")
    broker.stop()
    shutil.rmtree(broker.folder / "data")
    shutil.copytree(tmp_path / "old-data", broker.folder / "data")
    try:
        broker.start()
        raise AssertionError("the broker started on a store of an older time")
    except RuntimeError as refused:
        assert "store.tampered" in str(refused)
    assert broker.process.returncode == 1


def test_the_audit_log_shows_a_change_a_gap_and_a_cut(make_broker):
    broker = make_broker(sample=True)
    broker.set_references(AFFIRMING_SAMPLE)
    for _ in range(3):
        attest(broker)
    broker.stop()
    folder, key = broker.folder / "audit", broker.folder / "keys" / "audit.pub"
    whole = casemate("audit", "verify", folder, "--key", key)
    assert whole.returncode == 0 and "unanchored" in whole.stdout
    segment = sorted(folder.glob("*.jsonl"))[0]
    lines = segment.read_bytes().splitlines(keepends=True)
    last = json.loads(lines[-1])
    for name, changed in (("change", lines[:2] + [lines[2].replace(b'"seq"', b'"sEq"')] + lines[3:]),
                          ("gap", lines[:2] + lines[3:]), ("swap", lines[:2] + [lines[3], lines[2]] + lines[4:])):
        segment.write_bytes(b"".join(changed))
        assert casemate("audit", "verify", folder, "--key", key).returncode == 1, name
    segment.write_bytes(b"".join(lines))
    head = broker.folder / "head.json"
    import hashlib
    head.write_text(json.dumps({"seq": last["seq"], "hash": hashlib.sha256(lines[-1].rstrip(b"\n")).hexdigest()}))
    assert casemate("audit", "verify", folder, "--key", key, "--expect-head", head).returncode == 0
    segment.write_bytes(b"".join(lines[:-3]))
    assert casemate("audit", "verify", folder, "--key", key, "--expect-head", head).returncode == 1


def memory_kib(broker):
    total = 0
    pids = [broker.process.pid] + [int(p) for p in subprocess.run(
        ["pgrep", "-P", str(broker.process.pid)], capture_output=True, text=True).stdout.split()]
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup") as f:
            total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
    return total


def test_strangers_leave_nothing_behind(make_broker):
    broker = make_broker(sample=True)
    body = json.dumps({"version": "0.4.0", "tee": "sample", "extra-params": "x" * (2 * 1024 * 1024 - 200)})
    assert broker.request("POST", "/kbs/v0/auth", body).status == 200
    for _ in range(20):
        auth(broker)
    before = memory_kib(broker)
    rows = sum(1 for line in broker.audit_lines())
    for _ in range(60):
        assert broker.request("POST", "/kbs/v0/auth", body).status == 200
    assert memory_kib(broker) - before < 4096, "memory of strangers is kept"
    assert sum(1 for line in broker.audit_lines()) == rows


def test_a_slow_client_is_cut_and_others_are_served(make_broker):
    broker = make_broker(sample=True, plain=True, settings={"limits.header_time": 1, "limits.request_time": 1})
    slow = socket.create_connection(("127.0.0.1", broker.port))
    slow.settimeout(10)
    slow.sendall(b"POST /kbs/v0/auth HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    assert auth(broker).status == 200
    data = slow.recv(1000)
    assert data == b"" or b" 408 " in data


def test_one_worker_less_is_nobody_less(make_broker):
    """Workers end after a few evidences and are replaced without a lost request."""
    broker = make_broker(sample=True, settings={"appraise.renew_after": 3})
    broker.set_references(AFFIRMING_SAMPLE)
    for _ in range(20):
        answer, *_ = attest(broker)
        assert answer.status == 200


def test_new_certificates_without_a_restart(make_broker):
    broker = make_broker(sample=True)
    kept = broker.connect()
    kept.connect()
    old = (broker.folder / "tls" / "cert.pem").read_bytes()
    other = make_broker("other", start=False)
    shutil.copy(other.folder / "tls" / "cert.pem", broker.folder / "tls" / "cert.pem")
    shutil.copy(other.folder / "tls" / "key.pem", broker.folder / "tls" / "key.pem")
    broker.process.send_signal(__import__("signal").SIGHUP)
    for _ in range(100):
        try:
            if broker.request("GET", "/healthz").status == 200:
                break
        except OSError:
            time.sleep(0.05)
    assert broker.request("GET", "/healthz").status == 200
    assert broker.request("GET", "/healthz", connection=kept).status == 200, "the old connection is served on"
    assert old != (broker.folder / "tls" / "cert.pem").read_bytes()


def test_a_worker_that_is_renewed_costs_nobody_an_answer(make_broker):
    """Each worker ends after one evidence, while others wait for it: all are answered."""
    broker = make_broker(sample=True, settings={"appraise.renew_after": 1, "appraise.workers": 2})
    broker.set_references(AFFIRMING_SAMPLE)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: attest(broker)[0].status, range(60)))
    assert answers == [200] * 60


def wait_for_attest(broker):
    """Until the running front has passed an attest request on to keys."""
    for _ in range(500):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{broker.metrics_port}/metrics", timeout=5) as page:
                if b"kbs_attestation_requests_total 1\n" in page.read():
                    return
        except OSError:
            pass
        time.sleep(0.02)
    raise AssertionError("no attest request came")


def test_a_front_that_is_started_again_gives_nobody_the_answer_of_another(make_broker):
    broker = make_broker(sample=True, settings={"appraise.workers": 1})
    broker.set_references(AFFIRMING_SAMPLE)
    worker, = roles(broker)["appraise"]
    front, = roles(broker)["front"]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        os.kill(worker, signal.SIGSTOP)
        try:
            first = pool.submit(attest, broker)
            wait_for_attest(broker)
            os.kill(front, signal.SIGKILL)
            assert first.exception(timeout=20) is not None
            for _ in range(500):
                if roles(broker).get("front", [front]) != [front]:
                    break
                time.sleep(0.02)
            second = pool.submit(attest, broker)
            wait_for_attest(broker)
        finally:
            os.kill(worker, signal.SIGCONT)
        answer, _, nonce, _, _ = second.result(timeout=20)
    assert answer.status == 200
    payload = answer.json()["token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["submods"]["cpu0"]["ear.veraison.annotated-evidence"]["runtime_data_claims"]["nonce"] == nonce
