#include "owner/endorsement/endorsement_command.h"

#include "codec/hex.h"
#include "crypto/x509.h"
#include "owner/admin/admin_client.h"
#include "sys/file.h"

/* The identity of an endorsement key is the SHA-256 of its SubjectPublicKeyInfo, whatever certificate it comes in. */

static struct err read_cert(struct invocation *in, const char *file, struct cert **out)
{
    SCOPED(buf) struct buf text;
    size_t count = 0;
    buf_init(&text, 64 * KIB);
    struct err e = file_read(file, &text);
    if (!failed(e))
        e = bytes_starts(buf_view(&text), BYTES_LIT("-----BEGIN")) ? cert_decode_pem(buf_view(&text), out, 1, &count)
                                                                   : cert_decode(buf_view(&text), out);
    if (failed(e))
        command_explain(in, "%s: not one certificate, PEM or DER", file);
    return e;
}

static struct err ek_digest(struct invocation *in, struct arena *a, const char *file, char **out)
{
    SCOPED_CERT struct cert *cert = NULL;
    struct digest d;
    struct bytes hex;
    TRY(read_cert(in, file, &cert));
    TRY(cert_spki_digest(cert, &d));
    TRY(hex_encode_arena(a, digest_view(&d), &hex));
    return arena_text(a, hex, out);
}

static struct err enrol(struct admin_client *c, const char *digest)
{
    struct admin_reply reply;
    struct bytes path, body;
    SCOPED(buf) struct buf value;
    buf_init(&value, 8 * KIB);
    buf_text(&value, "{\"note\":");
    json_quote(bytes_of_text(command_text(c->in, "note", "")), &value);
    buf_text(&value, "}");
    TRY(buf_end(&value, &body));
    TRY(admin_path(c, "/casemate/v0/record/ek/", digest, &path));
    return admin_ask(c, "PUT", path, "application/json", body, &reply);
}

static struct err add(struct invocation *in)
{
    struct admin_client c;
    char *digest;
    if (strcmp(command_text(in, "tee", "tpm"), "tpm") != 0)
        return command_misuse(in, "--tee: only endorsement keys of a tpm are enrolled");
    TRY(admin_open(in, &c));
    struct err e = ek_digest(in, &c.arena, command_text(in, "ek", ""), &digest);
    if (!failed(e))
        e = enrol(&c, digest);
    if (!failed(e))
        fprintf(in->out, in->is_json ? "{\"ek\":\"%s\"}\n" : "endorsement key %s is enrolled\n", digest);
    admin_close(&c);
    return e;
}

static struct err list(struct invocation *in)
{
    return admin_list(in, "ek");
}

static struct err delete (struct invocation *in)
{
    return admin_delete(in, "ek", in->operands[0]);
}

static const struct option_row add_options[] = {
    {.name = "tee", .value = "TEE", .help = "tpm (the default)"},
    {.name = "ek",
     .value = "FILE",
     .is_required = true,
     .help = "certificate of the TPM's endorsement key, PEM or DER"},
    {.name = "note", .value = "TEXT", .help = "which machine this is, for the list"},
    ADMIN_OPTIONS,
    {0},
};
static const struct option_row admin_options[] = {ADMIN_OPTIONS, {0}};

const struct command command_endorsement_add = {
    .noun = "endorsement",
    .verb = "add",
    .options = add_options,
    .operands = "",
    .summary = "enrol the endorsement key of a TPM",
    .help = "Only evidence of a TPM whose endorsement key is enrolled can be affirming; a chain to a root alone is a\n"
            "warning.",
    .example = "casemate endorsement add --tee tpm --ek tpm/ek.pem --note rack-7 --admin broker/admin/admin.toml",
    .run = add,
};
const struct command command_endorsement_list = {
    .noun = "endorsement",
    .verb = "list",
    .options = admin_options,
    .operands = "",
    .summary = "the enrolled endorsement keys",
    .help = "Prints their digests, versions and times.",
    .example = "casemate endorsement list --admin broker/admin/admin.toml",
    .run = list,
};
const struct command command_endorsement_delete = {
    .noun = "endorsement",
    .verb = "delete",
    .options = admin_options,
    .operands = "DIGEST",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "forget an enrolled endorsement key",
    .help = "Evidence of that TPM is at most a warning afterwards.",
    .example = "casemate endorsement delete 0123...cdef --admin broker/admin/admin.toml",
    .run = delete,
};
