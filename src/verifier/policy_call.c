#include "verifier/policy_call.h"

#include <stdio.h>

#include "base/limits.h"

static void describe(const struct policy_text *p, const struct rego_error *e, struct policy_fault *fault)
{
    (void)snprintf(fault->message, sizeof(fault->message), "%s:%u:%u: %s: %s%s%s", p->name, e->row, e->column, e->code,
                   e->message, e->hint[0] != '\0' ? "; " : "", e->hint);
}

struct err policy_compile(const struct policy_text *p, struct bytes data, const struct rego_extension *extensions,
                          size_t extension_count, struct rego_policy **out, struct policy_fault *fault)
{
    struct rego_error error;
    struct rego_policy *made = NULL;
    struct rego_module module = {.name = p->name, .text = (const char *)p->text.p, .length = p->text.n};
    const char *data_text = data.n == 0 ? NULL : (const char *)data.p;
    enum rego_status status =
        rego_policy_new(&module, 1, data_text, data.n, extensions, extension_count, &made, &error);
    *fault = (struct policy_fault){0};
    if (status == REGO_ERR_MEMORY)
        return FAIL(ERR_NOMEM, "no memory for a policy");
    if (status != REGO_OK) {
        describe(p, &error, fault);
        return REFUSE(ERR_FORMAT, REASON_POLICY_INVALID, "the policy does not compile");
    }
    if (!rego_policy_defines(made, p->rule)) {
        rego_policy_free(made);
        (void)snprintf(fault->message, sizeof(fault->message), "%s: it does not define %s", p->name, p->rule);
        return REFUSE(ERR_FORMAT, REASON_POLICY_INVALID, "the policy does not define what it must");
    }
    *out = made;
    return OK;
}

static struct err read_result(struct arena *a, const struct rego_result *result, const struct json **out)
{
    struct rego_text text = rego_result_json(result);
    return json_decode(a, bytes_of(text.p, text.n), NULL, NULL, out);
}

struct err policy_ask(struct arena *a, const struct rego_policy *policy, struct rego_call call, const struct json **out)
{
    struct rego_result *result = NULL;
    struct rego_error error;
    call.limits = POLICY_LIMITS;
    *out = NULL;
    enum rego_status status = rego_eval(policy, &call, &result, &error);
    if (status == REGO_UNDEFINED)
        return OK;
    if (status == REGO_ERR_LIMIT)
        return REFUSE(ERR_LIMIT, REASON_POLICY_LIMIT, "the policy passed a limit");
    if (status == REGO_ERR_MEMORY)
        return FAIL(ERR_NOMEM, "no memory for a policy's evaluation");
    if (status != REGO_OK)
        return REFUSE(ERR_FORMAT, REASON_POLICY_INVALID, "the policy's evaluation failed");
    struct err e = read_result(a, result, out);
    rego_result_free(result);
    return e;
}
