#include "owner/resource/resource_command.h"

#include "jose/jwe.h"
#include "jose/jwk.h"
#include "owner/admin/admin_client.h"
#include "sys/file.h"

/* The value goes sealed to the process that keeps it: the broker's network side never sees it. */

static struct err upload_key(struct admin_client *c, struct key **out)
{
    struct admin_reply reply;
    const struct json *jwk;
    TRY(admin_ask(c, "GET", BYTES_LIT("/casemate/v0/upload-key"), NULL, BYTES_EMPTY, &reply));
    TRY(json_decode(&c->arena, reply.body, NULL, NULL, &jwk));
    return jwk_decode(jwk, out, NULL);
}

/* A file of the owner may be readable by others; what it holds is a secret from here on. */
static struct err read_value(struct invocation *in, const char *path, struct buf *out)
{
    struct err e = file_read(path, out);
    if (failed(e))
        command_explain(in, "%s: %s", path, e.code == ERR_LIMIT ? "larger than 1 MiB" : "cannot be read");
    return e;
}

static struct err seal_and_send(struct admin_client *c, const char *name, struct bytes value)
{
    SCOPED_KEY struct key *key = NULL;
    SCOPED(buf) struct buf jwe;
    struct bytes path, body;
    struct admin_reply reply;
    const struct jwe_extra extra[] = {{"casemate.path", bytes_of_text(name)}};
    buf_init(&jwe, 3 * RESOURCE_MAX);
    TRY(upload_key(c, &key));
    TRY(jwe_encrypt(key, BYTES_LIT("ECDH-ES+A256KW"), extra, 1, value, &jwe));
    TRY(buf_end(&jwe, &body));
    TRY(admin_path(c, "/kbs/v0/resource/", name, &path));
    return admin_ask(c, "POST", path, "application/jose+json", body, &reply);
}

static struct err set(struct invocation *in)
{
    struct admin_client c;
    SCOPED(buf) struct buf value;
    buf_init(&value, RESOURCE_MAX);
    TRY(read_value(in, command_text(in, "file", "-"), &value));
    struct err e = admin_open(in, &c);
    if (!failed(e)) {
        e = seal_and_send(&c, in->operands[0], buf_view(&value));
        admin_close(&c);
    }
    if (value.p != NULL)
        explicit_bzero(value.p, value.cap);
    if (!failed(e)) /* a name that the broker took has no character that JSON escapes */
        fprintf(in->out, in->is_json ? "{\"resource\":\"%s\"}\n" : "%s is set\n", in->operands[0]);
    return e;
}

static struct err list(struct invocation *in)
{
    return admin_list(in, "resource");
}

static struct err delete (struct invocation *in)
{
    return admin_delete(in, "resource", in->operands[0]);
}

static const struct option_row set_options[] = {
    {.name = "file", .value = "FILE", .help = "the value; - is standard input (the default)"},
    ADMIN_OPTIONS,
    {0},
};
static const struct option_row admin_options[] = {ADMIN_OPTIONS, {0}};

const struct command command_resource_set = {
    .noun = "resource",
    .verb = "set",
    .options = set_options,
    .operands = "REPOSITORY/TYPE/TAG",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "give a broker a secret to keep",
    .help = "Seals the value to the broker's process that keeps it, and sets it. Each setting is a new version.",
    .example = "casemate resource set default/demo/secret --file secret.bin --admin broker/admin/admin.toml",
    .run = set,
};
const struct command command_resource_list = {
    .noun = "resource",
    .verb = "list",
    .options = admin_options,
    .operands = "",
    .summary = "the names of the secrets that a broker keeps",
    .help = "Prints names, versions and times. A value cannot be read back.",
    .example = "casemate resource list --admin broker/admin/admin.toml",
    .run = list,
};
const struct command command_resource_delete = {
    .noun = "resource",
    .verb = "delete",
    .options = admin_options,
    .operands = "REPOSITORY/TYPE/TAG",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "make a broker forget a secret",
    .help = "The name has no value afterwards; its history stays in the store, encrypted.",
    .example = "casemate resource delete default/demo/secret --admin broker/admin/admin.toml",
    .run = delete,
};
