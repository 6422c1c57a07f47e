/*
 * Both modes say the same of all that a policy defines, and so does a session that has answered before.
 */
#include "rego/value.h"

#include "rego_policy.h"

struct answer {
    enum rego_status status;
    struct rego_error error;
    struct buf json;
};

static void take(struct answer *a, enum rego_status status, struct rego_text text)
{
    struct bytes whole;
    a->status = status;
    FUZZ_CHECK(status != REGO_UNSET);
    if (status != REGO_OK)
        return;
    buf_add(&a->json, bytes_of(text.p, text.n));
    FUZZ_CHECK(!failed(buf_end(&a->json, &whole)));
}

static void check_json(const struct answer *a)
{
    struct arena arena;
    const struct json *v;
    const struct json_bounds bounds = {.depth_max = VALUE_DEPTH_MAX}; /* a package alone may nest 200 deep */
    arena_init(&arena, 64 * MIB);
    FUZZ_CHECK(!failed(json_decode(&arena, buf_view(&a->json), &bounds, NULL, &v)));
    arena_clear(&arena);
}

/* The modes count other steps, and so meet a limit at other places. */
static bool met_limit(const struct answer *a)
{
    return a->status == REGO_ERR_LIMIT || a->status == REGO_ERR_MEMORY;
}

static void compare(const struct answer *x, const struct answer *y)
{
    if (met_limit(x) || met_limit(y))
        return;
    FUZZ_CHECK(x->status == y->status);
    FUZZ_CHECK(bytes_equal(buf_view(&x->json), buf_view(&y->json)));
    if (x->status == REGO_OK || x->status == REGO_UNDEFINED)
        return;
    FUZZ_CHECK(x->error.row == y->error.row && strcmp(x->error.code, y->error.code) == 0);
    FUZZ_CHECK(strcmp(x->error.message, y->error.message) == 0);
}

static void evaluate(const struct rego_policy *policy, struct rego_call call, enum rego_mode mode, struct answer *out)
{
    struct rego_result *result = NULL;
    call.mode = mode;
    enum rego_status status = rego_eval(policy, &call, &result, &out->error);
    FUZZ_CHECK((status == REGO_OK) == (result != NULL));
    take(out, status, status == REGO_OK ? rego_result_json(result) : (struct rego_text){"", 0});
    rego_result_free(result);
}

static void ask_session(struct rego_session *session, const struct rego_call *call, struct answer *out)
{
    struct rego_text text = {"", 0};
    take(out, rego_session_eval(session, call, &text, &out->error), text);
}

static void ask_all(const struct rego_policy *policy, const struct rego_call *call)
{
    struct answer answers[4] = {0};
    struct rego_session *session = NULL;
    for (size_t i = 0; i < 4; i++)
        buf_init(&answers[i].json, 64 * MIB);
    evaluate(policy, *call, REGO_COMPILED, &answers[0]);
    evaluate(policy, *call, REGO_REFERENCE, &answers[1]);
    FUZZ_CHECK(rego_session_new(policy, &session) == REGO_OK);
    ask_session(session, call, &answers[2]);
    ask_session(session, call, &answers[3]);
    rego_session_free(session);
    if (answers[0].status == REGO_OK)
        check_json(&answers[0]);
    for (size_t i = 1; i < 4; i++)
        compare(&answers[0], &answers[i]);
    for (size_t i = 0; i < 4; i++)
        buf_clear(&answers[i].json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_policy p;
    if (!fuzz_load(bytes_of(data, size), &p))
        return 0;
    struct rego_call call = {.query = "data",
                             .input = p.input.n == 0 ? NULL : (const char *)p.input.p,
                             .input_length = p.input.n,
                             .limits = {.steps = 50000, .memory = 8 * MIB},
                             .now_ns = 1700000000000000000};
    for (int strict = 0; strict < 2; strict++) {
        call.strict = strict == 1;
        ask_all(p.policy, &call);
    }
    rego_policy_free(p.policy);
    return 0;
}
