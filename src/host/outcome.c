#include "host/outcome.h"

#include <errno.h>

#include "base/limits.h"

#define TEXT_MAX   256
#define STEPS_MAX  64
#define OUTPUT_MAX (64 * KIB)

static const char *const kinds[] = {[OUTCOME_FAILED] = "failed", [OUTCOME_REFUSED] = "refused", [OUTCOME_OK] = "ok"};

/* Texts of the guest reach the user's terminal: only plain characters pass. */
static bool is_plain(struct bytes text)
{
    if (text.n > TEXT_MAX)
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 0x20 || text.p[i] > 0x7e)
            return false;
    return true;
}

static struct err take_text(const struct json *v, const char *name, bool is_required, struct bytes *out)
{
    struct bytes text = BYTES_EMPTY;
    if (is_required || json_at(v, name) != NULL)
        TRY(json_need_string(v, name, &text));
    if (!is_plain(text))
        return FAIL(ERR_FORMAT, "a text of the guest is long or not plain");
    *out = text;
    return OK;
}

static struct err take_kind(const struct json *v, enum outcome_kind *out)
{
    struct bytes text;
    TRY(json_need_string(v, "result", &text));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (bytes_is(text, kinds[i])) {
            *out = (enum outcome_kind)i;
            return OK;
        }
    }
    return FAIL(ERR_FORMAT, "the guest gives an unknown result");
}

static struct err take_step(struct arena *a, const struct json *v, const struct json **out)
{
    struct json_object o;
    struct bytes name;
    int64_t ms;
    TRY(take_text(v, "name", true, &name));
    TRY(json_need_int(v, "ms", 0, INT32_MAX, &ms));
    json_object_init(&o, a);
    json_object_string(&o, "name", name);
    json_object_int(&o, "ms", ms);
    return json_object_end(&o, out);
}

static struct err take_steps(struct arena *a, const struct json *v, const struct json **out)
{
    const struct json *list;
    const struct json *steps[STEPS_MAX];
    if (json_at(v, "steps") == NULL)
        return OK;
    TRY(json_need_array(v, "steps", &list));
    if (list->count > STEPS_MAX)
        return FAIL(ERR_LIMIT, "too many steps");
    for (size_t i = 0; i < list->count; i++)
        TRY(take_step(a, list->items[i], &steps[i]));
    return json_new_array(a, steps, list->count, out);
}

struct err outcome_decode(struct arena *a, struct bytes text, struct outcome *out)
{
    static const struct json_bounds bounds = {.text_max = 16 * KIB, .depth_max = 8};
    const struct json *v;
    struct outcome o = {0};
    TRY(json_decode(a, text, &bounds, NULL, &v));
    TRY(take_kind(v, &o.kind));
    TRY(take_text(v, "by", true, &o.by));
    TRY(take_text(v, "reason", false, &o.reason));
    TRY(take_text(v, "session", false, &o.session));
    TRY(take_text(v, "resource", false, &o.resource));
    TRY(take_text(v, "sha256", false, &o.sha256));
    TRY(take_steps(a, v, &o.steps));
    *out = o;
    return OK;
}

struct outcome outcome_of_error(struct err e, const char *by)
{
    bool is_refusal = e.code == ERR_DENIED || e.code == ERR_UNVERIFIED || e.code == ERR_STALE;
    const char *reason = e.reason != REASON_NONE ? reason_code(e.reason) : "";
    return (struct outcome){.kind = is_refusal ? OUTCOME_REFUSED : OUTCOME_FAILED,
                            .by = bytes_of_text(by),
                            .reason = bytes_of_text(reason)};
}

static void add_texts(const struct outcome *o, struct json_object *object)
{
    const struct {
        const char *name;
        struct bytes text;
    } rows[] = {{"by", o->by},
                {"reason", o->reason},
                {"session", o->session},
                {"resource", o->resource},
                {"sha256", o->sha256}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        json_object_string(object, rows[i].name, bytes_of(rows[i].text.p, rows[i].text.n));
}

struct err outcome_print(const struct outcome *o, FILE *to)
{
    struct arena a;
    struct json_object object;
    const struct json *v;
    SCOPED(buf) struct buf line;
    arena_init(&a, OUTPUT_MAX);
    buf_init(&line, OUTPUT_MAX);
    json_object_init(&object, &a);
    json_object_text(&object, "result", kinds[o->kind]);
    add_texts(o, &object);
    if (o->steps != NULL)
        json_object_add(&object, "steps", o->steps);
    if (o->attack != NULL)
        json_object_text(&object, "attack", o->attack);
    if (o->threat != NULL)
        json_object_text(&object, "threat", o->threat);
    struct err e = json_object_end(&object, &v);
    if (!failed(e)) {
        json_encode(v, &line);
        buf_text(&line, "\n");
        struct bytes view;
        e = buf_end(&line, &view);
        if (!failed(e) && (fwrite(view.p, 1, view.n, to) != view.n || fflush(to) != 0))
            e = FAIL_SYS(errno, "the result cannot be written");
    }
    arena_clear(&a);
    return e;
}

int outcome_status(const struct outcome *o)
{
    if (o->timed_out)
        return EXIT_TIMEOUT;
    switch (o->kind) {
    case OUTCOME_OK:
        return 0;
    case OUTCOME_REFUSED:
        return 1;
    case OUTCOME_FAILED:
        return 3;
    }
    return 3;
}
