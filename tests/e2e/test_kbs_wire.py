# proves: R6 R30 M-EAR T-ATT-15
"""
Every exchange that was recorded from the upstream broker, asked again of ours: the same kind of request with our nonces,
cookies and tokens must get the same status, error variant, content type, cookie and body shape, or stand in
kbs_wire_differences.json with its reason.
"""
import base64
import hashlib
import json
import pathlib
import re

import pytest

from broker import auth, jcs

DIFFERENCES = json.loads((pathlib.Path(__file__).parent / "kbs_wire_differences.json").read_text())


def parse(raw):
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = [line.split(": ", 1) for line in lines[1:]]
    return lines[0], headers, body


def header(headers, name):
    return next((value for key, value in headers if key.lower() == name), None)


class Replay:
    """Carries over what differs between the recording and now: nonces, cookies, tokens, and digests over them."""

    def __init__(self, broker):
        self.broker = broker
        self.cookies, self.nonces, self.tokens = {}, {}, {}

    def substitute(self, text):
        for table in (self.tokens, self.cookies):
            for old, new in table.items():
                text = text.replace(old, new)
        return text

    def bearer(self, value):
        """A recorded token becomes ours; one that was altered from it gets the same alteration."""
        if value in self.tokens:
            return self.tokens[value]
        for old, new in self.tokens.items():
            if value.split(".")[:2] == old.split(".")[:2]:  # its signature was changed
                return new[:-4] + ("AAAA" if not new.endswith("AAAA") else "BBBB")
        return value

    def attest_body(self, body):
        try:
            parsed = json.loads(body)
            old_nonce = parsed["runtime-data"]["nonce"]
        except (ValueError, KeyError, TypeError):
            return body
        jwk = parsed["runtime-data"]["tee-pubkey"]
        evidence = parsed.get("tee-evidence")
        additional = evidence.get("additional_evidence", "") if isinstance(evidence, dict) else ""
        typed = {k: v for k, v in jwk.items() if k in ("alg", "crv", "kty", "x", "y", "n", "e")}
        new_nonce = self.nonces.get(old_nonce, old_nonce)
        text = body.decode()
        # A device's evidence is hashed into the primary's: it comes first.
        for members, with_additional in ((typed, False), (typed, True), (jwk, True)):
            def digest(nonce, extra):
                claims = {"nonce": nonce, "tee-pubkey": members}
                if with_additional:
                    claims["additional-evidence"] = extra
                return base64.b64encode(hashlib.sha384(jcs(claims)).digest()).decode()
            new_additional = additional.replace(digest(old_nonce, additional), digest(new_nonce, additional)) \
                if not with_additional else additional_now
            if not with_additional:
                additional_now = new_additional
                text = text.replace(digest(old_nonce, additional), digest(new_nonce, additional))
            else:
                text = text.replace(digest(old_nonce, additional), digest(new_nonce, new_additional))
        return text.replace(old_nonce, new_nonce).encode()

    def begin_session(self, name, headers, body):
        """The auth that came before some of the recorded attests was not recorded: it is made here."""
        cookie = re.search(r"kbs-session-id=([^;]*)", header(headers, "cookie") or "")
        if not cookie or cookie.group(1) in self.cookies or name == "attest-unknown-cookie":
            return
        answer = auth(self.broker, "snp" if name == "attest-wrong-evidence-for-tee" else "sample")
        self.cookies[cookie.group(1)] = answer.cookie
        nonce = re.search(rb'"nonce": ?"([^"]*)"', body)
        if nonce and name != "attest-wrong-nonce":
            self.nonces[nonce.group(1).decode()] = answer.json()["nonce"]

    def send(self, name, folder):
        raw = (folder / f"{name}.request").read_bytes()
        if name == "auth-2mib-plus":  # described there, not written out
            body = json.dumps({"version": "0.4.0", "tee": "sample", "extra-params": "a" * 2097152})
            return self.broker.request("POST", "/kbs/v0/auth", body), "POST", "/kbs/v0/auth"
        start, headers, body = parse(raw)
        method, path = start.split(" ", 1)[0], start.split(" ", 1)[1].rsplit(" ", 1)[0]
        if path.startswith("/kbs/v0/attest") and not path.startswith("/kbs/v0/attestation"):
            self.begin_session(name, headers, body)
            body = self.attest_body(body)
        out = {}
        for key, value in headers:
            if key.lower() in ("host", "connection", "content-length"):
                continue
            if key.lower() == "authorization" and " " in value:
                scheme, token = value.split(" ", 1)
                value = scheme + " " + self.bearer(token)
            out[key] = self.substitute(value)
        segments = path.split("?")[0].split("/")
        plugin = segments[3] if len(segments) > 3 else ""
        admin = plugin in ("resource-policy", "attestation-policy", "reference-value") or (
            plugin.startswith("resource") and method in ("POST", "DELETE"))
        if path.startswith("/metrics"):
            return None, method, path
        if admin and method in ("GET", "POST", "DELETE"):
            return self.broker.admin(method, path, body, headers=out), method, path
        return self.broker.request(method, path, body or None, out), method, path

    def learn(self, recorded, answer):
        _, headers, body = parse(recorded)
        old = re.match(r"kbs-session-id=([^;]*)", header(headers, "set-cookie") or "")
        if old and answer.cookie:
            self.cookies[old.group(1)] = answer.cookie
        try:
            was, now = json.loads(body), json.loads(answer.body)
        except ValueError:
            return
        if isinstance(was, dict) and isinstance(now, dict):
            if "nonce" in was and "nonce" in now:
                self.nonces[was["nonce"]] = now["nonce"]
            if "token" in was and "token" in now:
                self.tokens[was["token"]] = now["token"]


def shape(body):
    """What a body looks like: the keys of an object, the type of anything else."""
    try:
        value = json.loads(body)
    except ValueError:
        return "text" if body else "empty"
    if isinstance(value, dict):
        keys = sorted(value)
        return "error " + value["type"].rsplit("/", 1)[1] if keys == ["detail", "type"] else keys
    return type(value).__name__


def compare(recorded, answer):
    start, headers, body = parse(recorded)
    status = int(start.split(" ")[1])
    problems = []
    if answer.status != status:
        problems.append(f"status {answer.status}, recorded {status}")
    if shape(answer.body) != shape(body):
        problems.append(f"body {shape(answer.body)}, recorded {shape(body)}")
    want_type, have_type = header(headers, "content-type"), answer.headers.get("content-type")
    if (want_type or "").split(";")[0] != (have_type or "").split(";")[0]:
        problems.append(f"content type {have_type}, recorded {want_type}")
    if bool(header(headers, "set-cookie")) != bool(answer.cookie):
        problems.append(f"cookie {bool(answer.cookie)}, recorded {bool(header(headers, 'set-cookie'))}")
    return problems


def test_every_recorded_exchange(make_broker, vectors):
    folder = vectors / "kbs-wire" / "exchanges"
    broker = make_broker(sample=True, plain=True, settings={"policy.on_critical": "insecure_warn"})
    replay = Replay(broker)
    unexplained, explained, unneeded = [], 0, []
    index = json.loads((folder / "index.json").read_text())
    for entry in index:
        name = entry["name"]
        path_of = folder / f"{name}.response"
        recorded = path_of.read_bytes() if path_of.exists() else b""
        answer, method, path = replay.send(name, folder)
        if answer is None or not recorded:
            problems = ["not asked: it has a listener of its own, or upstream dropped the connection"]
        else:
            replay.learn(recorded, answer)
            problems = compare(recorded, answer)
        if problems and name in DIFFERENCES:
            explained += 1
        elif problems:
            unexplained.append(f"{name} ({method} {path}): {'; '.join(problems)}: {answer and answer.body[:200]}")
        elif name in DIFFERENCES:
            unneeded.append(name)
    assert broker.process.poll() is None
    print(f"{len(index)} exchanges, {explained} differ as listed")
    assert not unexplained, "\n".join(unexplained)
    assert not unneeded, f"listed as different, but they are not: {unneeded}"
