#include "trust/probe.h"

#include "base/limits.h"
#include "codec/hex.h"
#include "trust/words.h"

static struct err grow(struct probe_table *t)
{
    struct bytes *ids;
    struct probe_outcome *outcomes;
    if (t->count < t->cap)
        return OK;
    size_t cap = t->cap == 0 ? 64 : t->cap * 2;
    TRY(arena_array(t->arena, cap, &ids));
    TRY(arena_array(t->arena, cap, &outcomes));
    for (size_t i = 0; i < t->count; i++) {
        ids[i] = t->ids[i];
        outcomes[i] = t->outcomes[i];
    }
    t->ids = ids;
    t->outcomes = outcomes;
    t->cap = cap;
    return OK;
}

struct err probe_record(struct probe_table *t, struct bytes id, struct probe_outcome outcome)
{
    for (size_t i = 0; i < t->count; i++) {
        struct probe_outcome *have = &t->outcomes[i];
        if (!bytes_equal(t->ids[i], id))
            continue;
        bool is_worse = outcome.result > have->result ||
                        (outcome.result == have->result && have->is_calibrated && !outcome.is_calibrated);
        if (is_worse)
            *have = outcome;
        return OK;
    }
    TRY(grow(t));
    t->ids[t->count] = id;
    t->outcomes[t->count++] = outcome;
    return OK;
}

struct err probe_digest(struct arena *a, const struct json *input, struct bytes *out)
{
    SCOPED(buf) struct buf text = {0};
    struct digest d;
    struct bytes view;
    buf_init(&text, JSON_TEXT_MAX);
    json_encode(input, &text);
    TRY(buf_end(&text, &view));
    TRY(hash_of(HASH_SHA256, view, &d));
    return hex_encode_arena(a, digest_view(&d), out);
}

static const char *const result_names[] = {"skipped", "refused", "error", "allowed"};

static struct err outcome_facts(struct arena *a, const struct probe_outcome *o, const struct json **out)
{
    struct json_object f;
    json_object_init(&f, a);
    json_object_text(&f, "result", result_names[o->result]);
    json_object_bool(&f, "calibrated", o->is_calibrated);
    json_object_string(&f, "subject", o->subject);
    json_object_string(&f, "why", o->note != NULL ? bytes_of_text(o->note) : o->why);
    json_object_int(&f, "line", (int64_t)o->line);
    json_object_bool(&f, "open", o->is_open);
    return json_object_end(&f, out);
}

static struct err report_row(struct model *m, struct bytes id, struct bytes target, const struct probe_outcome *o)
{
    struct json_object f;
    const struct json *v;
    json_object_init(&f, m->arena);
    json_object_string(&f, "id", id);
    json_object_string(&f, "target", target);
    json_object_text(&f, "baseline", o->is_calibrated ? "accepted" : "none");
    json_object_string(&f, "input_sha256", o->input);
    json_object_text(&f, "result", result_names[o->result]);
    json_object_text(&f, "wanted", "refused");
    TRY(json_object_end(&f, &v));
    tree_list_add(&m->probes, v);
    return m->probes.bad;
}

struct err probe_facts(struct model *m, const struct probe_table *t, struct bytes target, const struct json **out)
{
    struct tree_map map;
    tree_map_init(&map, m->arena);
    for (size_t i = 0; i < t->count; i++) {
        const struct json *v;
        TRY(outcome_facts(m->arena, &t->outcomes[i], &v));
        tree_map_add(&map, t->ids[i], v);
        if (t->outcomes[i].result != PROBE_SKIPPED)
            TRY(report_row(m, t->ids[i], target, &t->outcomes[i]));
    }
    return tree_map_end(&map, out);
}

static bool line_says(struct bytes line, const char *rule, bool is_default)
{
    struct bytes word = BYTES_LIT("default ");
    size_t n = strlen(rule);
    if (is_default) {
        if (!bytes_starts(line, word))
            return false;
        line = bytes_of(line.p + word.n, line.n - word.n);
    }
    if (!words_begin(line, rule))
        return false;
    return line.n == n || line.p[n] == ' ' || line.p[n] == ':' || line.p[n] == '=' || line.p[n] == '{';
}

size_t probe_rule_line(const struct tested_policy *p, const char *rule, bool is_default)
{
    size_t from = 0, line = 1;
    for (size_t i = 0; i <= p->text.n; i++) {
        if (i < p->text.n && p->text.p[i] != '\n')
            continue;
        if (line_says(bytes_of(p->text.p + from, i - from), rule, is_default))
            return line + p->line_before;
        from = i + 1;
        line++;
    }
    return 0;
}
