#include "owner/policy/policy_command.h"

#include "owner/admin/admin_client.h"
#include "sys/file.h"
#include "verifier/builtin_policy.h"

#define POLICY_MAX (1 * MIB)

static struct err read_policy(struct invocation *in, const char *path, struct buf *out)
{
    struct err e = file_read(path, out);
    if (failed(e))
        command_explain(in, "%s: %s", path, e.code == ERR_LIMIT ? "larger than 1 MiB" : "cannot be read");
    return e;
}

/* With --accept the body is JSON: the policy, the threats, the reason; else the policy's text. */
static struct err put_body(struct invocation *in, struct bytes text, struct buf *out)
{
    const char *threats[COMMAND_VALUES_MAX];
    struct bytes unused;
    size_t count = command_texts(in, "accept", threats);
    const char *reason = command_text(in, "reason", NULL);
    if ((count == 0) != (reason == NULL) || (reason != NULL && reason[0] == '\0'))
        return command_misuse(in, "--accept and --reason belong together");
    if (count == 0) {
        buf_add(out, text);
        return buf_end(out, &unused);
    }
    buf_text(out, "{\"policy\":");
    json_quote(text, out);
    buf_text(out, ",\"accept\":[");
    for (size_t i = 0; i < count; i++) {
        buf_text(out, i == 0 ? "" : ",");
        json_quote(bytes_of_text(threats[i]), out);
    }
    buf_text(out, "],\"reason\":");
    json_quote(bytes_of_text(reason), out);
    buf_text(out, "}");
    return buf_end(out, &unused);
}

static struct err send(struct admin_client *c, struct bytes text)
{
    struct bytes path;
    struct admin_reply reply;
    const char *prefix = command_flag(c->in, "revoke-tokens") ? "/casemate/v0/revoke-tokens/record/policy/"
                                                              : "/casemate/v0/record/policy/";
    const char *type = command_text(c->in, "reason", NULL) != NULL ? "application/json" : "text/plain";
    TRY(admin_path(c, prefix, c->in->operands[0], &path));
    return admin_ask(c, "PUT", path, type, text, &reply);
}

static struct err set(struct invocation *in)
{
    struct admin_client c;
    SCOPED(buf) struct buf text;
    SCOPED(buf) struct buf body;
    buf_init(&text, POLICY_MAX);
    buf_init(&body, 3 * POLICY_MAX);
    TRY(read_policy(in, in->operands[1], &text));
    TRY(put_body(in, buf_view(&text), &body));
    TRY(admin_open(in, &c));
    struct err e = send(&c, buf_view(&body));
    admin_close(&c);
    if (!failed(e) && in->is_json) /* a name that the broker took has no character that JSON escapes */
        fprintf(in->out, "{\"policy\":\"%s\"}\n", in->operands[0]);
    else if (!failed(e))
        fprintf(in->out, "%s is in force%s\n", in->operands[0],
                command_flag(in, "revoke-tokens") ? "; all older tokens are refused" : "");
    return e;
}

static struct err fetch(struct admin_client *c, const struct json **out)
{
    struct bytes path;
    struct admin_reply reply;
    TRY(admin_path(c, "/casemate/v0/record/policy/", c->in->operands[0], &path));
    TRY(admin_ask(c, "GET", path, NULL, BYTES_EMPTY, &reply));
    TRY(json_decode(&c->arena, reply.body, NULL, NULL, out));
    return json_is(*out, JSON_STRING) ? OK : FAIL(ERR_PEER, "a policy that is no text");
}

/* The policy as it is, or as a JSON string. */
static struct err print_policy(struct invocation *in, struct bytes text)
{
    const struct json string = {.type = JSON_STRING, .text = text};
    if (in->is_json)
        return command_print_json(in, &string);
    fwrite(text.p, 1, text.n, in->out);
    return OK;
}

static struct err get(struct invocation *in)
{
    struct admin_client c;
    const struct json *text;
    TRY(admin_open(in, &c));
    struct err e = fetch(&c, &text);
    if (!failed(e))
        e = print_policy(in, text->text);
    admin_close(&c);
    return e;
}

static struct err show(struct invocation *in)
{
    struct bytes text = builtin_policy(bytes_of_text(in->operands[0]));
    if (text.n == 0) {
        command_explain(in, "%s: no such policy is built in; %s and %s are", in->operands[0], POLICY_RELEASE,
                        POLICY_DEFAULT_CPU);
        return FAIL(ERR_ABSENT, "no such policy");
    }
    return print_policy(in, text);
}

static struct err list(struct invocation *in)
{
    return admin_list(in, "policy");
}

static struct err delete (struct invocation *in)
{
    return admin_delete(in, "policy", in->operands[0]);
}

static const struct option_row set_options[] = {
    {.name = "accept",
     .value = "THREAT",
     .is_repeatable = true,
     .help = "set it although it opens this threat of critical severity; it stands in the audit log"},
    {.name = "reason", .value = "TEXT", .help = "why that is accepted; with --accept"},
    {.name = "revoke-tokens", .help = "refuse every token that was issued before, in the same change"},
    ADMIN_OPTIONS,
    {0},
};
static const struct option_row admin_options[] = {ADMIN_OPTIONS, {0}};

const struct command command_policy_set = {
    .noun = "policy",
    .verb = "set",
    .options = set_options,
    .operands = "NAME FILE",
    .operand_min = 2,
    .operand_max = 2,
    .summary = "put a policy in Rego in force",
    .help = "NAME is resource-policy (who gets which resource) or attestation-policy/default_CLASS (which evidence is\n"
            "good, for a class of TEEs: cpu, gpu, ...). The broker compiles it first and refuses one that does not\n"
            "compile or does not define what it must: allow, or trust_claims. Then it assesses what would\n"
            "be in force, as casemate assess does, and puts tokens to the policy that must not open its resources:\n"
            "a policy that opens a threat of critical severity is refused, and the answer names the threat. Each\n"
            "setting is a new version.",
    .example = "casemate policy set resource-policy release.rego --admin broker/admin/admin.toml",
    .run = set,
};
const struct command command_policy_get = {
    .noun = "policy",
    .verb = "get",
    .options = admin_options,
    .operands = "NAME",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "print a policy that was set",
    .help = "Prints the text. Where none was set the built-in one is in force: see `casemate policy show`.",
    .example = "casemate policy get resource-policy --admin broker/admin/admin.toml",
    .run = get,
};
const struct command command_policy_show = {
    .noun = "policy",
    .verb = "show",
    .options = NULL,
    .operands = "NAME",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "print a policy that is built in",
    .help = "A built-in policy is in force wherever a broker's administrator set none. No broker is asked.",
    .example = "casemate policy show resource-policy",
    .run = show,
};
const struct command command_policy_list = {
    .noun = "policy",
    .verb = "list",
    .options = admin_options,
    .operands = "",
    .summary = "the policies that were set",
    .help = "Prints names, versions and times.",
    .example = "casemate policy list --admin broker/admin/admin.toml",
    .run = list,
};
const struct command command_policy_delete = {
    .noun = "policy",
    .verb = "delete",
    .options = admin_options,
    .operands = "NAME",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "go back to the built-in policy",
    .help = "The built-in ones are resource-policy and attestation-policy/default_cpu.",
    .example = "casemate policy delete resource-policy --admin broker/admin/admin.toml",
    .run = delete,
};
