#!/usr/bin/env python3
"""Make the TPM vectors of this folder: a software-built quote with everything around it, under a throw-away CA.

  make_tpm.py            writes tests/vectors/tpm/; needs python3-cryptography. ECDSA signatures and keys are random, so
                         the outputs are stored; run it again only to change them.
"""
import datetime, hashlib, hmac, os, struct
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, padding, utils
from cryptography.x509.oid import NameOID

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'tpm')
NONCE = b'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='  # text of the challenge
SECRET = bytes(range(32, 64))                              # what the credential held
REPORT_DATA = hashlib.sha384(b'runtime data').digest()
INITDATA = b'version = "0.1.0"\nalgorithm = "sha256"\n[data]\n"x" = "y"\n'
T0, T1 = datetime.datetime(2024, 1, 1), datetime.datetime(2034, 1, 1)

def H(b): return hashlib.sha256(b).digest()
def b2(b): return struct.pack('>H', len(b)) + b
def put(name, data):
    with open(os.path.join(OUT, name), 'wb') as f: f.write(data)
def der(key): return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
def pem(key): return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

def name(cn): return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])
def cert(cn, key, issuer, issuer_key, ca, eku=True, start=T0, end=T1):
    b = (x509.CertificateBuilder().subject_name(name(cn)).issuer_name(name(issuer)).public_key(key)
         .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
         .add_extension(x509.BasicConstraints(ca, None), True))
    if not ca and eku:
        b = b.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier('2.23.133.8.1')]), False)
    return b.sign(issuer_key, hashes.SHA256())
def raw(c): return c.public_bytes(serialization.Encoding.DER)

# Event log: (pcr, type, measured, data)
def utf16(t): return (t + '\0').encode('utf-16-le')
def variable(n, data): return bytes.fromhex('61dfe48bca93d211aa0d00e098032b8c') + struct.pack('<QQ', len(n), len(data)) + n.encode('utf-16-le') + data
PARTS = {'linux': b'the kernel', 'osrel': b'ID=test\n', 'cmdline': b'console=ttyS0 quiet', 'initrd': b'the initramfs'}
def tag(i, text): return struct.pack('<II', i, len(text) + 1) + text + b'\0'
def log_events(parts):
    ev = [(0, 8, b'\0\0', b'\0\0'), (0, 0x80000008, b'firmware volume', bytes(16)),
          (7, 0x80000001, None, variable('SecureBoot', b'\0')),
          (4, 0x80000003, b'pe hash of ' + b''.join(parts.values()), bytes(32)),
          (1, 0x80000002, b'\0\0', variable('BootOrder', b'\0\0')),
          (4, 0x80000007, None, b'Calling EFI Application from Boot Option')]
    ev += [(p, 4, None, b'\0\0\0\0') for p in range(8)]
    for n, content in parts.items():
        ev += [(11, 0xd, b'.' + n.encode() + b'\0', utf16('.' + n)), (11, 0xd, content, utf16('.' + n))]
    ev += [(4, 0x80000003, parts['linux'], bytes(32)),
           (9, 6, utf16(parts['cmdline'].decode()), tag(0x8f3b22ed, b'LOADED_IMAGE::LoadOptions')),
           (9, 6, parts['initrd'], tag(0x8f3b22ec, b'Linux initrd')),
           (5, 0x80000007, None, b'Exit Boot Services Invocation')]
    return ev
def log_bytes(ev):
    spec = b'Spec ID Event03\0' + struct.pack('<IBBBBI', 0, 0, 2, 0, 2, 1) + struct.pack('<HH', 0xb, 32) + b'\0'
    out = struct.pack('<II', 0, 3) + bytes(20) + struct.pack('<I', len(spec)) + spec
    for pcr, t, measured, data in ev:
        d = H(data if measured is None else measured)
        out += struct.pack('<IIIH', pcr, t, 1, 0xb) + d + struct.pack('<I', len(data)) + data
    return out
def replay(ev):
    pcrs = [bytes(32)] * 24
    for i in range(17, 23): pcrs[i] = b'\xff' * 32
    for pcr, t, measured, data in ev: pcrs[pcr] = H(pcrs[pcr] + H(data if measured is None else measured))
    return pcrs
def ima(pcrs):
    """PCR 10 as the kernel leaves it: one ima-sig record over boot_aggregate, taken before PCR 8 is extended."""
    agg = H(b''.join(pcrs[0:8]) + bytes(32) + pcrs[9])
    field = b'sha256:\0' + agg
    data = struct.pack('<I', len(field)) + field + struct.pack('<I', 15) + b'boot_aggregate\0' + struct.pack('<I', 0)
    return H(bytes(32) + H(data))

def attest(pcrs, extra, mask=0xffffff):
    digest = H(b''.join(pcrs[i] for i in range(24) if mask >> i & 1))
    return (struct.pack('>IH', 0xff544347, 0x8018) + b2(b'\0\x0b' + H(b'signer')) + b2(extra) +
            struct.pack('>QIIB', 123456, 7, 1, 1) + struct.pack('>Q', 0x2022010100000000) +
            struct.pack('>IHB', 1, 0xb, 3) + struct.pack('<I', mask)[:3] + b2(digest))
def ecdsa_sig(key, msg):
    r, s = utils.decode_dss_signature(key.sign(msg, ec.ECDSA(hashes.SHA256())))
    return struct.pack('>HH', 0x18, 0xb) + b2(r.to_bytes(32, 'big')) + b2(s.to_bytes(32, 'big'))
def rsa_sig(key, msg): return struct.pack('>HH', 0x14, 0xb) + b2(key.sign(msg, padding.PKCS1v15(), hashes.SHA256()))

AK_ATTRS = 0x50072  # fixedTPM fixedParent sensitiveDataOrigin userWithAuth restricted sign
def ecc_public(key, attrs=AK_ATTRS):
    n = key.public_key().public_numbers()
    return b2(struct.pack('>HHI', 0x23, 0xb, attrs) + b2(b'') + struct.pack('>H', 0x10) + struct.pack('>HH', 0x18, 0xb) +
              struct.pack('>HH', 3, 0x10) + b2(n.x.to_bytes(32, 'big')) + b2(n.y.to_bytes(32, 'big')))
def rsa_public(key, attrs=AK_ATTRS):
    n = key.public_key().public_numbers()
    return b2(struct.pack('>HHI', 1, 0xb, attrs) + b2(b'') + struct.pack('>H', 0x10) + struct.pack('>HH', 0x14, 0xb) +
              struct.pack('>HI', 2048, 0) + b2(n.n.to_bytes(256, 'big')))
def ak_name(pub): return b'\0\x0b' + H(pub[2:])

def main():
    os.makedirs(OUT, exist_ok=True)
    root_key, other_root_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ek, ek2 = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    ek_ecc = ec.generate_private_key(ec.SECP256R1())
    ak, ak2 = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ak_rsa = rsa.generate_private_key(65537, 2048)
    put('root.der', raw(cert('test root', root_key.public_key(), 'test root', root_key, True)))
    put('other_root.der', raw(cert('other root', other_root_key.public_key(), 'other root', other_root_key, True)))
    put('ca.der', raw(cert('test ca', ca_key.public_key(), 'test root', root_key, True)))
    put('ek.der', raw(cert('ek', ek.public_key(), 'test ca', ca_key, False)))
    put('ek_other.der', raw(cert('ek', ek2.public_key(), 'test ca', ca_key, False)))
    put('ek_ecc.der', raw(cert('ek', ek_ecc.public_key(), 'test ca', ca_key, False)))
    put('ek_expired.der', raw(cert('ek', ek.public_key(), 'test ca', ca_key, False, end=datetime.datetime(2024, 6, 1))))
    put('ek_ca.der', raw(cert('ek', ek.public_key(), 'test ca', ca_key, True)))
    put('ek_no_eku.der', raw(cert('ek', ek.public_key(), 'test ca', ca_key, False, eku=False)))
    put('ek_key.pem', pem(ek)); put('ek_ecc_key.pem', pem(ek_ecc))
    put('ak_key.pem', pem(ak))
    put('ak.tpm2b', ecc_public(ak)); put('ak.spki', der(ak.public_key())); put('ak.name', ak_name(ecc_public(ak)))
    put('ak_other.tpm2b', ecc_public(ak2)); put('ak_other.spki', der(ak2.public_key()))
    put('ak_rsa.tpm2b', rsa_public(ak_rsa)); put('ak_rsa.spki', der(ak_rsa.public_key()))
    ev = log_events(PARTS)
    pcrs = replay(ev)
    pcrs[10] = ima(pcrs)
    pcrs[8] = H(bytes(32) + H(INITDATA))
    put('eventlog.bin', log_bytes(ev)); put('pcrs.bin', b''.join(pcrs)); put('initdata.toml', INITDATA)
    msg = attest(pcrs, REPORT_DATA[:32])
    put('quote.msg', msg); put('quote.sig', ecdsa_sig(ak, msg)); put('quote_rsa.sig', rsa_sig(ak_rsa, msg))
    put('activation.bin', hmac.new(SECRET, b'casemate-tpm-activation-v1' + NONCE + ak_name(ecc_public(ak)) + H(msg), 'sha256').digest())
    put('nonce.txt', NONCE); put('secret.bin', SECRET); put('report_data.bin', REPORT_DATA)

main()
