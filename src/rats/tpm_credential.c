#include "rats/tpm_credential.h"

#include "crypto/aead.h"
#include "rats/tpm_public.h"

#define NAME_BYTES 34
#define SEED_BYTES 32
#define AES_BYTES  16
/* The label takes part with its NUL, in OAEP and in KDFe alike. */
static const char label[] = "IDENTITY";

static struct bytes label_view(void)
{
    return bytes_of(label, sizeof(label));
}

/* The seed for an RSA EK: random, and encrypted with OAEP. */
static struct err seed_by_rsa(const struct key *ek, struct secret *seed, struct buf *encrypted)
{
    SCOPED(secret) struct secret made = {0};
    TRY(secret_new(SEED_BYTES, &made));
    TRY(random_bytes(made.p, made.n));
    TRY(key_oaep_encrypt(ek, HASH_SHA256, label_view(), secret_borrow(&made), encrypted));
    *seed = secret_take(&made);
    return OK;
}

/* The seed for an EC EK: KDFe over an ephemeral agreement; what is sent is the ephemeral point. */
static struct err seed_by_ec(const struct key *ek, struct secret *seed, struct buf *encrypted)
{
    SCOPED_KEY struct key *mine = NULL;
    SCOPED(secret) struct secret z = {0};
    SCOPED(buf) struct buf info = {0};
    uint8_t x[66];
    uint8_t y[66];
    uint8_t ek_x[66];
    uint8_t ek_y[66];
    size_t n = 0;
    size_t ek_n = 0;
    TRY(key_generate(KEY_EC_P256, &mine));
    TRY(key_point(mine, x, y, &n));
    TRY(key_point(ek, ek_x, ek_y, &ek_n));
    TRY(key_agree(mine, ek, &z));
    buf_init(&info, 256);
    buf_add(&info, label_view());
    buf_add(&info, bytes_of(x, n));
    buf_add(&info, bytes_of(ek_x, ek_n));
    struct bytes view;
    TRY(buf_end(&info, &view));
    TRY(concat_kdf(secret_borrow(&z), view, SEED_BYTES, seed));
    buf_prefix16be(encrypted, bytes_of(x, n));
    buf_prefix16be(encrypted, bytes_of(y, n));
    return OK;
}

static struct err seed_make(const struct key *ek, struct secret *seed, struct buf *encrypted)
{
    if (key_kind_of(ek) == KEY_RSA && key_bits(ek) == 2048)
        return seed_by_rsa(ek, seed, encrypted);
    if (key_kind_of(ek) == KEY_EC_P256)
        return seed_by_ec(ek, seed, encrypted);
    return REFUSE(ERR_UNSUPPORTED, REASON_TPM_EK_MALFORMED, "an EK that is neither RSA-2048 nor EC P-256");
}

/* TPM2B(secret), encrypted under a key from the seed that depends on the AK's Name. */
static struct err encrypt_identity(struct bytes seed, struct bytes ak_name, struct bytes secret, struct buf *out)
{
    SCOPED(secret) struct secret key = {0};
    SCOPED(secret) struct secret plain = {0};
    TRY(kdfa(seed, "STORAGE", ak_name, BYTES_EMPTY, AES_BYTES, &key));
    TRY(secret_new(secret.n + 2, &plain));
    plain.p[0] = (uint8_t)(secret.n >> 8);
    plain.p[1] = (uint8_t)secret.n;
    memcpy(plain.p + 2, secret.p, secret.n);
    return cfb_encrypt(secret_borrow(&key), secret_borrow(&plain), out);
}

/* TPMS_ID_OBJECT: integrity and the encrypted identity. */
static struct err id_object(struct bytes seed, struct bytes ak_name, struct bytes secret, struct buf *out)
{
    SCOPED(secret) struct secret key = {0};
    SCOPED(buf) struct buf identity = {0};
    struct bytes view;
    struct digest mac;
    buf_init(&identity, TPM_CREDENTIAL_MAX);
    TRY(encrypt_identity(seed, ak_name, secret, &identity));
    TRY(buf_end(&identity, &view));
    TRY(kdfa(seed, "INTEGRITY", BYTES_EMPTY, BYTES_EMPTY, hash_size(HASH_SHA256), &key));
    const struct bytes parts[] = {view, ak_name};
    TRY(hmac_of(HASH_SHA256, secret_borrow(&key), parts, 2, &mac));
    buf_prefix16be(out, digest_view(&mac));
    buf_add(out, view);
    return OK;
}

struct err tpm_credential_make(const struct key *ek, struct bytes ak_name, struct bytes secret, struct buf *out)
{
    if (ak_name.n != NAME_BYTES || secret.n != TPM_CREDENTIAL_SECRET)
        return FAIL(ERR_FORMAT, "a Name or secret of a wrong size");
    SCOPED(secret) struct secret seed = {0};
    SCOPED(buf) struct buf encrypted = {0};
    SCOPED(buf) struct buf object = {0};
    struct bytes object_view;
    struct bytes encrypted_view;
    buf_init(&encrypted, TPM_CREDENTIAL_MAX);
    buf_init(&object, TPM_CREDENTIAL_MAX);
    TRY(seed_make(ek, &seed, &encrypted));
    TRY(id_object(secret_borrow(&seed), ak_name, secret, &object));
    TRY(buf_end(&object, &object_view));
    TRY(buf_end(&encrypted, &encrypted_view));
    buf_prefix16be(out, object_view);
    buf_prefix16be(out, encrypted_view);
    return buf_end(out, &object_view);
}

struct err tpm_credential_for_key(const struct key *ek, const struct digest *ek_digest, struct bytes ak,
                                  struct bytes secret, struct tpm_enrolment *session, struct buf *out)
{
    struct tpm_public public;
    struct tpm_enrolment s = {.ek_digest = *ek_digest};
    TRY_AS(REASON_TPM_AK_ATTRIBUTES, tpm_public_decode(ak, &public));
    TRY(tpm_public_check_ak(&public));
    TRY(tpm_public_name(&public, &s.ak_name));
    TRY(tpm_credential_make(ek, digest_view(&s.ak_name), secret, out));
    *session = s;
    return OK;
}

struct err tpm_credential_for(struct bytes ek_cert, struct bytes ak, struct bytes secret, struct tpm_enrolment *session,
                              struct buf *out)
{
    SCOPED_CERT struct cert *cert = NULL;
    SCOPED_KEY struct key *ek = NULL;
    struct digest ek_digest;
    TRY_AS(REASON_TPM_EK_MALFORMED, cert_decode(ek_cert, &cert));
    TRY_AS(REASON_TPM_EK_MALFORMED, cert_key(cert, &ek));
    TRY(cert_spki_digest(cert, &ek_digest));
    return tpm_credential_for_key(ek, &ek_digest, ak, secret, session, out);
}

struct err tpm_activation_proof(struct bytes secret, struct bytes nonce, struct bytes ak_name, struct bytes quote,
                                struct digest *out)
{
    if (secret.n == 0 || nonce.n == 0 || ak_name.n == 0)
        return FAIL(ERR_FORMAT, "a proof over an empty secret, nonce or Name");
    struct digest quoted;
    TRY(hash_of(HASH_SHA256, quote, &quoted));
    const struct bytes parts[] = {BYTES_LIT(TPM_ACTIVATION_LABEL), nonce, ak_name, digest_view(&quoted)};
    return hmac_of(HASH_SHA256, secret, parts, 4, out);
}
