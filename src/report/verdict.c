/*
 * Counting, and the sentence for a person.
 */
#include "report/verdict.h"

#include "base/clock.h"
#include "trust/catalogue.h"

#define DAY_SEC   86400
#define NAMES_MAX 3 /* workloads that the verdict names before it counts them */

static void count_finding(struct tally *t, const struct json *f)
{
    enum severity s = field_severity(f);
    t->accepted += field_status(f) == STATUS_ACCEPTED;
    t->not_shown += field_status(f) == STATUS_NOT_SHOWN;
    if (!finding_is_open(f))
        return;
    t->open[s]++;
    t->open_all++;
    t->known += field_flag(f, "known");
    if (t->worst == NULL || s > field_severity(t->worst))
        t->worst = f;
}

struct tally verdict_tally(const struct json *document)
{
    struct tally t = {0};
    const struct json *list = field_list(document, "findings");
    for (size_t i = 0; i < list->count; i++)
        count_finding(&t, list->items[i]);
    t.answered = field_list(document, "answered")->count;
    t.not_applicable = field_list(document, "not_applicable")->count;
    t.out_of_scope = field_list(document, "out_of_scope")->count;
    return t;
}

/* A row of the list of workloads is a name, or an object with an id; a row of the findings names its workload. */
static struct bytes workload_of(const struct json *row)
{
    if (json_is(row, JSON_STRING))
        return row->text;
    return field_text(row, json_at(row, "workload") != NULL ? "workload" : "id");
}

/* The distinct workloads, at most one more than are named. */
static size_t workloads(const struct json *document, struct bytes names[NAMES_MAX + 1])
{
    const struct json *list = field_list(document, "workloads");
    bool is_derived = list->count == 0;
    size_t count = 0;
    if (is_derived)
        list = field_list(document, "findings");
    for (size_t i = 0; i < list->count && count <= NAMES_MAX; i++) {
        struct bytes name = is_derived ? field_text(list->items[i], "workload") : workload_of(list->items[i]);
        bool is_new = name.n > 0;
        for (size_t k = 0; k < count; k++)
            is_new = is_new && !bytes_equal(names[k], name);
        if (is_new)
            names[count++] = name;
    }
    return count;
}

void verdict_subject(const struct json *document, struct buf *out)
{
    struct bytes names[NAMES_MAX + 1];
    const struct json *context = json_at(document, "context");
    struct bytes tee = field_text(context, "tee"), layout = field_text(context, "layout");
    size_t count = workloads(document, names);
    if (count == 0)
        buf_text(out, "this deployment");
    if (count > NAMES_MAX)
        buf_text(out, "several workloads");
    for (size_t i = 0; i < count && count <= NAMES_MAX; i++) {
        buf_text(out, i == 0 ? "" : i + 1 == count ? " and " : ", ");
        buf_add(out, names[i]);
    }
    if (tee.n > 0) {
        buf_text(out, " on ");
        buf_add(out, tee);
    }
    if (layout.n > 0) {
        buf_text(out, " (");
        buf_add(out, layout);
        buf_text(out, ")");
    }
}

void verdict_counts(const struct tally *t, struct buf *out)
{
    bool is_first = true;
    for (int s = SEVERITY_CRITICAL; s > SEVERITY_INFO; s--) {
        if (t->open[s] == 0)
            continue;
        buf_text(out, is_first ? "" : ", ");
        buf_decimal(out, (int64_t)t->open[s]);
        buf_text(out, " ");
        buf_text(out, severity_name((enum severity)s));
        is_first = false;
    }
    if (is_first)
        buf_text(out, "nothing is open");
}

/* The first sentence of a text: up to a full stop with a blank behind it. */
static void first_sentence(struct bytes text, struct buf *out)
{
    size_t n = 0;
    while (n < text.n && !(text.p[n] == '.' && (n + 1 == text.n || text.p[n + 1] == ' ' || text.p[n + 1] == '\n')))
        n++;
    buf_add(out, bytes_of(text.p, n < text.n ? n + 1 : n));
}

void verdict_happens(const struct json *finding, struct buf *out)
{
    const struct threat *t = threat_find(field_text(finding, "id"));
    if (t != NULL && t->text != NULL && t->text[0] != '\0') {
        first_sentence(bytes_of_text(t->text), out);
        return;
    }
    buf_add(out, field_text(finding, "title"));
    buf_text(out, ".");
}

struct bytes verdict_remedy(const struct json *finding)
{
    const struct threat *t = threat_find(field_text(finding, "id"));
    struct bytes remedy = field_text(finding, "remedy");
    return remedy.n == 0 && t != NULL ? bytes_of_text(t->remedy) : remedy;
}

void verdict_sentence(const struct json *document, const struct tally *t, struct buf *out)
{
    int64_t status = field_int(document, "exit", 0);
    if (status == 3 || status == 4)
        buf_text(out, status == 3 ? "An input could not be read, so the assessment is incomplete. "
                                  : "A limit was reached, so the assessment is incomplete. ");
    if (t->worst != NULL && field_severity(t->worst) > SEVERITY_INFO)
        verdict_happens(t->worst, out);
    else if (t->accepted + t->answered + t->not_shown == 0)
        buf_text(out, "Nothing that was supplied speaks of a threat.");
    else if ((status == 0 || status == 1) && t->accepted > 0)
        buf_text(out, "What is open is accepted; all else that these files can show is answered.");
    else if (status == 0 || status == 1)
        buf_text(out, t->not_shown > 0 ? "Every threat that these files can show is answered."
                                       : "Every threat that applies is answered.");
}

bool verdict_days_left(const struct json *document, const struct json *acceptance, int64_t *days)
{
    int64_t now, until;
    if (failed(clock_parse_day(field_text(document, "now"), &now)) ||
        failed(clock_parse_day(field_text(acceptance, "until"), &until)))
        return false;
    *days = (until - now) / DAY_SEC;
    return true;
}

static struct bytes entry_of(const struct json *finding)
{
    struct bytes artefact = field_text(finding, "artefact");
    const uint8_t *mark = memchr(artefact.p, '#', artefact.n);
    return mark == NULL ? BYTES_EMPTY : bytes_of(mark + 1, (size_t)(artefact.p + artefact.n - mark) - 1);
}

void verdict_file(const struct json *finding, struct buf *out)
{
    const struct json *location = json_at(finding, "location");
    struct bytes path = field_text(location, "path"), artefact = field_text(finding, "artefact"),
                 entry = entry_of(finding);
    int64_t line = field_int(location, "line", 0);
    buf_add(out, path.n > 0 ? path : bytes_of(artefact.p, artefact.n - (entry.n > 0 ? entry.n + 1 : 0)));
    if (line > 0) {
        buf_text(out, ":");
        buf_decimal(out, line);
    }
}

void verdict_place(const struct json *finding, struct buf *out)
{
    struct bytes entry = entry_of(finding);
    verdict_file(finding, out);
    buf_text(out, entry.n > 0 ? " " : "");
    buf_add(out, entry);
}
