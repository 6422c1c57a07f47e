/*
 * A report for people, made of its JSON document. What policies and inputs bring may not steer a terminal.
 */
#include "rego/explain.h"

static struct bytes text_at(const struct json *v, const char *name)
{
    const struct json *member = json_at(v, name);
    return json_is(member, JSON_STRING) ? member->text : BYTES_EMPTY;
}

/* One line: runs of white space become one blank, control characters a question mark. */
static void put_line(struct bytes text, struct buf *out)
{
    bool blank = false;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            blank = true;
            continue;
        }
        if (blank)
            buf_text(out, " ");
        blank = false;
        buf_u8(out, c < 0x20 || c == 0x7F ? '?' : c);
    }
}

static void put_spot(const struct json *v, struct buf *out)
{
    const struct json *row = json_at(v, "row");
    const struct json *column = json_at(v, "column");
    put_line(text_at(v, "file"), out);
    buf_text(out, ":");
    buf_decimal(out, row == NULL ? 0 : row->as_int);
    buf_text(out, ":");
    buf_decimal(out, column == NULL ? 0 : column->as_int);
}

static void put_json(const struct json *v, struct buf *out)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, RECORD_MEMORY);
    if (v == NULL) {
        buf_text(out, "undefined");
        return;
    }
    json_encode(v, &text);
    if (text.bad != 0 && out->bad == 0)
        out->bad = text.bad;
    put_line(buf_view(&text), out);
}

static void put_failure(const struct json *f, const char *indent, struct buf *out)
{
    buf_text(out, indent);
    put_spot(f, out);
    if (text_at(f, "literal").n > 0) {
        buf_text(out, ": ");
        put_line(text_at(f, "literal"), out);
    }
    buf_text(out, "\n");
    buf_text(out, indent);
    buf_text(out, "  ");
    put_line(text_at(f, "message"), out);
    buf_text(out, "\n");
}

static void put_decision(const struct json *d, struct buf *out)
{
    const struct json *failure = json_at(d, "failed");
    struct bytes rule = text_at(d, "rule");
    if (rule.n > 0) {
        buf_text(out, "made by the ");
        put_line(text_at(d, "made_by"), out);
        buf_text(out, " of ");
        put_line(rule, out);
        buf_text(out, " at ");
        put_spot(d, out);
        buf_text(out, "\n");
    }
    if (failure == NULL)
        return;
    buf_text(out, "failed first");
    if (text_at(failure, "rule").n > 0) {
        buf_text(out, ", in ");
        put_line(text_at(failure, "rule"), out);
    }
    buf_text(out, ":\n");
    put_failure(failure, "  ", out);
}

static void put_branch(const struct json *clause, const struct json *branch, struct buf *out)
{
    const struct json *held = json_at(branch, "held");
    const struct json *is_default = json_at(clause, "default");
    const struct json *reached = json_at(branch, "reached");
    buf_text(out, "    ");
    put_spot(branch, out);
    if (held != NULL && held->as_bool) {
        buf_text(out, is_default != NULL && is_default->as_bool ? "  the default is used\n" : "  holds\n");
        return;
    }
    if (reached == NULL) {
        buf_text(out, "  does not hold\n");
        return;
    }
    buf_text(out, "  ");
    buf_decimal(out, reached->as_int);
    buf_text(out, " of ");
    buf_decimal(out, json_at(branch, "literals")->as_int);
    buf_text(out, " held, then:\n");
    if (json_at(branch, "failed") != NULL)
        put_failure(json_at(branch, "failed"), "      ", out);
}

static void put_clause(const struct json *clause, struct buf *out)
{
    const struct json *branches = json_at(clause, "branches");
    if (branches->count == 0) {
        buf_text(out, "    ");
        put_spot(clause, out);
        buf_text(out, "  its arguments do not match\n");
    }
    for (size_t i = 0; i < branches->count; i++)
        put_branch(clause, branches->items[i], out);
}

static void put_rule(const struct json *rule, struct buf *out)
{
    const struct json *args = json_at(rule, "arguments");
    const struct json *clauses = json_at(rule, "clauses");
    buf_text(out, "  ");
    put_line(text_at(rule, "rule"), out);
    if (args != NULL) {
        buf_text(out, " called with ");
        put_json(args, out);
    }
    buf_text(out, " is ");
    put_json(json_at(rule, "result"), out);
    buf_text(out, "\n");
    for (size_t i = 0; i < clauses->count; i++)
        put_clause(clauses->items[i], out);
}

static void put_missing(const struct json *m, struct buf *out)
{
    buf_text(out, "  ");
    put_line(text_at(m, "path"), out);
    buf_text(out, " at ");
    put_spot(m, out);
    if (text_at(m, "similar").n > 0) {
        buf_text(out, "; did you mean ");
        put_line(text_at(m, "similar"), out);
        buf_text(out, "?");
    }
    buf_text(out, "\n");
}

static void put_call(const struct json *c, struct buf *out)
{
    buf_text(out, "  ");
    put_line(text_at(c, "function"), out);
    buf_text(out, " ");
    put_json(json_at(c, "arguments"), out);
    buf_text(out, " = ");
    put_json(json_at(c, "result"), out);
    buf_text(out, " at ");
    put_spot(c, out);
    buf_text(out, "\n");
}

static void put_list(const struct json *list, const char *title, void (*put)(const struct json *v, struct buf *out),
                     struct buf *out)
{
    if (list->count > 0)
        buf_text(out, title);
    for (size_t i = 0; i < list->count; i++)
        put(list->items[i], out);
}

static void put_change(const struct json *c, struct buf *out)
{
    const struct json *found = json_at(c, "found");
    if (c == NULL)
        return;
    buf_text(out, "\nthe smallest change of one input value that turns it:\n  ");
    if (!found->as_bool) {
        buf_text(out, "none was found in ");
        buf_decimal(out, json_at(c, "tried")->as_int);
        buf_text(out, " attempts\n");
        return;
    }
    put_line(text_at(c, "path"), out);
    buf_text(out, json_at(c, "from") == NULL ? " is not there, " : " is ");
    if (json_at(c, "from") != NULL) {
        put_json(json_at(c, "from"), out);
        buf_text(out, ", ");
    }
    if (json_at(c, "to") == NULL) {
        buf_text(out, "without it");
    } else {
        buf_text(out, "with ");
        put_json(json_at(c, "to"), out);
    }
    buf_text(out, " the result is ");
    put_json(json_at(c, "result"), out);
    buf_text(out, "\n");
}

struct err explain_text(struct rego_report *report)
{
    SCOPED(buf) struct buf out;
    struct bytes whole;
    const struct json *d = report->document;
    buf_init(&out, RECORD_MEMORY);
    put_line(text_at(d, "query"), &out);
    buf_text(&out, " is ");
    put_json(json_at(d, "result"), &out);
    buf_text(&out, "\n");
    put_decision(json_at(d, "decision"), &out);
    put_list(json_at(d, "rules"), "\nhow far each rule got:\n", put_rule, &out);
    put_list(json_path(d, "lookups", "missing", NULL), "\nlooked up and missing:\n", put_missing, &out);
    put_list(json_at(d, "calls"), "\nasked:\n", put_call, &out);
    put_change(json_at(d, "what_if"), &out);
    if (!json_at(d, "complete")->as_bool)
        buf_text(&out, "\nnot all that happened is shown: there is too much of it\n");
    TRY(buf_end(&out, &whole));
    TRY(arena_copy(&report->record.arena, whole, &whole));
    report->text = explain_text_of(whole);
    return OK;
}
