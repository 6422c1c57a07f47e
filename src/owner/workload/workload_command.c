#include "owner/workload/workload_command.h"

#include "base/limits.h"
#include "codec/hex.h"
#include "owner/admin/admin_client.h"
#include "rats/initdata.h"
#include "sys/file.h"

/* The claim as the verifier of this TEE writes it. source: spec/kbs.md 1.7, init-data field and rule */
static struct err field_of(struct invocation *in, const char *tee, const struct digest *digest, struct digest *field)
{
    if (strcmp(tee, "tpm") == 0) {
        struct err e = initdata_pcr8(digest, field);
        if (failed(e))
            command_explain(in, "a TPM carries only sha256: set algorithm = \"sha256\" in the initdata");
        return e;
    }
    if (strcmp(tee, "snp") != 0)
        return command_misuse(in, "--tee is tpm or snp");
    *field = *digest;
    field->n = field->n > 32 ? 32 : field->n; /* HOST_DATA cuts it */
    return OK;
}

static struct err claim_of(struct invocation *in, struct arena *a, char **out)
{
    const char *file = command_text(in, "initdata", "");
    SCOPED(buf) struct buf text;
    struct initdata d;
    struct digest field = {0};
    struct bytes hex;
    buf_init(&text, INITDATA_MAX);
    struct err e = file_read(file, &text);
    if (!failed(e))
        e = initdata_decode(a, buf_view(&text), &d);
    if (failed(e)) {
        command_explain(in, "%s: not an initdata document that can be read", file);
        return e;
    }
    TRY(field_of(in, command_text(in, "tee", ""), &d.digest, &field));
    TRY(hex_encode_arena(a, digest_view(&field), &hex));
    return arena_text(a, hex, out);
}

static struct err encode_list(struct invocation *in, struct buf *out)
{
    const char *paths[COMMAND_VALUES_MAX];
    size_t count = command_texts(in, "allow", paths);
    struct bytes unused;
    buf_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        buf_text(out, i == 0 ? "" : ",");
        json_quote(bytes_of_text(paths[i]), out);
    }
    buf_text(out, "]");
    return buf_end(out, &unused);
}

static struct err send(struct admin_client *c)
{
    SCOPED(buf) struct buf list;
    struct admin_reply reply;
    struct bytes path;
    char *claim;
    buf_init(&list, 64 * KIB);
    TRY(claim_of(c->in, &c->arena, &claim));
    TRY(encode_list(c->in, &list));
    TRY(admin_path(c, "/casemate/v0/record/workload/", claim, &path));
    TRY(admin_ask(c, "PUT", path, "application/json", buf_view(&list), &reply));
    fprintf(c->in->out, c->in->is_json ? "{\"workload\":\"%s\"}\n" : "workload %s is bound\n", claim);
    return OK;
}

static struct err bind(struct invocation *in)
{
    struct admin_client c;
    TRY(admin_open(in, &c));
    struct err e = send(&c);
    admin_close(&c);
    return e;
}

static struct err list(struct invocation *in)
{
    return admin_list(in, "workload");
}

static struct err unbind(struct invocation *in)
{
    return admin_delete(in, "workload", in->operands[0]);
}

static const struct option_row bind_options[] = {
    {.name = "tee", .value = "TEE", .is_required = true, .help = "tpm or snp: how the initdata stands in its token"},
    {.name = "initdata", .value = "FILE", .is_required = true, .help = "the workload's initdata document, TOML"},
    {.name = "allow",
     .value = "PATH",
     .is_required = true,
     .is_repeatable = true,
     .help = "a resource of this workload"},
    ADMIN_OPTIONS,
    {0},
};
static const struct option_row admin_options[] = {ADMIN_OPTIONS, {0}};

const struct command command_workload_bind = {
    .noun = "workload",
    .verb = "bind",
    .options = bind_options,
    .operands = "",
    .summary = "say which resources a workload may have",
    .help =
        "A resource is released only to a guest whose every part is affirming, whose initdata is this document, and\n"
        "only if it is on this list. Binding the same document again replaces its list.",
    .example = "casemate workload bind --tee tpm --initdata initdata.toml --allow default/demo/secret \\\n"
               "    --admin broker/admin/admin.toml",
    .run = bind,
};
const struct command command_workload_list = {
    .noun = "workload",
    .verb = "list",
    .options = admin_options,
    .operands = "",
    .summary = "the bound workloads",
    .help = "Prints the initdata claims, versions and times.",
    .example = "casemate workload list --admin broker/admin/admin.toml",
    .run = list,
};
const struct command command_workload_unbind = {
    .noun = "workload",
    .verb = "unbind",
    .options = admin_options,
    .operands = "CLAIM",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "release nothing to a workload any more",
    .help = "CLAIM is a name that `casemate workload list` prints.",
    .example = "casemate workload unbind 0123...cdef --admin broker/admin/admin.toml",
    .run = unbind,
};
