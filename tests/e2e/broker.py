"""A broker of its own for a test: `casemate broker init`, settings changed as the test asks, started, stopped."""
import base64
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import time
import uuid
from urllib.parse import quote, unquote

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ROOT = pathlib.Path(__file__).resolve().parents[2]


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def jcs(value):
    """RFC 8785 for what the protocol hashes: strings, and objects of strings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        cookie = re.match(r"kbs-session-id=([^;]*)", self.headers.get("set-cookie") or "")
        self.cookie = cookie.group(1) if cookie else None

    def json(self):
        return json.loads(self.body)

    def variant(self):
        try:
            return self.json()["type"].rsplit("/", 1)[1]
        except (ValueError, KeyError, TypeError):
            return None


class Broker:
    def __init__(self, folder, build="build", settings=None, plain=False):
        self.folder = pathlib.Path(folder)
        self.build = ROOT / build
        self.plain = plain
        self.process = None
        self.port = free_port()
        self.metrics_port = free_port()
        self.log = self.folder.parent / (self.folder.name + ".log")
        subprocess.run([self.build / "casemate", "broker", "init", self.folder, "--name", "localhost"], check=True,
                       capture_output=True)
        wanted = {"server.listen": [f"127.0.0.1:{self.port}"], "metrics.listen": [f"127.0.0.1:{self.metrics_port}"],
                  "limits.rate_per_peer": 0}
        if plain:
            wanted["server.insecure_http"] = True
        wanted.update(settings or {})
        self.configure(wanted)

    @property
    def config(self):
        return self.folder / "broker.toml"

    def configure(self, wanted):
        """Sets `section.name` keys in broker.toml, replacing what is there."""
        lines = self.config.read_text().splitlines()
        for key, value in wanted.items():
            section, name = key.rsplit(".", 1)
            text = f"{name} = {json.dumps(value)}"
            at = next((i for i, line in enumerate(lines) if line.strip() == f"[{section}]"), None)
            if at is None:
                lines += ["", f"[{section}]", text]
                continue
            end = next((i for i in range(at + 1, len(lines)) if lines[i].startswith("[")), len(lines))
            lines[at + 1:end] = [text] + [l for l in lines[at + 1:end] if not re.match(rf"\s*{name}\s*=", l)]
        self.config.write_text("\n".join(lines) + "\n")

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.build / "casemate-broker", "--config", self.config],
                                            stdout=log, stderr=log, env={})
        for _ in range(500):
            if self.process.poll() is not None:
                raise RuntimeError(f"the broker ended with {self.process.returncode}:\n{self.log.read_text()}")
            try:
                if self.request("GET", "/readyz").status == 200 and (self.folder / "admin.sock").exists():
                    return self
            except OSError:
                pass
            time.sleep(0.02)
        raise RuntimeError("the broker does not answer:\n" + self.log.read_text())

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
        self.process = None

    def kill(self):
        """As a power cut would: every process of the broker at once."""
        pids = [self.process.pid] + [int(p) for p in subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()]
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait(timeout=20)
        self.process = None

    def connect(self):
        if self.plain:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        context = ssl.create_default_context(cafile=self.folder / "tls" / "cert.pem")
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=20, context=context)
        return connection

    def request(self, method, path, body=None, headers=None, connection=None):
        own = connection is None
        connection = connection or self.connect()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            if own:
                connection.close()

    # administration, over its unix socket, with a token bound to the request
    def admin_token(self, method, path, body=b"", key=None, changes=None):
        key = key or serialization.load_pem_private_key((self.folder / "admin" / "admin.key").read_bytes(), None)
        if isinstance(key, ec.EllipticCurvePrivateKey):
            point = key.public_key().public_numbers()
            members = {"crv": "P-256", "kty": "EC", "x": b64url(point.x.to_bytes(32, "big")),
                       "y": b64url(point.y.to_bytes(32, "big"))}
        else:
            raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            members = {"crv": "Ed25519", "kty": "OKP", "x": b64url(raw)}
        alg = "ES256" if members["kty"] == "EC" else "EdDSA"
        kid = b64url(hashlib.sha256(jcs(members)).digest())
        claims = {"iss": "test", "role": "admin", "iat": int(time.time()), "exp": int(time.time()) + 60,
                  "jti": uuid.uuid4().hex, "htm": method, "htu": path, "body_sha256": hashlib.sha256(body).hexdigest()}
        claims.update(changes or {})
        claims = {k: v for k, v in claims.items() if v is not None}
        signed = b64url(json.dumps({"typ": "JWT", "alg": alg, "kid": kid}).encode()) + "." + b64url(
            json.dumps(claims).encode())
        if alg == "EdDSA":
            return signed + "." + b64url(key.sign(signed.encode()))
        r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return signed + "." + b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def admin(self, method, path, body=b"", token=None, headers=None):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(20)
        sock.connect(str(self.folder / "admin.sock"))
        connection = http.client.HTTPConnection("admin")
        connection.sock = sock
        plain_path = path.split("?")[0]
        token = token if token is not None else self.admin_token(method, unquote(plain_path), body or b"")
        all_headers = {"Authorization": "Bearer " + token} if token else {}
        all_headers.update(headers or {})
        try:
            return self.request(method, path, body, all_headers, connection)
        finally:
            connection.close()

    def bind(self, initdata_claim, paths):
        """Binds a workload: guests whose token has this initdata claim may have these resources."""
        return self.admin("PUT", "/casemate/v0/record/workload/" + quote(initdata_claim, safe=""), json.dumps(paths).encode())

    def set_resource(self, path, value):
        return self.admin("POST", "/kbs/v0/resource/" + path, value)

    def set_references(self, values):
        payload = base64.b64encode(json.dumps(values).encode()).decode()
        return self.admin("POST", "/kbs/v0/reference-value",
                          json.dumps({"version": "0.1.0", "type": "sample", "payload": payload}).encode())

    def audit_lines(self):
        lines = []
        for segment in sorted((self.folder / "audit").glob("*.jsonl")):
            lines += [json.loads(line) for line in segment.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return lines


class TeeKey:
    """A P-256 TEE key pair, and the opening of what is sealed to it."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_numbers()
        self.jwk = {"kty": "EC", "crv": "P-256", "alg": "ECDH-ES+A256KW", "x": b64url(point.x.to_bytes(32, "big")),
                    "y": b64url(point.y.to_bytes(32, "big"))}

    def open(self, jwe):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        from cryptography.hazmat.primitives.keywrap import aes_key_unwrap
        jwe = json.loads(jwe)
        raw = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        header = json.loads(raw(jwe["protected"]))
        epk = ec.EllipticCurvePublicNumbers(int.from_bytes(raw(header["epk"]["x"]), "big"),
                                            int.from_bytes(raw(header["epk"]["y"]), "big"),
                                            ec.SECP256R1()).public_key()
        z = self.key.exchange(ec.ECDH(), epk)
        alg = b"ECDH-ES+A256KW"
        kek = hashlib.sha256(b"\0\0\0\1" + z + len(alg).to_bytes(4, "big") + alg + bytes(8) +
                             (256).to_bytes(4, "big")).digest()
        cek = aes_key_unwrap(kek, raw(jwe["encrypted_key"]))
        return AESGCM(cek).decrypt(raw(jwe["iv"]), raw(jwe["ciphertext"]) + raw(jwe["tag"]), jwe["protected"].encode())


INITDATA = 'version = "0.1.0"\nalgorithm = "sha384"\n[data]\n"note" = "a workload"\n'


def initdata_claim(text=INITDATA):
    """As the sample verifier writes it."""
    return base64.b64encode(hashlib.sha384(text.encode()).digest()).decode()


def sample_evidence(nonce, jwk, additional=""):
    digest = hashlib.sha384(jcs({"additional-evidence": additional, "nonce": nonce, "tee-pubkey": jwk})).digest()
    return {"svn": "1", "report_data": base64.b64encode(digest).decode()}


def attest_body(nonce, jwk, evidence, initdata=None):
    return json.dumps({"init-data": {"format": "toml", "body": initdata} if initdata else None,
                       "runtime-data": {"nonce": nonce, "tee-pubkey": jwk},
                       "tee-evidence": {"primary_evidence": evidence, "additional_evidence": ""}}).encode()


def auth(broker, tee="sample", extra=""):
    answer = broker.request("POST", "/kbs/v0/auth", json.dumps({"version": "0.4.0", "tee": tee, "extra-params": extra}))
    assert answer.status == 200, answer.body
    return answer


def attest(broker, key=None, initdata=INITDATA):
    """auth and attest with sample evidence: the answer, the TEE key, the nonce and the first cookie."""
    key = key or TeeKey()
    challenge = auth(broker)
    nonce = challenge.json()["nonce"]
    body = attest_body(nonce, key.jwk, sample_evidence(nonce, key.jwk), initdata)
    answer = broker.request("POST", "/kbs/v0/attest", body, {"Cookie": "kbs-session-id=" + challenge.cookie})
    return answer, key, nonce, challenge.cookie, body


class reasons:
    """The reasons in the audit log. A refusal's line need not be durable before its reply: it is waited for."""

    def __init__(self, broker):
        self.broker = broker

    def __contains__(self, wanted):
        for _ in range(100):
            if any(line.get("reason") == wanted for line in self.broker.audit_lines()):
                return True
            time.sleep(0.02)
        return False
