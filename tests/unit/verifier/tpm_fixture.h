/*
 * A good piece of TPM evidence from tests/vectors/tpm, every part of which a test may replace before it is verified.
 */
#pragma once

#include "codec/base64.h"
#include "codec/hex.h"
#include "kept.h"
#include "rats/tpm_attest.h"
#include "rats/tpm_credential.h"
#include "verifier/verifier.h"

#define FIXTURE_NOW 1748736000 /* 2025-06-01 */

struct fixture {
    struct arena arena;
    struct bytes signature, message, ak_spki, ak, ek_cert, activation, event_log; /* n == 0: left out */
    uint8_t pcrs[TPM_PCR_COUNT][TPM_PCR_SIZE];
    size_t pcr_count;
    struct cert *roots[4];
    struct bytes enrolled[2];
    struct endorsements trust;
    struct verifier_options options;
    struct session_binding binding;
    struct digest init_data, ek_digest;
    int64_t now_sec;
};

/* AFFIRMING: a chain, an enrolled EK, an activated AK, initdata, a log. */
static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.now_sec = FIXTURE_NOW, .pcr_count = TPM_PCR_COUNT};
    arena_init(&f->arena, 64 * MIB);
    f->signature = kept("tpm/quote.sig");
    f->message = kept("tpm/quote.msg");
    f->ak_spki = kept("tpm/ak.spki");
    f->ak = kept("tpm/ak.tpm2b");
    f->ek_cert = kept("tpm/ek.der");
    f->activation = kept("tpm/activation.bin");
    f->event_log = kept("tpm/eventlog.bin");
    memcpy(f->pcrs, kept("tpm/pcrs.bin").p, sizeof(f->pcrs));
    f->roots[0] = kept_cert("tpm/root.der");
    f->roots[1] = kept_cert("tpm/ca.der");
    SCOPED_CERT struct cert *ek = kept_cert("tpm/ek.der");
    assert_ok(cert_spki_digest(ek, &f->ek_digest));
    f->enrolled[0] = digest_view(&f->ek_digest);
    f->trust = (struct endorsements){
        .tpm_roots = f->roots, .tpm_root_count = 2, .enrolled_eks = f->enrolled, .enrolled_ek_count = 1};
    assert_ok(hash_of(HASH_SHA256, kept("tpm/initdata.toml"), &f->init_data));
    f->binding = (struct session_binding){.has_report_data = true,
                                          .report_data = kept("tpm/report_data.bin"),
                                          .has_init_data = true,
                                          .init_data = digest_view(&f->init_data),
                                          .nonce = kept("tpm/nonce.txt"),
                                          .tpm_ak_name = kept("tpm/ak.name"),
                                          .tpm_credential_secret = kept("tpm/secret.bin"),
                                          .tpm_ek_digest = digest_view(&f->ek_digest)};
}

static inline void fixture_clear(struct fixture *f)
{
    for (size_t i = 0; i < 4; i++)
        cert_free(f->roots[i]);
    arena_clear(&f->arena);
}

static inline struct err fixture_member(struct arena *a, struct json_object *o, const char *key, struct bytes v)
{
    struct bytes text;
    if (v.n == 0)
        return OK;
    TRY(base64_encode_arena(a, BASE64_PADDED, v, &text));
    json_object_string(o, key, text);
    return OK;
}

static inline struct err fixture_evidence(struct fixture *f, struct arena *a, const struct json **out)
{
    const struct json *values[TPM_PCR_COUNT];
    const struct json *list;
    const struct json *quote;
    struct json_object o;
    for (size_t i = 0; i < f->pcr_count; i++) {
        struct bytes hex;
        TRY(hex_encode_arena(a, BYTES_OF(f->pcrs[i]), &hex));
        TRY(json_new_string(a, hex, &values[i]));
    }
    TRY(json_new_array(a, values, f->pcr_count, &list));
    json_object_init(&o, a);
    TRY(fixture_member(a, &o, "signature", f->signature));
    TRY(fixture_member(a, &o, "message", f->message));
    json_object_add(&o, "pcrs", list);
    TRY(json_object_end(&o, &quote));
    json_object_init(&o, a);
    json_object_add(&o, "tpm_quote", quote);
    TRY(fixture_member(a, &o, "ak_public", f->ak_spki));
    TRY(fixture_member(a, &o, "ak", f->ak));
    TRY(fixture_member(a, &o, "ek_cert", f->ek_cert));
    TRY(fixture_member(a, &o, "activation", f->activation));
    TRY(fixture_member(a, &o, "event_log", f->event_log));
    return json_object_end(&o, out);
}

/* Verifies; the claims live until the next call. */
static inline struct err fixture_verify(struct fixture *f, struct verified *out)
{
    static struct arena a;
    const struct json *evidence;
    arena_clear(&a);
    arena_init(&a, 16 * MIB);
    TRY(fixture_evidence(f, &a, &evidence));
    return verifier_find(TEE_TPM)->verify(&a, evidence, &f->trust, &f->options, &f->binding, f->now_sec, out);
}

/* A copy of bytes that a test may change. */
static inline uint8_t *fixture_copy(struct fixture *f, struct bytes *v)
{
    struct bytes copy;
    assert_ok(arena_copy(&f->arena, *v, &copy));
    *v = copy;
    return (uint8_t *)(uintptr_t)copy.p;
}

/* Sign a message with the AK and make the proof of activation anew, as a guest that owns the AK's handle can. */
static inline void fixture_sign(struct fixture *f, struct bytes message)
{
    SCOPED_KEY struct key *ak = NULL;
    SCOPED(buf) struct buf raw = {0};
    SCOPED(buf) struct buf sig = {0};
    struct digest proof;
    f->message = message;
    assert_ok(key_from_pem(kept("tpm/ak_key.pem"), true, &ak));
    buf_init(&raw, 128);
    buf_init(&sig, 128);
    assert_ok(key_sign(ak, SIG_ECDSA_SHA256, message, &raw));
    buf_u16be(&sig, 0x0018);
    buf_u16be(&sig, 0x000b);
    buf_prefix16be(&sig, bytes_of(raw.p, 32));
    buf_prefix16be(&sig, bytes_of(raw.p + 32, 32));
    assert_ok(arena_copy(&f->arena, buf_view(&sig), &f->signature));
    assert_ok(
        tpm_activation_proof(kept("tpm/secret.bin"), kept("tpm/nonce.txt"), kept("tpm/ak.name"), message, &proof));
    assert_ok(arena_copy(&f->arena, digest_view(&proof), &f->activation));
}
