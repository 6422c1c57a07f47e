/*
 * What the tests of the policy engine share: compile one text, ask one query in both modes, compare the JSON.
 */
#pragma once

#include "../check.h"
#include "casemate/rego.h"

struct asked {
    enum rego_status status;
    struct rego_error error;
    char json[4096];
};

static inline enum rego_status ask_function(void *context, const struct rego_text *args, size_t count,
                                            struct rego_reply *reply)
{
    (void)context;
    if (count != 1)
        return REGO_ERR_EVAL;
    if (args[0].n == 9 && memcmp(args[0].p, "\"missing\"", 9) == 0)
        return REGO_UNDEFINED;
    if (args[0].n == 8 && memcmp(args[0].p, "\"broken\"", 8) == 0)
        return REGO_ERR_EVAL;
    rego_reply_json(reply, "[\"aa\",\"bb\"]", 11);
    return REGO_OK;
}

static inline void ask_mode(struct asked *a, const struct rego_policy *policy, struct rego_call call,
                            enum rego_mode mode)
{
    struct rego_result *result = NULL;
    call.mode = mode;
    a->status = rego_eval(policy, &call, &result, &a->error);
    if (a->status == REGO_OK) {
        struct rego_text t = rego_result_json(result);
        assert_true(t.n < sizeof(a->json));
        memcpy(a->json, t.p, t.n);
        a->json[t.n] = '\0';
    }
    rego_result_free(result);
}

/* Both modes are asked, and must say the same; a limit may be met at another place. */
static inline void ask_with(struct asked *a, const char *text, const char *query, const char *input,
                            struct rego_limits limits)
{
    static const struct rego_extension extensions[] = {{"query_reference_value", 1, ask_function}};
    static const char data[] = "{\"base\":{\"n\":7,\"list\":[1,2,3]}}";
    static struct asked plain;
    struct rego_module module = {"policy.rego", text, strlen(text), false};
    struct rego_policy *policy = NULL;
    *a = plain = (struct asked){.status = REGO_UNSET};
    a->status = rego_policy_new(&module, 1, data, sizeof(data) - 1, extensions, 1, &policy, &a->error);
    if (a->status != REGO_OK)
        return;
    struct rego_call call = {.query = query, .input = input, .limits = limits, .seed = 1};
    call.input_length = input == NULL ? 0 : strlen(input);
    ask_mode(a, policy, call, REGO_COMPILED);
    ask_mode(&plain, policy, call, REGO_REFERENCE);
    rego_policy_free(policy);
    bool same = a->status == plain.status && strcmp(a->json, plain.json) == 0;
    if (same && a->status == REGO_ERR_EVAL)
        same = a->error.row == plain.error.row && strcmp(a->error.message, plain.error.message) == 0;
    if (!same)
        fail_msg("the modes differ: compiled %d %s %s, reference %d %s %s", a->status, a->json, a->error.message,
                 plain.status, plain.json, plain.error.message);
}

static inline void ask(struct asked *a, const char *text, const char *query, const char *input)
{
    ask_with(a, text, query, input, (struct rego_limits){0});
}
