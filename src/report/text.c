/*
 * The report as text. A block per finding: what, what shows it, why it matters, what mends it.
 */
#include "report/text.h"

#include "base/limits.h"
#include "report/escape.h"
#include "report/verdict.h"
#include "trust/catalogue.h"

#define COLUMNS 100
#define INDENT  12 /* of what stands behind a label */
#define TITLE   9  /* of the id, behind the longest severity */

struct page {
    struct buf *out;
    struct buf scratch; /* one paragraph before it is wrapped */
    const struct json *document, *model;
    const struct text_options *options;
    size_t columns;
};

enum colour { PLAIN, BOLD, DIM, RED, YELLOW, GREEN, BLUE };

static void colour(const struct page *p, enum colour c)
{
    static const char *const codes[] = {"\x1b[0m",  "\x1b[1m",  "\x1b[2m", "\x1b[1;31m",
                                        "\x1b[33m", "\x1b[32m", "\x1b[34m"};
    if (p->options->has_colour)
        buf_text(p->out, codes[c]);
}

static enum colour colour_of(enum severity s)
{
    return s >= SEVERITY_HIGH ? RED : s == SEVERITY_MEDIUM ? YELLOW : BLUE;
}

static void pad(struct page *p, size_t from, size_t to)
{
    buf_fill(p->out, ' ', from < to ? to - from : 1);
}

/* The paragraph in scratch, escaped and wrapped behind what stands on the line already. */
static void flush(struct page *p, size_t at, size_t indent)
{
    SCOPED(buf) struct buf safe;
    buf_init(&safe, MIB);
    escape_terminal(buf_view(&p->scratch), &safe);
    escape_wrap(buf_view(&safe), at, indent, p->columns, p->out);
    escape_failed(&safe, p->out);
    escape_failed(&p->scratch, p->out);
    buf_reset(&p->scratch);
}

static void line_end(struct page *p)
{
    buf_text(p->out, "\n");
}

/* "  label     text", text from scratch; nothing if there is none. */
static void labelled(struct page *p, const char *label)
{
    escape_failed(&p->scratch, p->out);
    if (p->scratch.n == 0)
        return;
    buf_text(p->out, "  ");
    colour(p, DIM);
    buf_text(p->out, label);
    colour(p, PLAIN);
    pad(p, 2 + strlen(label), INDENT);
    flush(p, INDENT, INDENT);
    line_end(p);
}

static void heading(struct page *p, const char *words)
{
    line_end(p);
    colour(p, BOLD);
    buf_text(p->out, words);
    colour(p, PLAIN);
    line_end(p);
}

static void print_verdict(struct page *p, const struct tally *t)
{
    verdict_subject(p->document, &p->scratch);
    buf_text(&p->scratch, ": ");
    verdict_counts(t, &p->scratch);
    buf_text(&p->scratch, ". ");
    verdict_sentence(p->document, t, &p->scratch);
    colour(p, t->worst == NULL ? GREEN : colour_of(field_severity(t->worst)));
    flush(p, 0, 0);
    colour(p, PLAIN);
    line_end(p);
}

static void upper(const char *word, struct buf *out)
{
    for (; *word != '\0'; word++)
        buf_u8(out, (uint8_t)(*word >= 'a' && *word <= 'z' ? *word - 32 : *word));
}

/* Severity, id and title to the left, the place to the right where both fit, else on a line of its own. */
static void print_title(struct page *p, const struct json *f)
{
    SCOPED(buf) struct buf title, place;
    buf_init(&title, MIB);
    buf_init(&place, MIB);
    const char *word = severity_name(field_severity(f));
    line_end(p);
    colour(p, colour_of(field_severity(f)));
    upper(word, p->out);
    buf_fill(p->out, ' ', TITLE - 1 - strlen(word));
    colour(p, BOLD);
    buf_text(p->out, " ");
    verdict_place(f, &p->scratch);
    escape_terminal(buf_view(&p->scratch), &place);
    escape_failed(&p->scratch, p->out);
    buf_reset(&p->scratch);
    escape_terminal(field_text(f, "id"), &title);
    buf_text(&title, " ");
    escape_terminal(field_text(f, "title"), &title);
    buf_text(&title, field_flag(f, "known") ? " (known)" : "");
    escape_wrap(buf_view(&title), TITLE, INDENT, p->columns, p->out);
    colour(p, PLAIN);
    size_t end = TITLE + escape_width(buf_view(&title)), right = escape_width(buf_view(&place));
    bool fits = end + 2 + right <= p->columns;
    if (fits && right > 0)
        pad(p, end, p->columns - right);
    if (!fits) {
        line_end(p);
        buf_fill(p->out, ' ', INDENT);
    }
    escape_wrap(buf_view(&place), fits ? p->columns - right : INDENT, INDENT, p->columns, p->out);
    escape_failed(&title, p->out);
    escape_failed(&place, p->out);
    line_end(p);
}

static void print_who(struct page *p, const struct json *f)
{
    const struct json *attackers = field_list(f, "attackers");
    for (size_t i = 0; i < attackers->count; i++) {
        struct bytes id = json_is(attackers->items[i], JSON_STRING) ? attackers->items[i]->text : BYTES_EMPTY;
        const struct json *row = field_row(field_list(p->model, "personas"), id);
        buf_text(&p->scratch, i > 0 ? ", " : "");
        buf_add(&p->scratch, row == NULL ? id : field_text(row, "name"));
    }
}

/* "X1 ▶ orchestration operator, infrastructure operator → agent; reaches A-DATA   S3 S27" */
static void print_matters(struct page *p, const struct json *f)
{
    struct bytes id = field_text(f, "crossing");
    const struct json *crossing = field_row(field_list(p->model, "crossings"), id);
    if (id.n == 0)
        return;
    buf_add(&p->scratch, id);
    buf_text(&p->scratch, " ");
    buf_add(&p->scratch, field_text(crossing, "sign"));
    buf_text(&p->scratch, " ");
    print_who(p, f);
    buf_text(&p->scratch, " → ");
    buf_add(&p->scratch, field_text(crossing, "to"));
    if (field_list(f, "asset")->count > 0) {
        buf_text(&p->scratch, "; reaches ");
        field_join(field_list(f, "asset"), ", ", &p->scratch);
    }
    if (field_list(f, "seed")->count > 0) {
        buf_text(&p->scratch, " · ");
        field_join(field_list(f, "seed"), " ", &p->scratch);
    }
    labelled(p, "matters");
}

static void print_shown_by(struct page *p, const struct json *f)
{
    buf_add(&p->scratch, field_text(f, "evidence"));
    labelled(p, "shown by");
    const struct json *changes = field_list(f, "severity_changes");
    for (size_t i = 0; i < changes->count; i++) {
        struct bytes cause = field_text(changes->items[i], "cause");
        buf_add(&p->scratch, json_is(changes->items[i], JSON_STRING) ? changes->items[i]->text : cause);
        labelled(p, "severity");
    }
}

static void print_about(struct page *p, const struct json *f)
{
    struct bytes subject = field_text(f, "subject"), workload = field_text(f, "workload");
    buf_add(&p->scratch, subject);
    buf_text(&p->scratch, subject.n > 0 && workload.n > 0 ? " of " : "");
    buf_add(&p->scratch, workload);
    labelled(p, "about");
}

/* What a finding shares with the one before it, of the same threat, is not said again. */
static void print_finding(struct page *p, const struct json *f, const struct json *before)
{
    bool is_next = bytes_equal(field_text(f, "id"), field_text(before, "id"));
    print_title(p, f);
    if (!is_next)
        verdict_happens(f, &p->scratch);
    labelled(p, "happens");
    print_about(p, f);
    buf_text(&p->scratch, field_status(f) == STATUS_WEAK ? "a mechanism is there, but does not hold" : "");
    labelled(p, "weak");
    print_shown_by(p, f);
    if (!is_next)
        print_matters(p, f);
    if (!is_next || !bytes_equal(verdict_remedy(f), verdict_remedy(before)))
        buf_add(&p->scratch, verdict_remedy(f));
    labelled(p, "fix");
}

static void print_open(struct page *p)
{
    const struct json *list = field_list(p->document, "findings"), *before = NULL;
    for (int s = SEVERITY_CRITICAL; s > SEVERITY_INFO; s--)
        for (size_t i = 0; i < list->count; i++) {
            if (!finding_is_open(list->items[i]) || (int)field_severity(list->items[i]) != s)
                continue;
            print_finding(p, list->items[i], before);
            before = list->items[i];
        }
}

/* "  T-IMG-02   title; more", wrapped behind the title's column. */
static void print_row(struct page *p, struct bytes id)
{
    SCOPED(buf) struct buf safe;
    buf_init(&safe, MIB);
    escape_terminal(id, &safe);
    buf_text(p->out, "  ");
    buf_add(p->out, buf_view(&safe));
    escape_failed(&safe, p->out);
    size_t width = 2 + escape_width(buf_view(&safe));
    pad(p, width, INDENT + 2);
    flush(p, width < INDENT + 2 ? INDENT + 2 : width + 1, INDENT + 2);
    line_end(p);
}

static void add_place(struct page *p, const struct json *f)
{
    if (field_text(f, "artefact").n == 0)
        return;
    buf_text(&p->scratch, " [");
    verdict_place(f, &p->scratch);
    buf_text(&p->scratch, "]");
}

/* What is open at info breaks nothing by itself: one line each. */
static void print_remarks(struct page *p, const struct tally *t)
{
    const struct json *list = field_list(p->document, "findings");
    if (t->open[SEVERITY_INFO] + t->open[SEVERITY_NONE] == 0)
        return;
    heading(p, "REMARKS: open, but of no weight alone");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *f = list->items[i];
        if (!finding_is_open(f) || field_severity(f) > SEVERITY_INFO)
            continue;
        buf_add(&p->scratch, field_text(f, "title"));
        buf_text(&p->scratch, ": ");
        buf_add(&p->scratch, field_text(f, "evidence"));
        add_place(p, f);
        print_row(p, field_text(f, "id"));
    }
}

/* Why a row could not be shown; where no rule says it, the kinds of files that decide it. */
static void add_missing(struct page *p, const struct json *f)
{
    const struct threat *t = threat_find(field_text(f, "id"));
    buf_text(&p->scratch, ": ");
    if (field_text(f, "evidence").n > 0) {
        buf_add(&p->scratch, field_text(f, "evidence"));
        return;
    }
    buf_text(&p->scratch, "supply");
    for (size_t i = 0; t != NULL && t->needs != NULL && t->needs[i] != NULL; i++) {
        buf_text(&p->scratch, i > 0 ? ", " : " ");
        buf_text(&p->scratch, t->needs[i]);
    }
}

static void print_not_shown(struct page *p, const struct tally *t)
{
    const struct json *list = field_list(p->document, "findings");
    if (t->not_shown == 0)
        return;
    heading(p, "NOT SHOWN: neither open nor answered, for want of a file that would show it");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *f = list->items[i];
        if (field_status(f) != STATUS_NOT_SHOWN)
            continue;
        buf_add(&p->scratch, field_text(f, "title"));
        add_missing(p, f);
        add_place(p, f);
        print_row(p, field_text(f, "id"));
    }
}

static void add_acceptance(struct page *p, const struct json *a)
{
    int64_t days;
    buf_text(&p->scratch, ": ");
    buf_add(&p->scratch, field_text(a, "reason"));
    buf_text(&p->scratch, " (");
    if (field_text(a, "owner").n > 0) {
        buf_add(&p->scratch, field_text(a, "owner"));
        buf_text(&p->scratch, ", ");
    }
    buf_text(&p->scratch, "until ");
    buf_add(&p->scratch, field_text(a, "until"));
    if (verdict_days_left(p->document, a, &days)) {
        buf_text(&p->scratch, ", ");
        buf_decimal(&p->scratch, days);
        buf_text(&p->scratch, days == 1 ? " day left" : " days left");
    }
    buf_text(&p->scratch, ")");
}

static void print_accepted(struct page *p, const struct tally *t)
{
    const struct json *list = field_list(p->document, "findings");
    if (t->accepted == 0)
        return;
    heading(p, "ACCEPTED: open, and somebody answers for it");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *f = list->items[i];
        if (field_status(f) != STATUS_ACCEPTED)
            continue;
        buf_text(&p->scratch, severity_name(field_severity(f)));
        buf_text(&p->scratch, ", ");
        buf_add(&p->scratch, field_text(f, "title"));
        add_place(p, f);
        add_acceptance(p, json_at(f, "acceptance"));
        print_row(p, field_text(f, "id"));
    }
}

static void print_answered(struct page *p, const struct tally *t)
{
    const struct json *list = field_list(p->document, "answered");
    if (t->answered == 0 || !p->options->shows_answered)
        return;
    heading(p, "ANSWERED: by what, and what shows it");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *row = list->items[i];
        const struct threat *threat = threat_find(field_text(row, "id"));
        if (threat != NULL)
            buf_text(&p->scratch, threat->title);
        buf_text(&p->scratch, ": ");
        field_join(field_list(row, "mechanisms"), " ", &p->scratch);
        if (field_list(row, "probes")->count > 0) {
            buf_text(&p->scratch, ", probes ");
            field_join(field_list(row, "probes"), " ", &p->scratch);
        }
        if (field_text(row, "evidence").n > 0) {
            buf_text(&p->scratch, ", ");
            buf_add(&p->scratch, field_text(row, "evidence"));
        }
        add_place(p, row);
        print_row(p, field_text(row, "id"));
    }
}

/* A list of {id, KEY} that only a verbose report shows. */
static void print_plain(struct page *p, const char *list_key, const char *words, const char *key)
{
    const struct json *list = field_list(p->document, list_key);
    if (list->count == 0 || !p->options->is_verbose)
        return;
    heading(p, words);
    for (size_t i = 0; i < list->count; i++) {
        struct bytes id = field_text(list->items[i], "id");
        const struct threat *threat = threat_find(id);
        const struct json *oos = field_row(field_list(p->model, "out_of_scope"), id);
        buf_add(&p->scratch, threat != NULL ? bytes_of_text(threat->title) : field_text(oos, "name"));
        buf_text(&p->scratch, ": ");
        buf_add(&p->scratch, field_text(list->items[i], key));
        print_row(p, id);
    }
}

static void print_bindings(struct page *p)
{
    const struct json *list = field_list(p->document, "bindings");
    if (list->count == 0 || !p->options->is_verbose)
        return;
    heading(p, "BINDINGS: recomputed, never believed");
    for (size_t i = 0; i < list->count; i++) {
        buf_add(&p->scratch, field_text(list->items[i], "kind"));
        buf_text(&p->scratch, ": ");
        buf_add(&p->scratch, field_text(list->items[i], "from"));
        buf_text(&p->scratch, " ↔ ");
        buf_add(&p->scratch, field_text(list->items[i], "to"));
        if (field_text(list->items[i], "why").n > 0) {
            buf_text(&p->scratch, ": ");
            buf_add(&p->scratch, field_text(list->items[i], "why"));
        }
        print_row(p, field_text(list->items[i], "state"));
    }
}

static void print_assumptions(struct page *p)
{
    const struct json *list = field_list(p->model, "assumptions"), *named = field_list(p->document, "assumptions");
    if (named->count == 0 || !p->options->is_verbose)
        return;
    heading(p, "ASSUMPTIONS: what the TEE promises is taken at face value");
    for (size_t i = 0; i < list->count; i++) {
        if (!field_list_has(named, field_text(list->items[i], "id")))
            continue;
        buf_add(&p->scratch, field_text(list->items[i], "text"));
        print_row(p, field_text(list->items[i], "id"));
    }
}

static void print_fixed(struct page *p)
{
    const struct json *list = field_list(p->document, "fixed");
    if (list->count == 0)
        return;
    heading(p, "FIXED since the baseline");
    for (size_t i = 0; i < list->count; i++) {
        const struct threat *threat = threat_find(field_text(list->items[i], "id"));
        buf_text(&p->scratch, threat != NULL ? threat->title : "");
        add_place(p, list->items[i]);
        print_row(p, field_text(list->items[i], "id"));
    }
}

static void print_notes(struct page *p)
{
    const struct json *list = field_list(p->document, "notes");
    if (list->count == 0)
        return;
    heading(p, "NOTES");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *note = list->items[i];
        struct bytes path = field_text(note, "path");
        int64_t at = field_int(note, "line", 0);
        buf_text(p->out, "  ");
        if (path.n > 0)
            buf_add(&p->scratch, path);
        if (path.n > 0 && at > 0) {
            buf_text(&p->scratch, ":");
            buf_decimal(&p->scratch, at);
        }
        buf_text(&p->scratch, path.n > 0 ? ": " : "");
        buf_add(&p->scratch, json_is(note, JSON_STRING) ? note->text : field_text(note, "text"));
        flush(p, 2, 4);
        line_end(p);
    }
}

static void add_count(struct page *p, const char *words, size_t count)
{
    buf_text(&p->scratch, p->scratch.n > 0 ? " · " : "");
    buf_text(&p->scratch, words);
    buf_text(&p->scratch, " ");
    buf_decimal(&p->scratch, (int64_t)count);
}

static void print_counts(struct page *p, const struct tally *t)
{
    line_end(p);
    add_count(p, "open", t->open_all - t->open[SEVERITY_INFO]);
    add_count(p, "remarks", t->open[SEVERITY_INFO]);
    if (t->known > 0)
        add_count(p, "known", t->known);
    add_count(p, "answered", t->answered);
    add_count(p, "accepted", t->accepted);
    add_count(p, "not shown", t->not_shown);
    add_count(p, "not applicable", t->not_applicable);
    add_count(p, "out of scope", t->out_of_scope);
    if (!p->options->is_verbose && t->out_of_scope > 0)
        buf_text(&p->scratch, " (--verbose prints them)");
    flush(p, 0, 0);
    line_end(p);
}

struct err text_render(const struct json *document, const struct json *model, const struct text_options *options,
                       struct buf *out)
{
    struct page p = {.out = out, .document = document, .model = model, .options = options};
    struct tally t = verdict_tally(document);
    struct bytes view;
    p.columns = options->columns == 0 ? COLUMNS : options->columns;
    buf_init(&p.scratch, MIB);
    print_verdict(&p, &t);
    print_open(&p);
    print_accepted(&p, &t);
    print_remarks(&p, &t);
    print_not_shown(&p, &t);
    print_answered(&p, &t);
    print_bindings(&p);
    print_assumptions(&p);
    print_plain(&p, "not_applicable", "NOT APPLICABLE", "reason");
    print_plain(&p, "out_of_scope", "OUT OF SCOPE: never counted, never dropped", "evidence");
    print_fixed(&p);
    print_notes(&p);
    print_counts(&p, &t);
    struct err e = buf_end(&p.scratch, &view);
    buf_clear(&p.scratch);
    TRY(e);
    return buf_end(out, &view);
}
