/*
 * bench-floor EK COUNT: the asymmetric cryptography and the long hashes that one handshake cannot do without, and
 * nothing else, COUNT times: what libcrypto alone costs. A P-256 AK and TEE key, an RSA EK. Never installed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/key.h"
#include "crypto/start.h"
#include "sys/file.h"

#define BODY 6000 /* bytes of an attest body, and about those of a token */

struct parts {
    struct key *signer, *ek;
    struct digest digest;
    struct buf signature;
    uint8_t body[BODY];
};

static struct err prepare(struct parts *p, const char *ek)
{
    SCOPED(buf) struct buf pem;
    buf_init(&pem, 65536);
    buf_init(&p->signature, 4096);
    TRY(crypto_start());
    TRY(key_generate(KEY_EC_P256, &p->signer));
    TRY(file_read(ek, &pem));
    TRY(key_from_pem(buf_view(&pem), true, &p->ek));
    TRY(hash_of(HASH_SHA256, BYTES_OF(p->body), &p->digest));
    return key_sign_digest(p->signer, SIG_ECDSA_SHA256, &p->digest, &p->signature);
}

static struct err handshake(const struct parts *p)
{
    SCOPED_KEY struct key *ephemeral = NULL;
    SCOPED(secret) struct secret agreed = {0};
    SCOPED(buf) struct buf out;
    struct digest d;
    buf_init(&out, 8192);
    /* auth: the credential for the EK; attest: the quote */
    TRY(key_oaep_encrypt(p->ek, HASH_SHA256, BYTES_LIT("IDENTITY"), digest_view(&p->digest), &out));
    TRY(key_verify_digest(p->signer, SIG_ECDSA_SHA256, &p->digest, buf_view(&p->signature)));
    /* the token, and a signed head of the audit log for attest and for release */
    for (int i = 0; i < 3; i++)
        TRY(key_sign_digest(p->signer, SIG_ECDSA_SHA256, &p->digest, &out));
    /* the resource, sealed to the TEE's key */
    TRY(key_generate(KEY_EC_P256, &ephemeral));
    TRY(key_agree(ephemeral, p->signer, &agreed));
    /* the body in both roles, the token when it is signed and when it comes back */
    for (int i = 0; i < 4; i++)
        TRY(hash_of(HASH_SHA256, BYTES_OF(p->body), &d));
    return OK;
}

int main(int argc, char **argv)
{
    static struct parts p;
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    struct err e = count > 0 ? prepare(&p, argv[1]) : FAIL(ERR_STATE, "usage: bench-floor EK COUNT");
    for (long i = 0; i < count && !failed(e); i++)
        e = handshake(&p);
    if (failed(e))
        fprintf(stderr, "bench-floor: %s\n", e.at);
    key_free(p.signer);
    key_free(p.ek);
    buf_clear(&p.signature);
    return failed(e);
}
