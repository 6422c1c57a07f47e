"""
The broker's figures: sizes, start, memory, CPU per request. One row each: metric value unit (target). CPU is what the
kernel counted for all processes of the broker; times on a shared machine are rough, so nothing of this is a test.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from broker import INITDATA, Broker, TeeKey, attest_body, initdata_claim, sample_evidence  # noqa: E402

AFFIRMING = {"launch_digest": ["abcde"], "svn": ["1"], "major_version": 1, "minimum_minor_version": 1}
rows = []


def row(metric, value, unit, target=""):
    rows.append({"metric": metric, "value": value, "unit": unit, "target": target})
    if "--json" not in sys.argv:
        print(f"{metric:<44} {value:>12} {unit:<6} {'(target ' + target + ')' if target else ''}", flush=True)


def processes(broker):
    out = subprocess.run(["pgrep", "-P", str(broker.process.pid)], capture_output=True, text=True).stdout
    return [broker.process.pid] + [int(p) for p in out.split()]


def cpu_ms(broker):
    ticks = 0
    for pid in processes(broker):
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def pss_kib(broker):
    total = 0
    for pid in processes(broker):
        with open(f"/proc/{pid}/smaps_rollup") as f:
            total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
    return total


def stripped(name):
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["strip", "-o", out.name, ROOT / "build" / name], check=True)
        return os.path.getsize(out.name)


def handshake(broker, connection, key):
    body = json.dumps({"version": "0.4.0", "tee": "sample", "extra-params": ""})
    challenge = broker.request("POST", "/kbs/v0/auth", body, {}, connection)
    nonce = challenge.json()["nonce"]
    body = attest_body(nonce, key.jwk, sample_evidence(nonce, key.jwk), INITDATA)
    token = broker.request("POST", "/kbs/v0/attest", body, {"Cookie": "kbs-session-id=" + challenge.cookie}, connection)
    return token.json()["token"]


def resource(broker, connection, token):
    answer = broker.request("GET", "/kbs/v0/resource/default/demo/secret", None, {"Authorization": "Bearer " + token},
                            connection)
    assert answer.status == 200, answer.body


def sizes():
    row("size.casemate-broker", stripped("casemate-broker"), "bytes", "<= 3000000")
    row("size.casemate-guest", stripped("casemate-guest"), "bytes", "<= 3000000")


def start(folder):
    broker = Broker(folder / "broker", "build-sample", {"verifier.sample.insecure_enabled": True,
                                                        "initdata.insecure_optional": True})
    begun = time.perf_counter()
    with open(broker.log, "ab") as log:
        broker.process = subprocess.Popen([broker.build / "casemate-broker", "--config", broker.config], stdout=log,
                                          stderr=log, env={})
    body = json.dumps({"version": "0.4.0", "tee": "sample", "extra-params": ""})
    while True:
        try:
            if broker.request("POST", "/kbs/v0/auth", body).status == 200:
                break
        except OSError:
            time.sleep(0.0005)
    row("start.first-answer", round((time.perf_counter() - begun) * 1000, 1), "ms", "<= 10")
    while not (broker.folder / "admin.sock").exists():
        time.sleep(0.01)
    return broker


def per_request(broker):
    key, n = TeeKey(), 1000
    connection = broker.connect()
    for _ in range(20):
        resource(broker, connection, handshake(broker, connection, key))
    before = cpu_ms(broker)
    for _ in range(n):
        resource(broker, connection, handshake(broker, connection, key))
    row("handshake.cpu (sample evidence)", round((cpu_ms(broker) - before) / n, 3), "ms", "<= 0.45; existing broker 1.97")
    token = handshake(broker, connection, key)
    before = cpu_ms(broker)
    for _ in range(n):
        resource(broker, connection, token)
    row("resource-by-token.cpu", round((cpu_ms(broker) - before) / n, 3), "ms", "<= 0.25; existing broker 0.79")
    before = cpu_ms(broker)
    for _ in range(200):
        fresh = broker.connect()
        resource(broker, fresh, handshake(broker, fresh, key))
        fresh.close()
    row("handshake-new-tls.cpu", round((cpu_ms(broker) - before) / 200, 3), "ms", "<= 1")


def memory(broker):
    row("memory.after-1000", round(pss_kib(broker) / 1024, 1), "MiB", "<= 20")
    body = json.dumps({"version": "0.4.0", "tee": "sample", "extra-params": "x" * (2 * 1024 * 1024 - 200)})
    connection = broker.connect()
    for _ in range(20):
        broker.request("POST", "/kbs/v0/auth", body, {}, connection)
    before = pss_kib(broker)
    for _ in range(500):
        broker.request("POST", "/kbs/v0/auth", body, {}, connection)
    row("memory.kept-by-500-full-auth-calls", pss_kib(broker) - before, "KiB", "0; existing broker 449 MB for 200")
    before = pss_kib(broker)
    idle = [broker.connect() for _ in range(90)]
    for c in idle:
        broker.request("GET", "/healthz", connection=c)
    row("memory.idle-connection", round((pss_kib(broker) - before) / len(idle), 1), "KiB", "<= 12")


def main():
    if not (ROOT / "build-sample" / "casemate-broker").exists():
        sys.exit("bench: build-sample is missing: meson setup build-sample -Dinsecure_sample=true && ninja -C build-sample")
    sizes()
    with tempfile.TemporaryDirectory() as folder:
        broker = start(pathlib.Path(folder))
        try:
            row("memory.at-rest", round(pss_kib(broker) / 1024, 1), "MiB", "<= 20")
            broker.set_references(AFFIRMING)
            broker.set_resource("default/demo/secret", b"the secret")
            broker.bind(initdata_claim(), ["default/demo/secret"])
            per_request(broker)
            memory(broker)
        finally:
            broker.stop()
    if "--json" in sys.argv:
        print(json.dumps(rows, indent=1))


main()
