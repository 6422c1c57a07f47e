"""
The broker's figures: sizes, start, memory, CPU per request. One row each: metric value unit (target). CPU is what the
kernel counted for all processes of the broker; times on a shared machine are rough, so nothing of this is a test.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
import callgrind  # noqa: E402
from broker import Broker  # noqa: E402

TPM = ROOT / "tests" / "vectors" / "tpm"
SECRET = "default/demo/secret"
AUTH = json.dumps({"version": "0.4.0", "tee": "tpm", "extra-params": ""})
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


def sizes():
    row("size.casemate-broker", stripped("casemate-broker"), "bytes", "<= 3000000")
    row("size.casemate-guest", stripped("casemate-guest"), "bytes", "<= 3000000")


def start(folder, build="build", prefix=()):
    """A broker that knows the client's TPM; gives it and the milliseconds from exec to the first answer."""
    broker = Broker(folder / "broker", build)
    roots = [x509.load_der_x509_certificate((TPM / name).read_bytes()) for name in ("root.der", "ca.der", "ek_ca.der")]
    (broker.folder / "root.pem").write_bytes(b"".join(c.public_bytes(serialization.Encoding.PEM) for c in roots))
    broker.configure({"verifier.tpm.insecure_software_tpm_roots": [str(broker.folder / "root.pem")],
                      "limits.connections_per_peer": 1000})
    begun = time.perf_counter()
    with open(broker.log, "ab") as log:
        broker.process = subprocess.Popen([*prefix, broker.build / "casemate-broker", "--config", broker.config],
                                          stdout=log, stderr=log, env={"PATH": os.environ["PATH"]})
    while True:
        try:
            if broker.request("POST", "/kbs/v0/auth", AUTH).status == 200:
                break
        except OSError:
            time.sleep(0.0005)
    first = (time.perf_counter() - begun) * 1000
    while not (broker.folder / "admin.sock").exists() or broker.request("GET", "/readyz").status != 200:
        time.sleep(0.01)
    return broker, first


def casemate(broker, *words):
    subprocess.run([broker.build / "casemate", *words, "--admin", broker.folder / "admin" / "admin.toml"], check=True,
                   capture_output=True)


def enrol(broker):
    """All that makes the client's TPM affirming, and its workload entitled to the secret."""
    pcrs = (TPM / "pcrs.bin").read_bytes()
    values = {f"tpm_pcr{n:02}": [pcrs[32 * n:32 * n + 32].hex()] for n in range(16) if n != 8 and any(pcrs[32 * n:32 * n + 32])}
    assert broker.set_references(values).status == 200
    assert broker.set_resource(SECRET, b"the secret").status == 200
    casemate(broker, "endorsement", "add", "--ek", TPM / "ek.der")
    casemate(broker, "workload", "bind", "--tee", "tpm", "--initdata", TPM / "initdata.toml", "--allow", SECRET)


def load(broker, mode, tls, connections, count, warm_up=20):
    """Runs the client; gives what it measured and the broker's CPU milliseconds per operation."""
    before = cpu_ms(broker)
    run = subprocess.run([ROOT / "build" / "bench" / "bench-load", f"https://localhost:{broker.port}",
                          broker.folder / "tls" / "cert.pem", TPM, SECRET, mode, "rsa", tls, str(connections), str(count),
                          str(warm_up)], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"bench: the client failed: {run.stderr.strip()}\n{broker.log.read_text()[-2000:]}")
    done = count + connections * warm_up + (connections if mode == "token" else 0)
    return json.loads(run.stdout), (cpu_ms(broker) - before) / done


def per_request(broker):
    _, cpu = load(broker, "handshake", "kept", 1, 1000)
    row("handshake.cpu (EK known to the worker)", round(cpu, 3), "ms", "<= 0.45; existing broker 1.97, with sample evidence")
    _, cpu = load(broker, "token", "kept", 1, 2000)
    row("resource-by-token.cpu", round(cpu, 3), "ms", "<= 0.25; existing broker 0.79")
    seen, cpu = load(broker, "handshake", "fresh", 1, 300)
    row("handshake-new-tls.cpu", round(cpu, 3), "ms", "<= 1; existing broker 75 handshakes a second")
    for connections in (1, 8, 64):
        seen, _ = load(broker, "handshake", "kept", connections, 64 * 8, 1)
        row(f"handshake.latency.p50 ({connections} connections)", seen["p50_ms"], "ms")
        row(f"handshake.latency.p99 ({connections} connections)", seen["p99_ms"], "ms")
        row(f"handshake.rate ({connections} connections)", seen["per_second"], "/s", "client and broker share the machine")


def memory(broker):
    load(broker, "handshake", "kept", 64, 1024, 1)
    few = pss_kib(broker)
    load(broker, "handshake", "kept", 64, 64 * 160, 1)
    row("memory.after-1000-handshakes", round(few / 1024, 1), "MiB", "existing broker 33-49")
    row("memory.after-10000-more", round(pss_kib(broker) / 1024, 1), "MiB", "no more")
    body = json.dumps({"version": "0.4.0", "tee": "tpm", "extra-params": "x" * (2 * 1024 * 1024 - 200)})
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


def instructions(folder):
    """Under callgrind, in a build without the sandbox: the same figure on every machine."""
    build = ROOT / "build-callgrind"
    if shutil.which("valgrind") is None:
        print("instructions: valgrind is not here (apt install valgrind)", file=sys.stderr)
        return
    if not (build / "build.ninja").exists():
        subprocess.run(["meson", "setup", build, "-Dsandbox=false"], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["ninja", "-C", build, "casemate", "casemate-broker"], check=True, capture_output=True)
    broker, _ = start(folder, "build-callgrind", callgrind.command(folder))
    try:
        enrol(broker)
        load(broker, "handshake", "kept", 1, 10, 5)
        count = 50
        by_role, functions = callgrind.measure(broker, processes(broker), folder,
                                               lambda: load(broker, "handshake", "kept", 1, count, 0), count)
    finally:
        broker.stop()
    total, crypto = callgrind.crypto_share(by_role)
    row("handshake.instructions (EK known to the worker)", round(total / 1e6, 2), "M", "<= 4.5; existing broker 12.5, with sample evidence")
    row("handshake.instructions-in-libcrypto", round(100 * crypto / total), "%", ">= 60; existing broker 30")
    subprocess.run(["ninja", "-C", build, "bench/bench-floor"], check=True, capture_output=True)
    floor = callgrind.floor([build / "bench" / "bench-floor", TPM / "ek_key.pem"], folder)
    row("handshake.instructions-floor", round(floor / 1e6, 2), "M", "its signatures, agreement and hashes alone, in libcrypto")
    for role, libraries in sorted(by_role.items()):
        text = ", ".join(f"{name or 'unknown'} {n / 1e6:.2f}" for name, n in libraries.most_common(4))
        row(f"handshake.instructions.{role}", round(sum(libraries.values()) / 1e6, 2), "M", text)
    for (role, library, function), n in functions.most_common(12) if "--functions" in sys.argv else ():
        row(f"  {role} {function[:40]}", round(n / 1e3), "K", library)


def main():
    for name in ("casemate-broker", "casemate"):
        if not (ROOT / "build" / name).exists():
            sys.exit("bench: build is missing: meson setup build && ninja -C build")
    subprocess.run(["ninja", "-C", ROOT / "build", "bench/bench-load"], check=True, capture_output=True)
    sizes()
    with tempfile.TemporaryDirectory() as folder:
        broker, first = start(pathlib.Path(folder))
        row("start.first-answer", round(first, 1), "ms", "<= 10")
        try:
            row("memory.at-rest", round(pss_kib(broker) / 1024, 1), "MiB", "<= 20")
            enrol(broker)
            per_request(broker)
            memory(broker)
        finally:
            broker.stop()
    with tempfile.TemporaryDirectory() as folder:
        instructions(pathlib.Path(folder))
    if "--json" in sys.argv:
        print(json.dumps(rows, indent=1))


main()
