#include "crypto/openssl.h"

#include "bench/soft_tpm.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>

#include "base/rd.h"
#include "rats/tpm_credential.h"
#include "sys/file.h"

#define SEED       32
#define COORDINATE 32
static const char label[] = "IDENTITY"; /* with its NUL */

static struct err read_vector(struct arena *a, const char *dir, const char *name, struct bytes *out)
{
    char path[4096];
    SCOPED(buf) struct buf text;
    buf_init(&text, 1UL << 20);
    if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
        return FAIL(ERR_LIMIT, "the path of the vectors is too long");
    TRY(file_read(path, &text));
    return arena_copy(a, buf_view(&text), out);
}

struct err soft_tpm_open(struct arena *a, const char *dir, const char *ek, struct soft_tpm *out)
{
    bool ec = strcmp(ek, "ec") == 0;
    struct bytes pem, pcrs;
    TRY(read_vector(a, dir, ec ? "ek_ecc.der" : "ek.der", &out->ek_cert));
    TRY(read_vector(a, dir, "ak.tpm2b", &out->ak_public));
    TRY(read_vector(a, dir, "ak.name", &out->ak_name));
    TRY(read_vector(a, dir, "eventlog.bin", &out->event_log));
    TRY(read_vector(a, dir, "initdata.toml", &out->initdata));
    TRY(read_vector(a, dir, "pcrs.bin", &pcrs));
    if (pcrs.n != 24 * 32)
        return FAIL(ERR_FORMAT, "not 24 PCRs");
    for (size_t i = 0; i < 24; i++) {
        out->pcrs[i].n = 32;
        memcpy(out->pcrs[i].p, pcrs.p + 32 * i, 32);
    }
    TRY(read_vector(a, dir, "ak_key.pem", &pem));
    TRY(key_from_pem(pem, true, &out->ak));
    TRY(read_vector(a, dir, ec ? "ek_ecc_key.pem" : "ek_key.pem", &pem));
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
    out->ek = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    return out->ek == NULL ? FAIL(ERR_FORMAT, "no EK in the vectors") : OK;
}

static struct err seed_of_rsa(EVP_PKEY *ek, struct bytes in, struct secret *seed)
{
    uint8_t room[256];
    size_t n = sizeof(room);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ek, NULL);
    void *copy = OPENSSL_memdup(label, sizeof(label));
    bool good = EVP_PKEY_decrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
                EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, sizeof(label)) == 1 &&
                EVP_PKEY_decrypt(ctx, room, &n, in.p, in.n) == 1 && n == SEED;
    EVP_PKEY_CTX_free(ctx);
    return good ? secret_copy(bytes_of(room, n), seed) : FAIL(ERR_UNVERIFIED, "the seed does not open");
}

static bool agree(EVP_PKEY *ek, const uint8_t point[1 + 2 * COORDINATE], uint8_t z[COORDINATE])
{
    size_t n = COORDINATE;
    EVP_PKEY *peer = EVP_PKEY_new();
    bool good = EVP_PKEY_copy_parameters(peer, ek) == 1 &&
                EVP_PKEY_set1_encoded_public_key(peer, point, 1 + 2 * COORDINATE) == 1;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ek, NULL);
    good = good && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
           EVP_PKEY_derive(ctx, z, &n) == 1;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
    return good;
}

static struct err seed_of_ec(EVP_PKEY *ek, struct bytes in, struct secret *seed)
{
    struct rd r = rd_of(in);
    struct bytes x, y;
    uint8_t point[1 + 2 * COORDINATE] = {4}, z[COORDINATE], own[1 + 2 * COORDINATE];
    size_t n = 0;
    SCOPED(buf) struct buf info;
    buf_init(&info, 256);
    TRY(rd_prefix16be(&r, &x));
    TRY(rd_prefix16be(&r, &y));
    if (x.n != COORDINATE || y.n != COORDINATE)
        return FAIL(ERR_FORMAT, "a point of another width");
    memcpy(point + 1, x.p, x.n);
    memcpy(point + 1 + COORDINATE, y.p, y.n);
    if (!agree(ek, point, z) || EVP_PKEY_get_octet_string_param(ek, "pub", own, sizeof(own), &n) != 1 ||
        n != sizeof(own))
        return FAIL(ERR_UNVERIFIED, "no agreement with the EK");
    buf_add(&info, bytes_of(label, sizeof(label)));
    buf_add(&info, x);
    buf_add(&info, bytes_of(own + 1, COORDINATE));
    return concat_kdf(BYTES_OF(z), buf_view(&info), SEED, seed);
}

struct err soft_tpm_activate(const struct soft_tpm *t, struct bytes credential, struct secret *out)
{
    struct rd r = rd_of(credential);
    struct bytes object, encrypted, mac;
    SCOPED(secret) struct secret seed = {0};
    SCOPED(secret) struct secret key = {0};
    TRY(rd_prefix16be(&r, &object));
    TRY(rd_prefix16be(&r, &encrypted));
    struct rd o = rd_of(object);
    TRY(rd_prefix16be(&o, &mac));
    TRY(EVP_PKEY_is_a(t->ek, "RSA") ? seed_of_rsa(t->ek, encrypted, &seed) : seed_of_ec(t->ek, encrypted, &seed));
    TRY(kdfa(secret_borrow(&seed), "STORAGE", t->ak_name, BYTES_EMPTY, 16, &key));
    uint8_t plain[2 + TPM_CREDENTIAL_SECRET];
    const uint8_t iv[16] = {0};
    int n = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool good = rd_left(&o) == sizeof(plain) && EVP_DecryptInit_ex2(ctx, EVP_aes_128_cfb128(), key.p, iv, NULL) == 1 &&
                EVP_DecryptUpdate(ctx, plain, &n, o.at, sizeof(plain)) == 1 && plain[0] == 0 &&
                plain[1] == TPM_CREDENTIAL_SECRET;
    EVP_CIPHER_CTX_free(ctx);
    return good ? secret_copy(bytes_of(plain + 2, TPM_CREDENTIAL_SECRET), out)
                : FAIL(ERR_UNVERIFIED, "the credential does not open");
}

/* TPMS_ATTEST, with the clock and the counters of the vectors. */
static struct err attest(const struct soft_tpm *t, struct bytes qualifying, struct buf *out)
{
    struct digest pcrs;
    struct bytes parts[24];
    static const uint8_t signer[34] = {0, 0x0b};
    for (size_t i = 0; i < 24; i++)
        parts[i] = digest_view(&t->pcrs[i]);
    TRY(hash_of_parts(HASH_SHA256, parts, 24, &pcrs));
    buf_u32be(out, 0xff544347);
    buf_u16be(out, 0x8018);
    buf_prefix16be(out, BYTES_OF(signer));
    buf_prefix16be(out, qualifying);
    buf_u64be(out, 123456);
    buf_u32be(out, 7);
    buf_u32be(out, 1);
    buf_u8(out, 1);
    buf_u64be(out, 1);
    buf_u32be(out, 1);
    buf_u16be(out, 0x0b);
    buf_u8(out, 3);
    buf_fill(out, 0xff, 3);
    buf_prefix16be(out, digest_view(&pcrs));
    struct bytes unused;
    return buf_end(out, &unused);
}

struct err soft_tpm_quote(const struct soft_tpm *t, struct arena *a, struct bytes qualifying, struct bytes *message,
                          struct bytes *signature)
{
    SCOPED(buf) struct buf quote;
    SCOPED(buf) struct buf raw;
    SCOPED(buf) struct buf sig;
    buf_init(&quote, 512);
    buf_init(&raw, 256);
    buf_init(&sig, 256);
    TRY(attest(t, qualifying, &quote));
    TRY(key_sign(t->ak, SIG_ECDSA_SHA256, buf_view(&quote), &raw));
    buf_u16be(&sig, 0x18);
    buf_u16be(&sig, 0x0b);
    buf_prefix16be(&sig, bytes_of(raw.p, COORDINATE));
    buf_prefix16be(&sig, bytes_of(raw.p + COORDINATE, COORDINATE));
    TRY(arena_copy(a, buf_view(&quote), message));
    return arena_copy(a, buf_view(&sig), signature);
}
