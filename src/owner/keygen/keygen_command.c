#include "owner/keygen/keygen_command.h"

#include <unistd.h>

#include "jose/jwk.h"
#include "jose/jws.h"
#include "sys/file.h"

#define KID_SIZE 64

/* The public JWK as text: the key's members, its algorithm and its thumbprint. */
static struct err public_text(const struct key *k, struct arena *a, struct buf *out, struct bytes *kid)
{
    const struct json *jwk, *with_kid, *name;
    TRY(jwk_encode(a, k, jws_alg_name(key_kind_of(k)), &jwk));
    TRY(jwk_thumbprint(a, k, kid));
    struct json_member *members;
    TRY(arena_array(a, jwk->count + 1, &members));
    for (size_t i = 0; i < jwk->count; i++)
        members[i] = jwk->members[i];
    TRY(json_new_string(a, *kid, &name));
    members[jwk->count] = (struct json_member){BYTES_LIT("kid"), name};
    TRY(json_new_object(a, members, jwk->count + 1, &with_kid));
    json_encode_pretty(with_kid, out);
    struct bytes view;
    return buf_end(out, &view);
}

static struct err write_pair(const struct key *k, struct arena *a, const char *private_path, const char *public_path,
                             char kid[KID_SIZE])
{
    SCOPED(secret) struct secret pem = {0};
    SCOPED(buf) struct buf text;
    buf_init(&text, 8192);
    struct bytes thumbprint;
    TRY(public_text(k, a, &text, &thumbprint));
    TRY(key_pem_private(k, &pem));
    TRY(file_create(private_path, secret_borrow(&pem), 0600));
    struct err e = file_create(public_path, buf_view(&text), 0644);
    if (failed(e)) {
        (void)unlink(private_path); /* half a pair is of no use, and it was made a moment ago */
        return e;
    }
    if (kid != NULL)
        snprintf(kid, KID_SIZE, "%.*s", (int)thumbprint.n, (const char *)thumbprint.p);
    return OK;
}

struct err keygen_write(const struct key *k, const char *private_path, const char *public_path, char kid[64])
{
    struct arena a;
    arena_init(&a, 64 * 1024);
    struct err e = write_pair(k, &a, private_path, public_path, kid);
    arena_clear(&a);
    return e;
}

static struct err print_result(struct invocation *in, const char *private_path, const char *public_path,
                               const char *kid)
{
    if (!in->is_json) {
        fprintf(in->out, "private key: %s\npublic key:  %s\nkey id:      %s\n", private_path, public_path, kid);
        return OK;
    }
    struct arena a;
    arena_init(&a, 64 * 1024);
    struct json_object o;
    json_object_init(&o, &a);
    json_object_text(&o, "format", "casemate-keygen/1");
    json_object_text(&o, "kid", kid);
    json_object_text(&o, "private_key", private_path);
    json_object_text(&o, "public_key", public_path);
    const struct json *v;
    struct err e = json_object_end(&o, &v);
    if (!failed(e))
        e = command_print_json(in, v);
    arena_clear(&a);
    return e;
}

static struct err keygen(struct invocation *in)
{
    const char *type = command_text(in, "type", "ed25519");
    const char *path = command_text(in, "out", "");
    enum key_kind kind = strcmp(type, "ed25519") == 0 ? KEY_ED25519
                         : strcmp(type, "p256") == 0  ? KEY_EC_P256
                                                      : KEY_NONE;
    if (kind == KEY_NONE)
        return command_misuse(in, "--type is ed25519 or p256");
    char derived[4096];
    if ((size_t)snprintf(derived, sizeof(derived), "%s.jwk", path) >= sizeof(derived))
        return FAIL(ERR_LIMIT, "the path is too long");
    const char *public_path = command_text(in, "public", derived);
    char kid[KID_SIZE];
    SCOPED_KEY struct key *k = NULL;
    TRY(key_generate(kind, &k));
    struct err e = keygen_write(k, path, public_path, kid);
    if (e.code == ERR_STATE) {
        command_explain(in, "%s or %s exists already: nothing is replaced", path, public_path);
        return FAIL(ERR_DENIED, "a file exists already");
    }
    TRY(e);
    return print_result(in, path, public_path, kid);
}

static const struct option_row options[] = {
    {.name = "out", .value = "FILE", .is_required = true, .help = "where the private key goes (PEM, mode 0600)"},
    {.name = "public", .value = "FILE", .help = "where the public key goes (JWK); FILE.jwk beside it if not given"},
    {.name = "type", .value = "ed25519|p256", .help = "kind of key; ed25519 if not given"},
    {0},
};

const struct command command_keygen = {
    .noun = "keygen",
    .options = options,
    .operands = "",
    .summary = "make a key pair for an administrator",
    .help = "Writes a private key and its public JWK. The public one is enrolled at the broker; the private one signs\n"
            "each request of the administrator and stays with them. Existing files are not replaced.",
    .example = "casemate keygen --out alice.key --public alice.jwk",
    .run = keygen,
};
