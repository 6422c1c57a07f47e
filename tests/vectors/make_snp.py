#!/usr/bin/env python3
"""Make the SEV-SNP vectors of this folder: reports signed by test keys, under a test ARK, ASK and ASVK of our own.

  make_snp.py            writes tests/vectors/snp/; needs python3-cryptography. Keys and signatures are random, so the
                         outputs are stored; run it again only to change them.
"""
import datetime, hashlib, json, os, struct
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509.oid import NameOID

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'snp')
REPORT_DATA = hashlib.sha384(b'runtime data').digest()
HOST_DATA = hashlib.sha256(b'initdata').digest()
T0, T1 = datetime.datetime(2024, 1, 1), datetime.datetime(2034, 1, 1)
PSS = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
AMD = '1.3.6.1.4.1.3704.1'

def put(name, data):
    with open(os.path.join(OUT, name), 'wb') as f: f.write(data)
def raw(c): return c.public_bytes(serialization.Encoding.DER)
def integer(n): return b'\x02\x02\x00' + bytes([n]) if n > 127 else b'\x02\x01' + bytes([n])
def ia5(t): return b'\x16' + bytes([len(t)]) + t.encode()

def cert(cn, key, issuer, issuer_key, ca, extensions=(), end=T1):
    def name(n): return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)])
    b = (x509.CertificateBuilder().subject_name(name(cn)).issuer_name(name(issuer)).public_key(key)
         .serial_number(x509.random_serial_number()).not_valid_before(T0).not_valid_after(end))
    if ca: b = b.add_extension(x509.BasicConstraints(True, None), True)
    for oid, value in extensions:
        b = b.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(AMD + oid), value), False)
    return b.sign(issuer_key, hashes.SHA384(), rsa_padding=PSS)

def levels(product, tcb, hwid=None, csp=None):
    e = [('.2', ia5(product)), ('.3.1', integer(tcb['bootloader'])), ('.3.2', integer(tcb['tee'])),
         ('.3.3', integer(tcb['snp'])), ('.3.8', integer(tcb['microcode']))]
    if tcb['fmc'] is not None: e.append(('.3.9', integer(tcb['fmc'])))
    if hwid is not None: e.append(('.4', hwid))
    if csp is not None: e.append(('.5', ia5(csp)))
    return e

def tcb_bytes(t):
    if t['fmc'] is None: return bytes([t['bootloader'], t['tee'], 0, 0, 0, 0, t['snp'], t['microcode']])
    return bytes([t['fmc'], t['bootloader'], t['tee'], t['snp'], 0, 0, 0, t['microcode']])

def report(version, cpuid, tcb, chip, key, key_info=0):
    current = dict(tcb, microcode=tcb['microcode'] + 1)
    b = bytearray(1184)
    struct.pack_into('<IIQ', b, 0, version, 3, 0x30000)
    b[0x10:0x30] = bytes(range(32))
    struct.pack_into('<II', b, 0x30, 0, 1)
    b[0x38:0x40] = tcb_bytes(current)
    struct.pack_into('<QI', b, 0x40, 0x25, key_info)
    b[0x50:0x50 + 48] = REPORT_DATA
    b[0x90:0xc0] = hashlib.sha384(b'launch').digest()
    b[0xc0:0xe0] = HOST_DATA
    b[0x140:0x160] = bytes(32); b[0x160:0x180] = b'\xff' * 32
    b[0x180:0x188] = tcb_bytes(tcb)
    b[0x188:0x18b] = bytes(cpuid)
    b[0x1a0:0x1e0] = chip
    b[0x1e0:0x1e8] = tcb_bytes(tcb)
    b[0x1e8:0x1f0] = bytes([7, 55, 1, 0, 7, 55, 1, 0])
    b[0x1f0:0x1f8] = tcb_bytes(current)
    if version >= 5: struct.pack_into('<QQ', b, 0x1f8, 5, 0xfedcba9876543210)
    return sign(b, key)

def sign(b, key):
    r, s = utils.decode_dss_signature(key.sign(bytes(b[:672]), ec.ECDSA(hashes.SHA384())))
    b[0x2a0:0x2e8] = r.to_bytes(72, 'little'); b[0x2e8:0x330] = s.to_bytes(72, 'little')
    return bytes(b)

def rendering(b, turin=False):
    """The report as upstream's guests send it."""
    def u(o, f): return struct.unpack_from('<' + f, b, o)[0]
    def tcb(o):
        t = b[o:o + 8]
        if turin: return dict(fmc=t[0], bootloader=t[1], tee=t[2], snp=t[3], microcode=t[7])
        return dict(fmc=None, bootloader=t[0], tee=t[1], snp=t[6], microcode=t[7])
    def fw(o): return dict(build=b[o], minor=b[o + 1], major=b[o + 2])
    arrays = dict(family_id=(0x10, 16), image_id=(0x20, 16), report_data=(0x50, 64), measurement=(0x90, 48),
                  host_data=(0xc0, 32), id_key_digest=(0xe0, 48), author_key_digest=(0x110, 48), report_id=(0x140, 32),
                  report_id_ma=(0x160, 32), chip_id=(0x1a0, 64))
    o = {k: list(b[a:a + n]) for k, (a, n) in arrays.items()}
    o.update(version=u(0, 'I'), guest_svn=u(4, 'I'), policy=u(8, 'Q'), vmpl=u(0x30, 'I'), sig_algo=u(0x34, 'I'),
             plat_info=u(0x40, 'Q'), key_info=u(0x48, 'I'), current_tcb=tcb(0x38), reported_tcb=tcb(0x180),
             committed_tcb=tcb(0x1e0), launch_tcb=tcb(0x1f0), current=fw(0x1e8), committed=fw(0x1ec),
             cpuid_fam_id=b[0x188], cpuid_mod_id=b[0x189], cpuid_step=b[0x18a], launch_mit_vector=u(0x1f8, 'Q'),
             current_mit_vector=u(0x200, 'Q'), signature=dict(r=list(b[0x2a0:0x2e8]), s=list(b[0x2e8:0x330])))
    return o

def main():
    os.makedirs(OUT, exist_ok=True)
    def rsa_key(): return rsa.generate_private_key(65537, 2048)
    key, key2 = ec.generate_private_key(ec.SECP384R1()), ec.generate_private_key(ec.SECP384R1())
    put('key.pem', key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    old = dict(fmc=None, bootloader=3, tee=0, snp=8, microcode=219)
    new = dict(fmc=1, bootloader=2, tee=3, snp=4, microcode=80)
    chip, turin_chip = bytes(range(1, 65)), bytes(range(1, 9)) + bytes(56)
    for product, tcb, hwid in (('Milan', old, chip), ('Genoa', old, chip), ('Turin', new, turin_chip[:8])):
        ark, ask, asvk = rsa_key(), rsa_key(), rsa_key()
        p = product.lower()
        put(p + '_ark.der', raw(cert('ARK-' + product, ark.public_key(), 'ARK-' + product, ark, True)))
        put(p + '_ask.der', raw(cert('SEV-' + product, ask.public_key(), 'ARK-' + product, ark, True)))
        put(p + '_asvk.der', raw(cert('SEV-VLEK-' + product, asvk.public_key(), 'ARK-' + product, ark, True)))
        def leaf(file, cn='SEV-VCEK', k=key, issuer=('SEV-' + product, ask), t=tcb, **more):
            more.setdefault('hwid', hwid); name = more.pop('product', product); end = more.pop('end', T1)
            ca = more.pop('ca', False)
            put(p + '_' + file + '.der', raw(cert(cn, k.public_key(), issuer[0], issuer[1], ca, levels(name, t, **more), end)))
        vlek = dict(cn='SEV-VLEK', issuer=('SEV-VLEK-' + product, asvk), hwid=None, csp='test cloud')
        leaf('vcek'); leaf('vlek', **vlek)
        if product != 'Milan': continue
        leaf('vcek_stepping', product='Milan-B0'); leaf('vcek_wrapped', hwid=b'\x04\x40' + chip)
        leaf('vcek_other_key', k=key2); leaf('vcek_other_chip', hwid=bytes(64)); leaf('vcek_short_hwid', hwid=chip[:63])
        leaf('vcek_no_hwid', hwid=None); leaf('vcek_expired', end=datetime.datetime(2025, 1, 1)); leaf('vcek_ca', ca=True)
        leaf('vcek_genoa', product='Genoa')
        for part in ('bootloader', 'tee', 'snp', 'microcode'):
            leaf('vcek_' + part, t=dict(tcb, **{part: tcb[part] + 1}))
        leaf('vcek_by_asvk', issuer=('SEV-VLEK-' + product, asvk)); leaf('vlek_by_ask', **dict(vlek, issuer=('SEV-' + product, ask)))
        leaf('vcek_by_ark', issuer=('ARK-' + product, ark))
        fake = rsa_key()
        put('milan_fake_ark.der', raw(cert('ARK-Milan', fake.public_key(), 'ARK-Milan', fake, True)))
        put('milan_fake_ask.der', raw(cert('SEV-Milan', fake.public_key(), 'ARK-Milan', fake, True)))
        leaf('vcek_fake', issuer=('SEV-Milan', fake))
        now = datetime.datetime(2025, 5, 1)
        def crl(file, serials, signer=ark, until=T1):
            b = x509.CertificateRevocationListBuilder().issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'ARK-Milan')]))
            b = b.last_update(now).next_update(until)
            for s in serials:
                b = b.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(s).revocation_date(now).build())
            put(file, b.sign(signer, hashes.SHA384(), rsa_padding=PSS).public_bytes(serialization.Encoding.DER))
        ask_cert = x509.load_der_x509_certificate(open(os.path.join(OUT, 'milan_ask.der'), 'rb').read())
        crl('milan.crl', [12345]); crl('milan_revoked.crl', [ask_cert.serial_number]); crl('milan_forged.crl', [], fake)
        crl('milan_stale.crl', [], until=datetime.datetime(2025, 5, 2))
    milan = report(3, (0x19, 1, 1), old, chip, key)
    turin = report(3, (0x1a, 2, 1), new, turin_chip, key)
    put('milan.bin', milan); put('milan_v2.bin', report(2, (0, 0, 0), old, chip, key))
    put('genoa_v5.bin', report(5, (0x19, 0xa0, 2), old, chip, key)); put('turin.bin', turin)
    put('milan_vlek.bin', report(3, (0x19, 1, 1), old, bytes(64), key, 4))
    put('milan_masked.bin', report(3, (0x19, 1, 1), old, bytes(64), key))
    put('venice.bin', report(3, (0x1a, 0x50, 1), new, turin_chip, key))
    put('milan.json', json.dumps(rendering(milan)).encode()); put('turin.json', json.dumps(rendering(turin, True)).encode())
    put('genoa_v5.json', json.dumps(rendering(report(5, (0x19, 0xa0, 2), old, chip, key))).encode())

main()
