#include "owner/admin/admin_command.h"

#include "jose/jwk.h"
#include "owner/admin/admin_client.h"
#include "sys/file.h"

/* "GET,PUT /casemate/v0/record/workload/": methods, a space, a path; one that ends with a slash is a folder. */
static struct err put_rule(struct invocation *in, const char *rule, struct buf *out)
{
    const char *space = strchr(rule, ' ');
    if (space == NULL || space == rule || space[1] != '/')
        return command_misuse(in, "--allow is METHODS, a space, and a path, like \"GET,PUT /kbs/v0/resource/\"");
    buf_text(out, "{\"methods\":[");
    for (const char *p = rule; p < space;) {
        size_t n = strcspn(p, ", ");
        json_quote(bytes_of(p, n), out);
        p += n;
        p += *p == ',';
        buf_text(out, p < space ? "," : "");
    }
    buf_text(out, "],\"prefix\":");
    json_quote(bytes_of_text(space + 1), out);
    buf_text(out, "}");
    return OK;
}

static struct err put_record(struct invocation *in, const struct json *jwk, struct buf *out)
{
    const char *rules[COMMAND_VALUES_MAX];
    struct bytes unused;
    const char *role = command_text(in, "role", "");
    size_t count = command_texts(in, "allow", rules);
    bool is_all = strcmp(role, "admin") == 0;
    if (is_all && count != 0)
        return command_misuse(in, "role admin may do everything: --allow is for another role");
    if (!is_all && count == 0)
        return command_misuse(in, "a role other than admin may do what --allow lists, and nothing is listed");
    buf_text(out, "{\"role\":");
    json_quote(bytes_of_text(role), out);
    buf_text(out, ",\"jwk\":");
    json_encode(jwk, out);
    buf_text(out, ",\"allow\":[");
    for (size_t i = 0; i < count; i++) {
        buf_text(out, i == 0 ? "" : ",");
        TRY(put_rule(in, rules[i], out));
    }
    buf_text(out, "]}");
    return buf_end(out, &unused);
}

static struct err read_key(struct invocation *in, struct arena *a, const struct json **jwk, char **kid)
{
    const char *file = command_text(in, "public-key", "");
    SCOPED(buf) struct buf text;
    SCOPED_KEY struct key *key = NULL;
    struct bytes thumbprint;
    buf_init(&text, 64 * KIB);
    struct err e = file_read(file, &text);
    if (!failed(e))
        e = json_decode(a, buf_view(&text), NULL, NULL, jwk);
    if (!failed(e))
        e = jwk_decode(*jwk, &key, NULL);
    if (!failed(e))
        e = jwk_thumbprint(a, key, &thumbprint);
    if (failed(e)) {
        command_explain(in, "%s: not a public key as JWK, as `casemate keygen` writes it", file);
        return e;
    }
    return arena_text(a, thumbprint, kid);
}

static struct err add(struct invocation *in)
{
    struct admin_client c;
    struct admin_reply reply;
    struct bytes path = BYTES_EMPTY;
    const struct json *jwk = NULL;
    char *kid = NULL;
    SCOPED(buf) struct buf record;
    buf_init(&record, 64 * KIB);
    TRY(admin_open(in, &c));
    struct err e = read_key(in, &c.arena, &jwk, &kid);
    if (!failed(e))
        e = put_record(in, jwk, &record);
    if (!failed(e))
        e = admin_path(&c, "/casemate/v0/record/admin/", kid, &path);
    if (!failed(e))
        e = admin_ask(&c, "PUT", path, "application/json", buf_view(&record), &reply);
    if (!failed(e))
        fprintf(in->out, in->is_json ? "{\"admin\":\"%s\"}\n" : "administrator %s is enrolled\n", kid);
    admin_close(&c);
    return e;
}

static struct err list(struct invocation *in)
{
    return admin_list(in, "admin");
}

static struct err delete (struct invocation *in)
{
    return admin_delete(in, "admin", in->operands[0]);
}

static const struct option_row add_options[] = {
    {.name = "public-key", .value = "FILE", .is_required = true, .help = "public key as JWK, from `casemate keygen`"},
    {.name = "role",
     .value = "NAME",
     .is_required = true,
     .help = "admin may do everything; another what --allow lists"},
    {.name = "allow",
     .value = "RULE",
     .is_repeatable = true,
     .help = "methods, a space, a path: \"GET,PUT /casemate/v0/record/workload/\"; a slash at its end is a folder"},
    ADMIN_OPTIONS,
    {0},
};
static const struct option_row admin_options[] = {ADMIN_OPTIONS, {0}};

const struct command command_admin_add = {
    .noun = "admin",
    .verb = "add",
    .options = add_options,
    .operands = "",
    .summary = "enrol an administrator's key with a broker",
    .help = "The key signs each of its requests. Enrolling a key again replaces its role.",
    .example = "casemate keygen --out second.key && casemate admin add --public-key second.key.jwk --role admin \\\n"
               "    --admin broker/admin/admin.toml",
    .run = add,
};
const struct command command_admin_list = {
    .noun = "admin",
    .verb = "list",
    .options = admin_options,
    .operands = "",
    .summary = "the enrolled administrators",
    .help = "Prints key ids, versions and times.",
    .example = "casemate admin list --admin broker/admin/admin.toml",
    .run = list,
};
const struct command command_admin_delete = {
    .noun = "admin",
    .verb = "delete",
    .options = admin_options,
    .operands = "KEY-ID",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "take an administrator's key out",
    .help = "Its requests are refused from then on. Where no key is left, the next start of the broker enrols\n"
            "admin.first_key of its configuration again. An id may begin with -, so write -- in front of it.",
    .example = "casemate admin delete --admin broker/admin/admin.toml -- KEY-ID",
    .run = delete,
};
