# proves: R10 R36 M-END T-ATT-13 T-BOOT-05 T-BOOT-06
"""`casemate evidence verify` and `casemate explain` as a user runs them, over the vectors of this project and AMD's."""
import base64
import hashlib
import json
import pathlib
import shutil
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from broker import attest
from conftest import AFFIRMING_SAMPLE

ROOT = pathlib.Path(__file__).resolve().parents[2]
OWN = ROOT / "tests" / "vectors"
NOW = "2025-06-01T00:00:00Z"


class Ran:
    def __init__(self, words):
        done = subprocess.run([ROOT / "build" / "casemate", *map(str, words)], capture_output=True, text=True, timeout=60)
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        return json.loads(self.out)


def casemate(*words):
    return Ran(words)


def verify(tee, evidence, *words, at=NOW):
    return casemate("evidence", "verify", "--tee", tee, "--evidence", evidence, "--at", at, "--format", "json", *words)


def refused(ran, reason):
    answer = ran.json()
    assert (ran.status, answer["verdict"], answer["reason"]) == (1, "refused", reason), ran.out + ran.err
    assert answer["claims"] is None and answer["checks"] == [] and answer["findings"] == []


def folder(path, *files):
    path.mkdir()
    for file in files:
        shutil.copy(file, path)
    return path


# SEV-SNP, under a test PKI of our own

@pytest.fixture
def snp(tmp_path):
    names = ("ark", "ask", "asvk")
    return ["--insecure-test-roots", folder(tmp_path / "roots", *(OWN / f"snp/milan_{n}.der" for n in names)),
            "--endorsements", folder(tmp_path / "certs", OWN / "snp/milan_vcek.der")]


def flipped(path, source, at):
    data = bytearray(source.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("at, reason", [
    (0x90, "snp.signature"),     # the measurement
    (0x50, "snp.signature"),     # report data
    (0x2a0, "snp.signature"),    # the signature
    (0x49f, "snp.format"),       # reserved
])
def test_a_flipped_byte_is_refused(tmp_path, snp, at, reason):
    ran = verify("snp", flipped(tmp_path / "r.bin", OWN / "snp/milan.bin", at), *snp)
    refused(ran, reason)
    assert ran.json()["threat"].startswith("T-ATT-")
    assert ran.json()["reason"] in ran.err


@pytest.mark.parametrize("name, reason", [
    ("milan_v2.bin", "snp.version"), ("milan_masked.bin", "snp.chip-id"), ("venice.bin", "snp.product"),
    ("milan_vlek.bin", "snp.cert-role"), ("genoa_v5.bin", "snp.chain")])
def test_other_reports_are_refused(snp, name, reason):
    ran = verify("snp", OWN / "snp" / name, *snp)
    assert ran.status == 1 and ran.json()["verdict"] == "refused"
    assert ran.json()["reason"] == reason


def test_who_is_not_trusted_does_not_vouch(tmp_path, snp):
    report = OWN / "snp/milan.bin"
    refused(verify("snp", report), "snp.endorsement-absent")
    refused(verify("snp", report, *snp[2:]), "snp.chain")  # the test PKI is not AMD's
    refused(verify("snp", report, *snp, at="2090-01-01T00:00:00Z"), "snp.cert-time")
    for crl, reason in (("milan_revoked.crl", "snp.revoked"), ("milan_forged.crl", "snp.revoked"),
                        ("milan_stale.crl", "snp.revoked")):
        certs = folder(tmp_path / crl, OWN / "snp/milan_vcek.der", OWN / "snp" / crl)
        refused(verify("snp", report, *snp[:2], "--endorsements", certs), reason)


def test_own_snp_evidence(tmp_path, snp):
    ran = verify("snp", OWN / "snp/milan.bin", *snp)
    answer = ran.json()
    assert ran.status == 0 and ran.err == ""
    assert answer["format"] == "casemate-evidence/1" and answer["tee"] == "snp" and answer["at"] == NOW
    assert (answer["verdict"], answer["identity"], answer["reason"]) == ("authentic", "affirming", "")
    checks = {c["name"]: c["result"] for c in answer["checks"]}
    assert checks["certificate chain"] == "holds, to a test root"
    assert checks["report data"].startswith("not checked")
    rendered = tmp_path / "rendered.json"
    rendered.write_text('{"attestation_report": %s}' % (OWN / "snp/milan.json").read_text())
    assert verify("snp", rendered, *snp).json()["claims"] == answer["claims"]
    certs = folder(tmp_path / "crl", OWN / "snp/milan_vcek.der", OWN / "snp/milan.crl")
    assert verify("snp", OWN / "snp/milan.bin", *snp[:2], "--endorsements", certs).status == 0


@pytest.mark.parametrize("rules, status, verdict", [
    ('trust_claims := {"executables": 3}', 0, "affirming"),
    ('trust_claims := {"executables": 3} if input.snp.measurement in query_reference_value("absent")', 1, "refused"),
    ('default trust_claims := {"executables": 33}\n'
     'trust_claims := {"executables": 3} if input.snp.measurement in query_reference_value("absent")', 1, "warning"),
    ('trust_claims := {"executables": 300}', 1, "refused"),
])
def test_a_policy_decides(tmp_path, snp, rules, status, verdict):
    report = OWN / "snp/milan.bin"
    policy = tmp_path / "policy.rego"
    policy.write_text("package policy\n" + rules + "\n")
    ran = verify("snp", report, *snp, "--policy", policy)
    assert (ran.status, ran.json()["verdict"]) == (status, verdict)
    policy.write_text("package policy\nallow := true\n")
    ran = verify("snp", report, *snp, "--policy", policy)
    assert ran.status != 0 and "trust_claims" in ran.err


def test_reference_values_decide(tmp_path, snp):
    report, claims = OWN / "snp/milan.bin", verify("snp", OWN / "snp/milan.bin", *snp).json()["claims"]
    reference = tmp_path / "reference.json"
    reference.write_text("{}")
    ran = verify("snp", report, *snp, "--reference", reference)
    answer = ran.json()
    assert (ran.status, answer["verdict"], answer["reason"]) == (1, "contraindicated", "appraisal.no-reference")
    assert any(f["found"] == claims["measurement"] and f["expected"] is None for f in answer["findings"])
    # What the findings ask for, registered as found, makes it affirming as far as references go.
    values = {f["reference"]: [claims[f["claim"]]] for f in answer["findings"] if f["claim"] in claims}
    reference.write_text(json.dumps(values))
    init = ["--init-data", claims["init_data"]]
    ran = verify("snp", report, *snp, "--reference", reference, *init)
    assert (ran.status, ran.json()["verdict"], ran.json()["findings"]) == (0, "affirming", []), ran.out
    name = next(f["reference"] for f in answer["findings"] if f["claim"] == "measurement")
    values[name] = ["00" * 48]
    reference.write_text(json.dumps(values))
    ran = verify("snp", report, *snp, "--reference", reference, *init)
    assert ran.status == 1 and ran.json()["findings"][0]["expected"] == ["00" * 48]
    assert ran.json()["reason"] == ran.json()["findings"][0]["reason"] != "appraisal.no-reference"
    text = casemate("evidence", "verify", "--tee", "snp", "--evidence", report, "--at", NOW, *snp, "--reference",
                    reference, *init)
    assert text.status == 1 and "not as registered" in text.out and text.out.count("verdict: contraindicated") == 1


def test_expected_values_are_compared(snp):
    report = OWN / "snp/milan.bin"
    claims = verify("snp", report, *snp).json()["claims"]
    refused(verify("snp", report, *snp, "--report-data", "00" * 48), "key.binding")
    refused(verify("snp", report, *snp, "--init-data", "11" * 32), "initdata.binding")
    ran = verify("snp", report, *snp, "--report-data", claims["report_data"], "--init-data", claims["init_data"])
    assert ran.status == 0, ran.out
    assert {c["name"]: c["result"] for c in ran.json()["checks"]}["report data"] == "is the session's"


# TPM, under a test CA of our own

def b64(name):
    return base64.b64encode((OWN / "tpm" / name).read_bytes()).decode()


@pytest.fixture
def tpm(tmp_path):
    pcrs = (OWN / "tpm/pcrs.bin").read_bytes()
    evidence = {"tpm_quote": {"signature": b64("quote.sig"), "message": b64("quote.msg"),
                              "pcrs": [pcrs[i:i + 32].hex() for i in range(0, len(pcrs), 32)]},
                "ak_public": b64("ak.spki"), "ak": b64("ak.tpm2b"), "ek_cert": b64("ek.der"),
                "activation": b64("activation.bin"), "event_log": b64("eventlog.bin")}
    ek = x509.load_der_x509_certificate((OWN / "tpm/ek.der").read_bytes()).public_key()
    spki = ek.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    class Tpm:
        file = tmp_path / "evidence.json"
        session = tmp_path / "session.json"
        ek = hashlib.sha256(spki).hexdigest()
        roots = folder(tmp_path / "tpm-roots", OWN / "tpm/root.der", OWN / "tpm/ca.der")
        report_data = (OWN / "tpm/report_data.bin").read_bytes().hex()
        init_data = hashlib.sha256((OWN / "tpm/initdata.toml").read_bytes()).hexdigest()

        def write(self, **changes):
            self.file.write_text(json.dumps({**evidence, **changes}))
            return self.file

    t = Tpm()
    t.session.write_text(json.dumps({
        "nonce": (OWN / "tpm/nonce.txt").read_text(), "secret": (OWN / "tpm/secret.bin").read_bytes().hex(),
        "ak_name": (OWN / "tpm/ak.name").read_bytes().hex(), "ek": t.ek}))
    t.bound = ["--report-data", t.report_data, "--init-data", t.init_data]
    t.write()
    return t


def test_a_tpm_without_its_session_is_not_authentic(tpm):
    ran = verify("tpm", tpm.file, "--roots", tpm.roots, "--enrolled-ek", tpm.ek, *tpm.bound)
    answer = ran.json()
    assert (ran.status, answer["verdict"], answer["reason"]) == (1, "contraindicated", "tpm.ak-unbound")
    assert {c["name"]: c["result"] for c in answer["checks"]}["event log"] == "replays to the signed PCRs"
    text = casemate("evidence", "verify", "--tee", "tpm", "--evidence", tpm.file, "--at", NOW)
    assert text.status == 1 and "not authentic" in text.out


def test_a_tpm_with_its_session(tpm, tmp_path):
    session = ["--tpm-session", tpm.session, *tpm.bound]
    ran = verify("tpm", tpm.file, "--enrolled-ek", tpm.ek, *session)
    assert (ran.status, ran.json()["verdict"], ran.json()["reason"]) == (0, "authentic", "")
    ran = verify("tpm", tpm.file, "--roots", tpm.roots, *session)
    assert (ran.status, ran.json()["identity"], ran.json()["reason"]) == (0, "warning", "tpm.ek-unenrolled")
    ran = verify("tpm", tpm.file, "--insecure-software-tpm-roots", tpm.roots, *session)
    assert ran.json()["claims"]["insecure_software_tpm"] is True
    ran = verify("tpm", tpm.file, *session)
    assert (ran.status, ran.json()["reason"]) == (1, "tpm.ek-chain")
    claims = verify("tpm", tpm.file, *session).json()["claims"]
    reference = tmp_path / "reference.json"
    values = {f"tpm_pcr{i:02}": [claims[f"pcr{i:02}"]] for i in range(16) if i not in (8, 10)}
    reference.write_text(json.dumps(values))
    ran = verify("tpm", tpm.file, "--enrolled-ek", tpm.ek, *session, "--reference", reference)
    assert (ran.status, ran.json()["verdict"]) == (0, "affirming"), ran.out
    ran = verify("tpm", tpm.file, "--roots", tpm.roots, *session, "--reference", reference)
    assert (ran.status, ran.json()["verdict"], ran.json()["reason"]) == (1, "warning", "tpm.ek-unenrolled")
    reference.write_text(json.dumps({**values, "tpm_pcr04": ["00" * 32]}))
    ran = verify("tpm", tpm.file, "--enrolled-ek", tpm.ek, *session, "--reference", reference)
    assert (ran.status, ran.json()["verdict"]) == (1, "contraindicated")
    assert any(f["claim"] == "pcr04" and f["found"] == claims["pcr04"] for f in ran.json()["findings"])


def test_changed_tpm_evidence_is_refused(tpm):
    session = ["--tpm-session", tpm.session, "--enrolled-ek", tpm.ek]
    refused(verify("tpm", tpm.file, *session, "--report-data", "00" * 48), "key.binding")
    refused(verify("tpm", tpm.file, *session, "--init-data", "00" * 32), "initdata.binding")
    refused(verify("tpm", tpm.file, *session, "--init-data", "00" * 48), "initdata.algorithm")
    log = bytearray((OWN / "tpm/eventlog.bin").read_bytes())
    log[-1] ^= 1
    ran = verify("tpm", tpm.write(event_log=base64.b64encode(log).decode()), *session)
    assert ran.status == 1 and ran.json()["reason"].startswith("tpm.eventlog-")
    refused(verify("tpm", tpm.write(activation=base64.b64encode(bytes(32)).decode()), *session), "tpm.ak-unbound")
    refused(verify("tpm", tpm.write(ak=b64("ak_other.tpm2b")), *session), "tpm.ak-name")


# what cannot be read, and what does not fit

@pytest.mark.parametrize("content, reason", [
    (b"", "evidence.malformed"), (b"{", "evidence.malformed"), (b"{}", "evidence.malformed"),
    (b"[]", "evidence.malformed"), (b'{"attestation_report_raw":1}', "evidence.malformed"),
    (b"\xff" * 1184, "snp.version"), (b"\x03\0\0\0", "snp.format"), (b"{" * 100000, "evidence.malformed")])
def test_malformed_evidence_is_a_no(tmp_path, content, reason):
    file = tmp_path / "evidence"
    file.write_bytes(content)
    ran = verify("snp", file)
    assert ran.status == 1 and ran.json()["verdict"] == "refused"
    assert ran.json()["reason"] in (reason, "snp.format")
    if content[:1] in (b"", b"{", b"["):
        assert verify("tpm", file).json()["reason"] == "evidence.malformed"


def test_what_cannot_be_read(tmp_path, snp):
    report = OWN / "snp/milan.bin"
    assert verify("snp", tmp_path / "absent").status == 3
    assert verify("snp", tmp_path).status == 3
    for option in ("--endorsements", "--insecure-test-roots"):
        assert verify("snp", report, option, tmp_path / "absent").status == 3
        empty = tmp_path / f"empty{option}"
        empty.mkdir()
        assert verify("snp", report, option, empty).status == 3
        (empty / "bad.pem").write_text("no certificate")
        ran = verify("snp", report, option, empty)
        assert ran.status == 3 and "bad.pem" in ran.err and ran.out == ""
    for content in ("", "[]", '{"a":1,"a":2}'):
        (tmp_path / "reference.json").write_text(content)
        ran = verify("snp", report, *snp, "--reference", tmp_path / "reference.json")
        assert ran.status == 3 and ran.out == ""
    (tmp_path / "session.json").write_text('{"nonce":"x"}')
    assert verify("tpm", report, "--tpm-session", tmp_path / "session.json").status == 3


@pytest.mark.parametrize("words", [
    ["--nonsense"], ["--report-data", "xyz"], ["--report-data", ""],
    ["--report-data", "00" * 65], ["--roots", "."], ["--enrolled-ek", "00" * 32], ["--tpm-session", "x"], ["operand"]])
def test_usage(words):
    ran = verify("snp", OWN / "snp/milan.bin", *words)
    assert ran.status == 2 and "usage:" in ran.err and ran.out == ""


def test_usage_of_other_options():
    assert verify("nonsense", OWN / "snp/milan.bin").status == 2
    assert verify("snp", OWN / "snp/milan.bin", at="yesterday").status == 2
    assert verify("tpm", OWN / "snp/milan.bin", "--endorsements", ".").status == 2
    assert verify("tpm", OWN / "snp/milan.bin", "--enrolled-ek", "00" * 31).status == 2
    assert casemate("evidence", "verify").status == 2
    refused(verify("tdx", OWN / "snp/milan.bin"), "evidence.tee")


# AMD's own certificates, where the published vectors are

def test_real_snp_evidence(vectors, tmp_path):
    snp = vectors / "evidence/snp"
    ran = verify("snp", snp / "genoa-e2e-evidence.json", "--endorsements", snp / "roots")
    answer = ran.json()
    assert (ran.status, answer["verdict"]) == (0, "authentic"), ran.out
    assert answer["claims"]["measurement"].startswith("6a6519d757e68c2e")
    assert {c["name"]: c["result"] for c in answer["checks"]}["certificate chain"] == "holds, to AMD's root"
    certs = folder(tmp_path / "certs", *(snp / "roots").iterdir(), snp / "test-vcek.der", snp / "genoa-e2e-vcek.der")
    raw = verify("snp", snp / "genoa-e2e-report.bin", "--endorsements", certs)
    assert raw.status == 0 and raw.json()["claims"] == answer["claims"]
    refused(verify("snp", snp / "genoa-e2e-evidence.json"), "snp.chain")
    refused(verify("snp", snp / "test-report.bin", "--endorsements", certs), "snp.version")
    for at in (0x90, 0x2a0):
        refused(verify("snp", flipped(tmp_path / "r.bin", snp / "genoa-e2e-report.bin", at), "--endorsements", certs),
                "snp.signature")


def test_explain_codes():
    ran = casemate("explain", "tpm.ek-unenrolled")
    assert ran.status == 0 and "T-ATT-03" in ran.out and "nobody enrolled" in ran.out
    ran = casemate("explain", "tpm.ek-unenrolled", "--format", "json")
    assert ran.json() == {"format": "casemate-explain/1", "reasons": [
        {"code": "tpm.ek-unenrolled", "threat": "T-ATT-03", "text": "nobody enrolled this endorsement key"}]}
    codes = [r["code"] for r in casemate("explain", "--list", "--format", "json").json()["reasons"]]
    assert len(codes) == len(set(codes)) > 60
    table = casemate("explain", "--list").out.splitlines()
    assert len(table) == len(codes) + 2 and all(row.count("|") == 4 for row in table)
    assert casemate("explain", "tpm.nonsense").status == 1
    assert casemate("explain", "").status == 1
    for words in ([], ["a", "--list"], ["a", "b"], ["--audit", "d"], ["--session", "abcd"], ["--list", "--key", "k"],
                  ["--audit", "d", "--session", "xyzw"], ["--audit", "d", "--session", "abc"]):
        assert casemate("explain", *words).status == 2, words


def test_explain_a_session_of_a_broker(make_broker):
    broker = make_broker(sample=True)
    assert broker.set_references({**AFFIRMING_SAMPLE, "svn": ["9"]}).status == 200
    _, _, nonce, *_ = attest(broker)
    session = hashlib.sha256(nonce.encode()).hexdigest()
    broker.stop()
    ran = casemate("explain", "--audit", broker.folder / "audit", "--session", session[:12])
    assert ran.status == 0, ran.err
    assert "not affirming" in ran.out and "verdict: contraindicated" in ran.out
    assert 'expected:  ["9"]' in ran.out and "found:     1\n" in ran.out
    ran = casemate("explain", "--audit", broker.folder / "audit", "--session", session, "--format", "json")
    assert ran.json()["verified"] is True and ran.json()["decisions"][0]["line"]["session"] == session
    assert casemate("explain", "--audit", broker.folder / "audit", "--session", "f" * 64).status == 1


def test_show_prints_what_stands_there(tmp_path):
    report = OWN / "snp/milan.bin"
    ran = casemate("evidence", "show", "--tee", "snp", "--evidence", report, "--format", "json")
    shown = ran.json()
    assert ran.status == 0 and shown["verified"] is False and shown["report"]["version"] >= 2
    assert bytes.fromhex(shown["report"]["measurement"]) in report.read_bytes()
    assert "NOT VERIFIED" in casemate("evidence", "show", "--tee", "snp", "--evidence", report).out
    for name, data in (("cut", report.read_bytes()[:-1]), ("long", report.read_bytes() + b"\0"), ("none", b""),
                       ("json", b"{}"), ("text", b"nonsense")):
        (tmp_path / name).write_bytes(data)
        ran = casemate("evidence", "show", "--tee", "snp", "--evidence", tmp_path / name)
        assert ran.status == 1 and ran.out == "" and "no evidence" in ran.err, name
        assert ".c:" not in ran.err, "a place in our source is of no use to the owner"
    assert casemate("evidence", "show", "--tee", "tpm", "--evidence", report).status == 1
    assert casemate("evidence", "show", "--tee", "tdx", "--evidence", report).status == 2
    assert casemate("evidence", "show", "--tee", "snp", "--evidence", tmp_path / "absent").status == 3
