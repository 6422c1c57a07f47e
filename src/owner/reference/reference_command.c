#include "owner/reference/reference_command.h"

#include "codec/base64.h"
#include "owner/admin/admin_client.h"
#include "sys/file.h"

/* {"version","type":"sample","payload"}: upstream's message, so that one change registers all values or none. */
static struct err encode_message(struct bytes values, struct buf *out)
{
    buf_text(out, "{\"version\":\"0.1.0\",\"type\":\"sample\",\"payload\":\"");
    base64_encode(BASE64_PADDED, values, out);
    buf_text(out, "\"}");
    return OK;
}

static struct err read_values(struct invocation *in, struct arena *a, struct buf *text, const struct json **values)
{
    const char *file = command_text(in, "file", "-");
    struct json_fault fault = {0};
    struct err e = file_read(file, text);
    if (failed(e)) {
        command_explain(in, "%s: cannot be read", file);
        return e;
    }
    e = json_decode(a, buf_view(text), NULL, &fault, values);
    if (failed(e) || !json_is(*values, JSON_OBJECT)) {
        command_explain(in, "%s: not a JSON object of names and values (byte %zu)", file, fault.offset);
        return failed(e) ? e : FAIL(ERR_FORMAT, "reference values are an object");
    }
    return OK;
}

static struct err set(struct invocation *in)
{
    struct admin_client c;
    struct admin_reply reply = {0};
    const struct json *values;
    SCOPED(buf) struct buf text, message;
    struct bytes body;
    buf_init(&text, 1 * MIB);
    buf_init(&message, 2 * MIB);
    TRY(admin_open(in, &c));
    struct err e = read_values(in, &c.arena, &text, &values);
    if (!failed(e))
        e = encode_message(buf_view(&text), &message);
    if (!failed(e))
        e = buf_end(&message, &body);
    if (!failed(e))
        e = admin_ask(&c, "POST", BYTES_LIT("/kbs/v0/reference-value"), "application/json", body, &reply);
    if (!failed(e) && in->is_json)
        fprintf(in->out, "{\"registered\":%zu}\n", values->count);
    else if (!failed(e))
        fprintf(in->out, "%zu reference values are registered\n", values->count);
    admin_close(&c);
    return e;
}

static struct err get(struct invocation *in)
{
    struct admin_client c;
    struct admin_reply reply = {0};
    const struct json *value;
    struct bytes path;
    TRY(admin_open(in, &c));
    struct err e = admin_path(&c, "/casemate/v0/record/reference/", in->operands[0], &path);
    if (!failed(e))
        e = admin_ask(&c, "GET", path, NULL, BYTES_EMPTY, &reply);
    if (!failed(e))
        e = json_decode(&c.arena, reply.body, NULL, NULL, &value);
    if (!failed(e))
        e = command_print_json(in, value);
    admin_close(&c);
    return e;
}

static struct err list(struct invocation *in)
{
    return admin_list(in, "reference");
}

static struct err delete (struct invocation *in)
{
    return admin_delete(in, "reference", in->operands[0]);
}

static const struct option_row set_options[] = {
    {.name = "file", .value = "FILE", .help = "JSON object name -> value; - is standard input (the default)"},
    ADMIN_OPTIONS,
    {0},
};
static const struct option_row admin_options[] = {ADMIN_OPTIONS, {0}};

const struct command command_reference_set = {
    .noun = "reference",
    .verb = "set",
    .options = set_options,
    .operands = "",
    .summary = "register reference values",
    .help = "Registers all values of the object, or none. What `casemate reference measure` prints is such an object.",
    .example = "casemate reference measure --image guest.efi | casemate reference set --admin broker/admin/admin.toml",
    .run = set,
};
const struct command command_reference_get = {
    .noun = "reference",
    .verb = "get",
    .options = admin_options,
    .operands = "NAME",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "print one reference value",
    .help = "Prints the registered JSON value.",
    .example = "casemate reference get tpm_pcr11 --admin broker/admin/admin.toml",
    .run = get,
};
const struct command command_reference_list = {
    .noun = "reference",
    .verb = "list",
    .options = admin_options,
    .operands = "",
    .summary = "the names of the registered reference values",
    .help = "Prints names, versions and times.",
    .example = "casemate reference list --admin broker/admin/admin.toml",
    .run = list,
};
const struct command command_reference_delete = {
    .noun = "reference",
    .verb = "delete",
    .options = admin_options,
    .operands = "NAME",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "unregister a reference value",
    .help = "A measured part without a reference value is contraindicated.",
    .example = "casemate reference delete tpm_pcr11 --admin broker/admin/admin.toml",
    .run = delete,
};
