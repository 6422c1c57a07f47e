/*
 * Tokens: refusals first. Keys are made here, or are the examples of RFC 7515, RFC 8037 (published with their private
 * parts, so nobody's).
 */
#include "call_check.h"

#include "codec/base64.h"
#include "crypto/key.h"

#define EC_D "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
#define EC_PUBLIC                                                                                                      \
    "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","                          \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define ED_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define ED_D "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
#define OCT  "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
#define RSA                                                                                                            \
    "\"kty\":\"RSA\","                                                                                                 \
    "\"n\":\""                                                                                                         \
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR"             \
    "T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB"             \
    "dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia"             \
    "GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"                                                                       \
    "\","                                                                                                              \
    "\"e\":\""                                                                                                         \
    "AQAB"                                                                                                             \
    "\","                                                                                                              \
    "\"d\":\""                                                                                                         \
    "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46su"             \
    "i395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4"             \
    "qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB"             \
    "4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"                                                                       \
    "\","                                                                                                              \
    "\"p\":\""                                                                                                         \
    "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8"             \
    "cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc"                                          \
    "\","                                                                                                              \
    "\"q\":\""                                                                                                         \
    "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t"             \
    "62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc"                                          \
    "\","                                                                                                              \
    "\"dp\":\""                                                                                                        \
    "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCj"             \
    "n12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0"                                          \
    "\","                                                                                                              \
    "\"dq\":\""                                                                                                        \
    "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnw"             \
    "gjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU"                                          \
    "\","                                                                                                              \
    "\"qi\":\""                                                                                                        \
    "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93"             \
    "IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"                                          \
    "\""

struct made { /* the document `input` */
    struct buf text;
};

static void put_member(struct made *m, const char *name, struct bytes v)
{
    buf_text(&m->text, m->text.n == 1 ? "\"" : ",\"");
    buf_text(&m->text, name);
    buf_text(&m->text, "\":");
    json_quote(v, &m->text);
}

/* A token signed by k under `alg`; the header is the caller's. */
static void put_token(struct made *m, const char *name, const struct key *k, enum sig_alg alg, const char *header,
                      const char *payload)
{
    SCOPED(buf) struct buf token;
    SCOPED(buf) struct buf sig;
    buf_init(&token, 1 << 16);
    buf_init(&sig, 1 << 16);
    base64_encode(BASE64_URL, bytes_of_text(header), &token);
    buf_text(&token, ".");
    base64_encode(BASE64_URL, bytes_of_text(payload), &token);
    assert_ok(key_sign(k, alg, buf_view(&token), &sig));
    buf_text(&token, ".");
    base64_encode(BASE64_URL, buf_view(&sig), &token);
    put_member(m, name, buf_view(&token));
}

/* A token whose MAC has the text of the public key for its secret. */
static void put_confused(struct made *m, const struct key *k)
{
    SCOPED(buf) struct buf token;
    SCOPED(buf) struct buf pem;
    struct digest mac;
    buf_init(&token, 1 << 16);
    buf_init(&pem, 1 << 16);
    assert_ok(key_pem_public(k, &pem));
    base64_encode(BASE64_URL, BYTES_LIT("{\"alg\":\"HS256\"}"), &token);
    buf_text(&token, ".e30");
    const struct bytes text = buf_view(&token);
    assert_ok(hmac_of(HASH_SHA256, buf_view(&pem), &text, 1, &mac));
    buf_text(&token, ".");
    base64_encode(BASE64_URL, digest_view(&mac), &token);
    put_member(m, "confused", buf_view(&token));
}

static void put_key(struct made *m, const char *name, enum key_kind kind, struct key **out)
{
    SCOPED(buf) struct buf pem;
    buf_init(&pem, 1 << 16);
    assert_ok(key_generate(kind, out));
    assert_ok(key_pem_public(*out, &pem));
    put_member(m, name, buf_view(&pem));
}

static void make_input(struct made *m)
{
    SCOPED_KEY struct key *ec = NULL;
    SCOPED_KEY struct key *ec384 = NULL;
    SCOPED_KEY struct key *rsa = NULL;
    SCOPED_KEY struct key *ed = NULL;
    static const char claims[] = "{\"iss\":\"me\",\"exp\":1700000001,\"nbf\":1699999999.5}";
    buf_init(&m->text, 1 << 20);
    buf_text(&m->text, "{");
    put_key(m, "ec", KEY_EC_P256, &ec);
    put_key(m, "ec384", KEY_EC_P384, &ec384);
    put_key(m, "rsa", KEY_RSA, &rsa);
    put_key(m, "ed", KEY_ED25519, &ed);
    put_token(m, "es256", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\"}", claims);
    put_token(m, "es384", ec384, SIG_ECDSA_SHA384, "{\"alg\":\"ES384\"}", claims);
    put_token(m, "rs512", rsa, SIG_RSA_PKCS1_SHA512, "{\"alg\":\"RS512\"}", claims);
    put_token(m, "ps512", rsa, SIG_RSA_PSS_SHA512, "{\"alg\":\"PS512\"}", claims);
    put_token(m, "eddsa", ed, SIG_ED25519, "{\"alg\":\"EdDSA\"}", claims);
    put_token(m, "says_none", ec, SIG_ECDSA_SHA256, "{\"alg\":\"none\"}", claims);
    put_token(m, "says_nothing", ec, SIG_ECDSA_SHA256, "{}", claims);
    put_token(m, "says_es384", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES384\"}", claims);
    put_token(m, "says_hs256", ec, SIG_ECDSA_SHA256, "{\"alg\":\"HS256\"}", claims);
    put_token(m, "critical", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\",\"crit\":[\"exp\"]}", claims);
    put_token(m, "doubled", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\",\"alg\":\"ES256\"}", claims);
    put_token(m, "doubled_claim", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\"}", "{\"iss\":\"a\",\"iss\":\"me\"}");
    put_token(m, "no_object", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\"}", "[]");
    put_token(m, "expired", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\"}", "{\"exp\":1700000000}");
    put_token(m, "early", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\"}", "{\"nbf\":1700000000.000000001}");
    put_token(m, "text_exp", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\"}", "{\"exp\":\"1\"}");
    put_token(m, "large_exp", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\"}", "{\"exp\":1e9999}");
    put_token(m, "for_bob", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\"}", "{\"aud\":[\"al\",\"bob\"]}");
    put_token(m, "kid_a", ec, SIG_ECDSA_SHA256, "{\"alg\":\"ES256\",\"kid\":\"a\"}", "{}");
    put_confused(m, ec);
    put_member(m, "rfc_ec", BYTES_LIT("{" EC_PUBLIC "}"));
    put_member(m, "private_ec", BYTES_LIT("{\"d\":\"" EC_D "\"," EC_PUBLIC "}"));
    put_member(m, "private_rsa", BYTES_LIT("{" RSA "}"));
    put_member(m, "private_ed",
               BYTES_LIT("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\",\"d\":\"" ED_D "\"}"));
    put_member(m, "public_ed", BYTES_LIT("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\"}"));
    put_member(m, "oct", BYTES_LIT("{\"kty\":\"oct\",\"k\":\"" OCT "\"}"));
    buf_text(&m->text, ",\"number\":1}");
}

static const struct row refusals[] = {
    {"io.jwt.decode(input.number)", TYPE_ERROR, "operand 1 must be string"},
    {"io.jwt.decode(\"\")", BUILTIN_ERROR, "encoded JWT had no period separators"},
    {"io.jwt.decode(\"..\")", BUILTIN_ERROR, "JWT header is not JSON"},
    {"io.jwt.decode(\"e30.e30.e30.e30\")", BUILTIN_ERROR, "must have 3 sections, found 4"},
    {"io.jwt.decode(\"e30=.e30.\")", BUILTIN_ERROR,
     "JWT header had invalid encoding: illegal base64 data at input byte 3"},
    {"io.jwt.decode(\"e31.e30.\")", BUILTIN_ERROR, "JWT header had invalid encoding"},
    {"io.jwt.decode(\"e30.e30.e31\")", BUILTIN_ERROR, "JWT signature had invalid encoding"},
    {"io.jwt.decode(\"W10.e30.\")", BUILTIN_ERROR, "JWT header is not a JSON object"},
    {"io.jwt.decode(input.no_object)", BUILTIN_ERROR, "JWT payload is not a JSON object"},
    {"io.jwt.verify_es256(input.doubled, input.ec)", BUILTIN_ERROR, "JWT header is not JSON"},
    {"io.jwt.verify_es256(input.es256, input.number)", TYPE_ERROR, "operand 2 must be string"},
    {"io.jwt.verify_es256(input.es256, \"\")", BUILTIN_ERROR, "failed to parse a JWK key (set)"},
    {"io.jwt.verify_es256(input.es256, \"{}\")", BUILTIN_ERROR, "failed to parse a JWK key (set)"},
    {"io.jwt.verify_es256(input.es256, \"[]\")", BUILTIN_ERROR, "failed to parse a JWK key (set)"},
    {"io.jwt.verify_es256(input.es256, `{\"keys\": {}}`)", BUILTIN_ERROR, "keys is not an array"},
    {"io.jwt.verify_es256(input.es256, `{\"keys\": [1]}`)", BUILTIN_ERROR, "failed to parse a JWK key (set)"},
    {"io.jwt.verify_es256(input.es256, concat(\"\", [input.ec, input.ec]))", BUILTIN_ERROR, "extra data after a PEM"},
    {"io.jwt.verify_es256(input.es256, replace(input.ec, \"PUBLIC\", \"PRIVATE\"))", BUILTIN_ERROR,
     "failed to extract a Key"},
    {"io.jwt.verify_es256(input.es256, replace(input.ec, \"PUBLIC KEY\", \"CERTIFICATE\"))", BUILTIN_ERROR,
     "failed to parse a PEM certificate"},
    {"io.jwt.verify_es256(input.es256, replace(input.ec, \"\\nM\", \"\\nN\"))", BUILTIN_ERROR,
     "failed to parse a PEM public key"},
    {"io.jwt.decode_verify(input.es256, {})", BUILTIN_ERROR, "no key constraint"},
    {"io.jwt.decode_verify(input.es256, {\"secret\": \"\"})", BUILTIN_ERROR, "no key constraint"},
    {"io.jwt.decode_verify(input.es256, {\"secret\": \"a\", \"cert\": input.ec})", BUILTIN_ERROR, "duplicate key"},
    {"io.jwt.decode_verify(input.es256, {\"cert\": input.ec, \"sub\": \"x\"})", BUILTIN_ERROR,
     "unknown token validation constraint: sub"},
    {"io.jwt.decode_verify(input.es256, {\"cert\": input.ec, \"time\": \"x\"})", BUILTIN_ERROR,
     "time must be a number"},
    {"io.jwt.decode_verify(input.es256, {\"cert\": 1})", BUILTIN_ERROR, "cert must be a string"},
    {"io.jwt.decode_verify(input.says_none, {\"cert\": input.ec})", BUILTIN_ERROR, "unknown JWS algorithm: none"},
    {"io.jwt.decode_verify(input.doubled, {\"cert\": input.ec})", BUILTIN_ERROR, "JWT header is not JSON"},
    {"io.jwt.decode_verify(input.doubled_claim, {\"cert\": input.ec})", BUILTIN_ERROR, "JWT payload is not JSON"},
    {"io.jwt.decode_verify(input.text_exp, {\"cert\": input.ec})", BUILTIN_ERROR, "exp value must be a number"},
    {"io.jwt.decode_verify(input.large_exp, {\"cert\": input.ec})", BUILTIN_ERROR, "exp value is too large"},
    {"io.jwt.encode_sign({}, {}, {})", BUILTIN_ERROR, "missing or invalid 'alg' header"},
    {"io.jwt.encode_sign({\"alg\": \"none\"}, {}, {})", BUILTIN_ERROR, "unknown JWS algorithm: none"},
    {"io.jwt.encode_sign({\"alg\": \"HS256\"}, {}, {\"kty\": \"oct\"})", BUILTIN_ERROR,
     "failed to parse a symmetric JWK"},
    {"io.jwt.encode_sign({\"alg\": \"HS256\"}, {}, {\"kty\": \"RSA\", \"k\": \"YQ\"})", BUILTIN_ERROR, "symmetric JWK"},
    {"io.jwt.encode_sign({\"alg\": \"RS256\"}, {}, {\"kty\": \"RSA\", \"n\": \"YQ\"})", BUILTIN_ERROR, "private JWK"},
    {"io.jwt.encode_sign_raw(`{\"alg\":\"ES256\"}`, \"\", input.rfc_ec)", BUILTIN_ERROR, "private JWK"},
    {"io.jwt.encode_sign_raw(`{\"alg\":\"ES384\"}`, \"\", input.private_ec)", BUILTIN_ERROR, "does not fit"},
    {"io.jwt.encode_sign_raw(`{\"alg\":\"ES256\"}`, \"\", replace(input.private_ec, \"jpsQ\", \"jpsR\"))",
     BUILTIN_ERROR, "private JWK"},
    {"io.jwt.encode_sign_raw(`{\"alg\":\"RS256\"}`, \"\", replace(input.private_rsa, `\"n\":\"ofg`, `\"n\":\"pfg`))",
     BUILTIN_ERROR, "private JWK"},
    {"io.jwt.encode_sign_raw(`{\"alg\":\"HS256\"}`, \"\", \"[]\")", BUILTIN_ERROR, "JWK is not a JSON object"},
};

/* A token that is well formed and does not hold. */
static const struct row denials[] = {
    {"io.jwt.verify_es256(input.es256, input.ec384)", "false", NULL},
    {"io.jwt.verify_es256(input.es256, input.rsa)", "false", NULL},
    {"io.jwt.verify_es256(input.es256, input.rfc_ec)", "false", NULL},
    {"io.jwt.verify_es256(input.es256, `{\"keys\": []}`)", "false", NULL},
    {"io.jwt.verify_es256(input.es256, `{\"keys\": [{\"kty\": \"oct\", \"k\": \"YQ\"}]}`)", "false", NULL},
    {"io.jwt.verify_es256(trim_suffix(input.es256, split(input.es256, \".\")[2]), input.ec)", "false", NULL},
    {"io.jwt.verify_rs512(trim_suffix(input.rs512, split(input.rs512, \".\")[2]), input.rsa)", "false", NULL},
    {"io.jwt.verify_eddsa(trim_suffix(input.eddsa, split(input.eddsa, \".\")[2]), input.ed)", "false", NULL},
    {"io.jwt.verify_es256(concat(\"\", [\"e30.e30.\", split(input.es256, \".\")[2]]), input.ec)", "false", NULL},
    {"io.jwt.verify_es384(input.says_es384, input.ec)", "false", NULL},
    {"io.jwt.verify_es256(input.says_es384, input.ec)", "false", NULL},
    {"io.jwt.verify_es256(input.says_none, input.ec)", "false", NULL},
    {"io.jwt.verify_es256(input.says_nothing, input.ec)", "false", NULL},
    {"io.jwt.verify_rs512(input.ps512, input.rsa)", "false", NULL},
    {"io.jwt.verify_hs256(input.says_hs256, input.ec)", "false", NULL},
    {"io.jwt.decode_verify(input.says_hs256, {\"cert\": input.ec})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.es256, {\"secret\": input.ec})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.says_nothing, {\"cert\": input.ec})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.critical, {\"cert\": input.ec})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.expired, {\"cert\": input.ec})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.early, {\"cert\": input.ec})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.for_bob, {\"cert\": input.ec})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.for_bob, {\"cert\": input.ec, \"aud\": \"bo\"})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.es256, {\"cert\": input.ec, \"aud\": \"bob\"})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.es256, {\"cert\": input.ec, \"iss\": \"you\"})", "[false,{},{}]", NULL},
    {"io.jwt.decode_verify(input.for_bob, {\"cert\": input.ec, \"aud\": \"bob\", \"iss\": \"x\"})", "[false,{},{}]",
     NULL},
    {"io.jwt.decode_verify(input.es256, {\"cert\": input.ec, \"alg\": \"ES384\"})", "[false,{},{}]", NULL},
    /* The key that the token names is the only one asked. */
    {"io.jwt.verify_es256(input.kid_a, sprintf(`{\"keys\": [{\"kid\": \"a\", %s]}`, [substring(input.rfc_ec, 1, -1)]))",
     "false", NULL},
    /* HMAC under the text of a public key. */
    /* A key for another algorithm, named by the token or not. */
    {"io.jwt.verify_eddsa(io.jwt.encode_sign_raw(`{\"alg\":\"EdDSA\",\"kid\":\"a\"}`, \"x\", input.private_ed), "
     "replace(input.public_ed, \"{\", `{\"kid\":\"a\",\"alg\":\"ES256\",`))",
     "false", NULL},
    {"io.jwt.verify_eddsa(io.jwt.encode_sign_raw(`{\"alg\":\"EdDSA\"}`, \"x\", input.private_ed), "
     "replace(input.public_ed, \"{\", `{\"alg\":\"ES256\",`))",
     "false", NULL},
    {"io.jwt.verify_es256(input.confused, input.ec)", "false", NULL},
    {"io.jwt.decode_verify(input.confused, {\"cert\": input.ec})", "[false,{},{}]", NULL},
};

static const struct row rows[] = {
    {"io.jwt.verify_es256(input.es256, input.ec)", "true", NULL},
    {"io.jwt.verify_es384(input.es384, input.ec384)", "true", NULL},
    {"io.jwt.verify_rs512(input.rs512, input.rsa)", "true", NULL},
    {"io.jwt.verify_ps512(input.ps512, input.rsa)", "true", NULL},
    {"io.jwt.verify_eddsa(input.eddsa, input.ed)", "true", NULL},
    {"io.jwt.verify_es256(input.kid_a, input.ec)", "true", NULL},
    {"io.jwt.decode(input.doubled_claim)[1]", "{\"iss\":\"me\"}", NULL},
    {"io.jwt.decode(\"e30.e30.\")", "[{},{},\"\"]", NULL},
    {"io.jwt.decode_verify(input.es256, {\"cert\": input.ec, \"iss\": \"me\", \"alg\": \"ES256\"})",
     "[true,{\"alg\":\"ES256\"},{\"exp\":1700000001,\"iss\":\"me\",\"nbf\":1699999999.5}]", NULL},
    {"io.jwt.decode_verify(input.expired, {\"cert\": input.ec, \"time\": 1699999999999999999})[0]", "true", NULL},
    {"io.jwt.decode_verify(input.early, {\"cert\": input.ec, \"time\": 1700000000000000001})[0]", "true", NULL},
    {"io.jwt.decode_verify(input.for_bob, {\"cert\": input.ec, \"aud\": \"bob\"})[0]", "true", NULL},
    /* RFC 8037 A.4. */
    {"io.jwt.encode_sign_raw(`{\"alg\":\"EdDSA\"}`, \"Example of Ed25519 signing\", input.private_ed)",
     "\"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
     "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg\"",
     NULL},
    {"io.jwt.verify_eddsa(io.jwt.encode_sign_raw(`{\"alg\":\"EdDSA\"}`, \"x\", input.private_ed), input.public_ed)",
     "true", NULL},
    {"io.jwt.verify_es256(io.jwt.encode_sign_raw(`{\"alg\":\"ES256\"}`, \"x\", input.private_ec), input.rfc_ec)",
     "true", NULL},
    {"io.jwt.verify_ps384(io.jwt.encode_sign_raw(`{\"alg\":\"PS384\"}`, \"x\", input.private_rsa), input.private_rsa)",
     "true", NULL},
    /* RFC 7515 A.1. */
    {"io.jwt.encode_sign_raw(\"{\\\"typ\\\":\\\"JWT\\\",\\r\\n \\\"alg\\\":\\\"HS256\\\"}\", "
     "\"{\\\"iss\\\":\\\"joe\\\",\\r\\n "
     "\\\"exp\\\":1300819380,\\r\\n \\\"http://example.com/is_root\\\":true}\", input.oct)",
     "\"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLm"
     "NvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\"",
     NULL},
    {"io.jwt.decode_verify(io.jwt.encode_sign_raw(`{\"alg\":\"HS256\",\"cty\":\"JWT\"}`, io.jwt.encode_sign_raw("
     "`{\"alg\":\"HS384\"}`, `{\"a\":{\"b\":1}}`, `{\"kty\":\"oct\",\"k\":\"YQ\"}`), "
     "`{\"kty\":\"oct\",\"k\":\"YQ\"}`), "
     "{\"secret\": \"a\"})",
     "[true,{\"alg\":\"HS384\"},{\"a\":{\"b\":1}}]", NULL},
};

static struct made input;

static void test_refusals(void **state)
{
    (void)state;
    CALL_ROWS(refusals, buf_view(&input.text));
}

static void test_denials(void **state)
{
    (void)state;
    CALL_ROWS(denials, buf_view(&input.text));
}

static void test_rows(void **state)
{
    (void)state;
    CALL_ROWS(rows, buf_view(&input.text));
}

/* Every change of one character of a token refuses it. */
static void test_every_change(void **state)
{
    (void)state;
    static const char expression[] = "count([1 | some i in numbers.range(0, count(input.es256) - 1); t := concat(\"\", "
                                     "[substring(input.es256, 0, i), \"-\", substring(input.es256, i + 1, -1)]); "
                                     "t != input.es256; io.jwt.verify_es256(t, input.ec)])";
    struct rego_policy *policy = call_policy();
    struct rego_call call = {.query = expression, .input = (const char *)input.text.p, .input_length = input.text.n};
    struct rego_result *result = NULL;
    struct rego_error error;
    assert_int_equal(rego_eval(policy, &call, &result, &error), REGO_OK);
    assert_bytes(bytes_of(rego_result_json(result).p, rego_result_json(result).n), BYTES_LIT("0"));
    rego_result_free(result);
    rego_policy_free(policy);
}

static void test_limits(void **state)
{
    (void)state;
    /* Signatures cost what they cost: a policy cannot check them without end. */
    call_limit(
        "[x | some x in numbers.range(1, 2000); "
        "io.jwt.encode_sign_raw(`{\"alg\":\"EdDSA\"}`, \"x\", `{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"" ED_D
        "\"}`)]",
        0);
}

static int start(void **state)
{
    (void)state;
    make_input(&input);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_clear(&input.text);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_denials), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_every_change), cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, start, end);
}
