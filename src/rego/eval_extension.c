/*
 * Functions of the caller: JSON out, JSON back. Asked once per evaluation for the same arguments.
 */
#include "base/limits.h"
#include "base/mem.h"
#include "rego/eval.h"
#include "rego/record.h"

struct rego_reply {
    struct buf text;
};

void rego_reply_json(struct rego_reply *reply, const char *json, size_t length)
{
    buf_reset(&reply->text);
    buf_add(&reply->text, bytes_of(json, length));
}

static struct err encode_args(const struct json *const *args, size_t count, struct buf *out, struct rego_text *texts)
{
    size_t starts[16];
    for (size_t i = 0; i < count; i++) {
        starts[i] = out->n;
        json_encode(args[i], out);
        buf_u8(out, 0);
    }
    struct bytes whole;
    TRY(buf_end(out, &whole));
    for (size_t i = 0; i < count; i++) {
        size_t end = i + 1 < count ? starts[i + 1] : whole.n;
        texts[i] = (struct rego_text){(const char *)whole.p + starts[i], end - starts[i] - 1};
    }
    return OK;
}

static struct err settle(struct eval *e, const struct function *fn, enum rego_status status,
                         const struct rego_reply *reply, const struct json **out)
{
    struct bytes text;
    *out = NULL;
    if (status == REGO_UNDEFINED)
        return OK;
    if (status == REGO_ERR_LIMIT)
        return note_fail(e->error, REGO_ERR_LIMIT, "eval_limit_error", e->at, "%.*s reached a limit",
                         NOTE_TEXT(fn->name));
    if (status != REGO_OK)
        return eval_fail(e, "eval_builtin_error", e->at, "%.*s: the function failed", NOTE_TEXT(fn->name));
    TRY(buf_end(&reply->text, &text));
    struct err decoded = json_decode(e->arena, text, NULL, NULL, out);
    if (decoded.code == ERR_NOMEM)
        return decoded;
    if (failed(decoded))
        return eval_fail(e, "eval_builtin_error", e->at, "%.*s: the function's answer is not JSON",
                         NOTE_TEXT(fn->name));
    return OK;
}

static struct err ask(struct eval *e, const struct function *fn, const struct json *const *args, size_t count,
                      const struct json **out)
{
    struct rego_text texts[16];
    SCOPED(buf) struct buf in;
    SCOPED(buf) struct buf answer;
    buf_init(&in, JSON_TEXT_MAX);
    buf_init(&answer, JSON_TEXT_MAX);
    struct rego_reply reply = {.text = answer};
    if (count > 16)
        return FAIL(ERR_LIMIT, "too many arguments");
    TRY(encode_args(args, count, &in, texts));
    enum rego_status status = fn->extension->call(e->call->context, texts, count, &reply);
    answer = reply.text;
    return settle(e, fn, status, &reply, out);
}

static bool answers(const struct answer *a, const struct function *fn, const struct json *args)
{
    return a->function->extension == fn->extension && json_equal(a->args, args);
}

struct err extension_call(struct eval *e, const struct function *fn, const struct json *const *args, size_t count,
                          const struct json **out)
{
    const struct json *list;
    struct answer *answer = e->answers;
    uint64_t others = 0;
    TRY(value_array(e->arena, args, count, &list));
    for (; answer != NULL && !answers(answer, fn, list); answer = answer->next, others++)
        TRY(eval_charge_compare(e, answer->args, list));
    TRY(eval_charge(e, others / 8));
    if (answer != NULL) {
        *out = answer->result;
        return OK;
    }
    TRY(ask(e, fn, args, count, out));
    TRY(arena_new(e->arena, &answer));
    *answer = (struct answer){.next = e->answers, .function = fn, .args = list, .result = *out};
    e->answers = answer;
    if (e->record != NULL)
        record_call(e, fn, list, *out);
    return OK;
}
