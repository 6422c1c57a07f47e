#include "trust/rules.h"

#include "base/limits.h"
#include "casemate/rego.h"

#define STEPS_MAX   (100UL * 1000 * 1000)
#define MEMORY_MAX  (256UL * MIB)
#define MODULES_MAX 256

static size_t list_modules(struct rego_module *out)
{
    size_t count = 0;
    out[count++] = (struct rego_module){"threats/lib.rego", catalogue_lib, strlen(catalogue_lib), false};
    out[count++] = (struct rego_module){"threats/outside.rego", catalogue_outside, strlen(catalogue_outside), false};
    for (const struct threat *t = threats; t->id != NULL && count < MODULES_MAX; t++)
        out[count++] = (struct rego_module){t->file, t->rule, strlen(t->rule), false};
    return count;
}

static struct err broken(struct model *m, enum rego_status status, const struct rego_error *error)
{
    if (status == REGO_ERR_MEMORY)
        return FAIL(ERR_NOMEM, "no memory for the rules");
    TRY(tree_format(m->arena, &m->fault, "%s:%u: %s", error->file, error->row, error->message));
    if (status == REGO_ERR_LIMIT)
        return FAIL(ERR_LIMIT, "the rules passed a limit");
    return FAIL(ERR_BUG, "a rule of the catalogue fails");
}

static struct err evaluate(struct model *m, const struct rego_policy *policy, struct bytes input,
                           const struct json **out)
{
    struct rego_result *result = NULL;
    struct rego_error error = {0};
    struct rego_call call = {.query = "data.threats",
                             .input = (const char *)input.p,
                             .input_length = input.n,
                             .limits = {.steps = STEPS_MAX, .memory = MEMORY_MAX},
                             .now_ns = m->now_sec * 1000000000};
    enum rego_status status = rego_eval(policy, &call, &result, &error);
    if (status != REGO_OK)
        return broken(m, status, &error);
    struct rego_text text = rego_result_json(result);
    struct err e = json_decode(m->arena, bytes_of(text.p, text.n), NULL, NULL, out);
    rego_result_free(result);
    return e;
}

struct err rules_open(struct model *m, struct rego_policy **out)
{
    struct rego_module modules[MODULES_MAX];
    struct rego_error error = {0};
    struct rego_policy *policy = NULL;
    enum rego_status status = rego_policy_new(modules, list_modules(modules), catalogue_rules_json,
                                              strlen(catalogue_rules_json), NULL, 0, &policy, &error);
    if (status != REGO_OK)
        return broken(m, status, &error);
    *out = policy;
    return OK;
}

void rules_close(struct rego_policy *rules)
{
    rego_policy_free(rules);
}

struct err rules_ask(struct model *m, const struct rego_policy *rules, const struct json *facts,
                     const struct json **out)
{
    struct bytes input;
    TRY(tree_encode(m->arena, facts, &input));
    return evaluate(m, rules, input, out);
}

struct err rules_run(struct model *m, const struct json *facts, const struct json **out)
{
    struct rego_policy *rules = NULL;
    TRY(rules_open(m, &rules));
    struct err e = rules_ask(m, rules, facts, out);
    rules_close(rules);
    return e;
}
