/*
 * The page's frame and its sections of text. Everything from the document goes through page_put's @t.
 */
#include "report/html.h"

#include "base/limits.h"
#include "report/escape.h"
#include "report/page.h"
#include "report/verdict.h"
#include "trust/catalogue.h"

/* What `fill` appends, as one escaped text. */
#define PUT_FILLED(p_, before_, fill_, after_)                                                                         \
    do {                                                                                                               \
        SCOPED(buf) struct buf filled_;                                                                                \
        buf_init(&filled_, MIB);                                                                                       \
        fill_;                                                                                                         \
        escape_failed(&filled_, (p_)->out);                                                                            \
        page_put((p_)->out, before_ "@t" after_, buf_view(&filled_));                                                  \
    } while (0)

static void put_head(struct page *p)
{
    page_put(p->out,
             "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
             "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
             "<meta name=viewport content=\"width=device-width, initial-scale=1\">"
             "<meta name=color-scheme content=\"light dark\"><meta name=referrer content=no-referrer>");
    PUT_FILLED(p, "<title>Trust assessment: ", verdict_subject(p->document, &filled_), "</title>");
    page_style(p);
    page_put(p->out, "</head>\n<body>\n");
}

static void put_tile(struct page *p, const char *class, const char *words, size_t count)
{
    page_put(p->out, "<li class=\"tile @s@s\"><b>@n</b> @s</li>", class, count == 0 ? " none" : "", count, words);
}

static void put_fact(struct page *p, const char *name, struct bytes value)
{
    if (value.n > 0)
        page_put(p->out, "<div><dt>@s</dt><dd>@t</dd></div>", name, value);
}

static void put_facts(struct page *p)
{
    const struct json *tool = json_at(p->document, "tool"), *context = json_at(p->document, "context");
    page_put(p->out, "<dl class=facts>");
    put_fact(p, "date", field_text(p->document, "now"));
    put_fact(p, "TEE", field_text(context, "tee"));
    put_fact(p, "layout", field_text(context, "layout"));
    PUT_FILLED(p, "<div><dt>derived</dt><dd>", field_join(field_list(context, "derived"), ", ", &filled_),
               "</dd></div>");
    put_fact(p, "fails on", field_text(p->document, "fail_on"));
    put_fact(p, "casemate", field_text(tool, "version"));
    put_fact(p, "catalogue", field_text(tool, "catalogue"));
    page_put(p->out, "</dl>");
}

static void put_top(struct page *p, const struct tally *t)
{
    static const char *const tiles[SEVERITY_COUNT] = {"", "info", "low", "medium", "high", "critical"};
    enum severity worst = t->worst == NULL ? SEVERITY_NONE : field_severity(t->worst);
    const char *class = worst >= SEVERITY_HIGH ? "bad" : worst >= SEVERITY_LOW ? "warn" : "ok";
    page_put(p->out, "<header class=\"top @s\"><p class=brand>casemate · trust assessment</p>", class);
    PUT_FILLED(p, "<h1>", verdict_subject(p->document, &filled_), "</h1>");
    PUT_FILLED(p, "<p class=verdict>", verdict_sentence(p->document, t, &filled_), "</p>");
    page_put(p->out, "<ul class=tiles>");
    for (int s = SEVERITY_CRITICAL; s > SEVERITY_NONE; s--)
        put_tile(p, tiles[s], tiles[s], t->open[s]);
    put_tile(p, "accepted", "accepted", t->accepted);
    put_tile(p, "unk", "not shown", t->not_shown);
    put_tile(p, "ok", "answered", t->answered);
    page_put(p->out, "</ul>");
    put_facts(p);
    page_put(p->out,
             "<nav><a href=\"#boundary\">Boundary</a><a href=\"#matrix\">Who reaches what</a>"
             "<a href=\"#findings\">Findings</a><a href=\"#notshown\">Not shown</a><a href=\"#bindings\">Bindings</a>"
             "<a href=\"#answered\">Answered</a><a href=\"#assumptions\">Assumptions</a><a href=\"#scope\">Out of "
             "scope</a></nav></header>\n<main>\n");
}

static void put_row(struct page *p, const char *label, struct bytes text)
{
    if (text.n > 0)
        page_put(p->out, "<dt>@s</dt><dd>@t</dd>", label, text);
}

/* Personas of a finding by name, the crossing they come by, the assets they reach. */
static void put_matters(struct page *p, const struct json *f)
{
    struct bytes id = field_text(f, "crossing");
    const struct json *crossing = field_row(field_list(p->model, "crossings"), id), *list;
    if (id.n == 0)
        return;
    page_put(p->out, "<dt>matters</dt><dd><a href=\"#@t\">@t</a> @t @t, by ", id, id, field_text(crossing, "sign"),
             field_text(crossing, "name"));
    list = field_list(f, "attackers");
    for (size_t i = 0; i < list->count; i++) {
        struct bytes who = json_is(list->items[i], JSON_STRING) ? list->items[i]->text : BYTES_EMPTY;
        const struct json *row = field_row(field_list(p->model, "personas"), who);
        page_put(p->out, "@s@t", i > 0 ? ", " : "", row == NULL ? who : field_text(row, "name"));
    }
    PUT_FILLED(p, "; reaches ", field_join(field_list(f, "asset"), ", ", &filled_), "");
    PUT_FILLED(p, " <span class=seed>", field_join(field_list(f, "seed"), " ", &filled_), "</span></dd>");
}

static void put_mechanisms(struct page *p, const struct json *f)
{
    const struct json *list = field_list(f, "mechanisms");
    if (list->count == 0)
        return;
    page_put(p->out, "<dt>mechanisms</dt><dd>");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *m = list->items[i];
        struct bytes id = json_is(m, JSON_STRING) ? m->text : field_text(m, "id");
        const struct json *row = field_row(field_list(p->model, "mechanisms"), id);
        page_put(p->out, "@s<abbr title=\"@t\">@t</abbr> @t", i > 0 ? ", " : "", field_text(row, "name"), id,
                 field_text(m, "state"));
    }
    page_put(p->out, "</dd>");
}

/* The probes that a finding names, with what was wanted and what came. */
static void put_probes(struct page *p, const struct json *f)
{
    const struct json *named = field_list(f, "probes"), *all = field_list(p->document, "probes");
    if (named->count == 0)
        return;
    PUT_FILLED(p, "<dt>probes</dt><dd>", field_join(named, " ", &filled_), "");
    for (size_t i = 0; i < all->count; i++) {
        const struct json *row = all->items[i];
        if (!field_list_has(named, field_text(row, "id")) ||
            !bytes_equal(field_text(row, "target"), field_text(f, "artefact")))
            continue;
        page_put(p->out, "<br><small>@t: @t, wanted @t; baseline @t; input <code>@t</code></small>",
                 field_text(row, "id"), field_text(row, "result"), field_text(row, "wanted"),
                 field_text(row, "baseline"), field_text(row, "input_sha256"));
    }
    page_put(p->out, "</dd>");
}

static void put_changes(struct page *p, const struct json *f)
{
    const struct json *list = field_list(f, "severity_changes");
    for (size_t i = 0; i < list->count; i++)
        put_row(p, "severity",
                json_is(list->items[i], JSON_STRING) ? list->items[i]->text : field_text(list->items[i], "cause"));
}

static void put_about(struct page *p, const struct json *f)
{
    struct bytes subject = field_text(f, "subject"), workload = field_text(f, "workload");
    if (subject.n + workload.n > 0)
        page_put(p->out, "<p class=about>@t@s@t</p>", subject, subject.n > 0 && workload.n > 0 ? " of " : "", workload);
}

static void put_title(struct page *p, const struct json *f, bool is_first)
{
    page_put(p->out, "<article class=\"finding @s\"", severity_name(field_severity(f)));
    if (is_first)
        page_put(p->out, " id=\"f-@t\"", field_text(f, "id"));
    page_put(p->out, "><header><span class=\"sev @s\"><span class=mk></span>@s</span> <span class=tid>@t</span>",
             severity_name(field_severity(f)), severity_name(field_severity(f)), field_text(f, "id"));
    page_put(p->out, "<span class=\"tag\">@s</span>", status_name(field_status(f)));
    if (field_flag(f, "known"))
        page_put(p->out, "<span class=\"tag\">known</span>");
    PUT_FILLED(p, "<code class=place>", verdict_place(f, &filled_), "</code>");
    page_put(p->out, "<h3>@t</h3></header>", field_text(f, "title"));
}

/* What the curious and the auditor want: folded, but in the page. */
static void put_more(struct page *p, const struct json *f)
{
    const struct threat *t = threat_find(field_text(f, "id"));
    page_put(p->out, "<details><summary>more</summary><dl>");
    if (t != NULL)
        put_row(p, "threat", bytes_of_text(t->text));
    put_mechanisms(p, f);
    put_probes(p, f);
    put_changes(p, f);
    PUT_FILLED(p, "<dt>related</dt><dd>", field_join(field_list(f, "related"), ", ", &filled_), "</dd>");
    PUT_FILLED(p, "<dt>references</dt><dd>", field_join(field_list(f, "refs"), ", ", &filled_), "</dd>");
    page_put(p->out, "<dt>fingerprint</dt><dd><code>@t</code></dd></dl></details>", field_text(f, "fingerprint"));
}

/* What a finding shares with the one before it, of the same threat, is not said again. */
static void put_finding(struct page *p, const struct json *f, const struct json *before, bool is_first)
{
    bool is_next = bytes_equal(field_text(f, "id"), field_text(before, "id"));
    struct bytes remedy = verdict_remedy(f);
    put_title(p, f, is_first);
    put_about(p, f);
    if (!is_next)
        PUT_FILLED(p, "<p class=happens>", verdict_happens(f, &filled_), "</p>");
    page_put(p->out, "<dl>");
    put_row(p, "shown by", field_text(f, "evidence"));
    if (!is_next)
        put_matters(p, f);
    if (!is_next || !bytes_equal(remedy, verdict_remedy(before)))
        page_put(p->out, "<dt class=fixl>fix</dt><dd class=fix>@t</dd>", remedy);
    page_put(p->out, "</dl>");
    put_more(p, f);
    page_put(p->out, "</article>\n");
}

/* Whether no finding before the i-th has its id: only the first carries the anchor. */
static bool is_first_of_id(const struct json *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (bytes_equal(field_text(list->items[k], "id"), field_text(list->items[i], "id")))
            return false;
    return true;
}

static void put_severity(struct page *p, enum severity s)
{
    const struct json *list = field_list(p->document, "findings"), *before = NULL;
    for (size_t i = 0; i < list->count; i++) {
        if (!finding_is_open(list->items[i]) || field_severity(list->items[i]) != s)
            continue;
        put_finding(p, list->items[i], before, is_first_of_id(list, i));
        before = list->items[i];
    }
}

static void put_findings(struct page *p, const struct tally *t)
{
    size_t remarks = t->open[SEVERITY_INFO] + t->open[SEVERITY_NONE];
    page_put(p->out, "<section id=findings><h2>Findings</h2>");
    if (t->open_all == remarks)
        page_put(p->out, "<p class=lead>Nothing is open.</p>");
    for (int s = SEVERITY_CRITICAL; s > SEVERITY_INFO; s--)
        put_severity(p, (enum severity)s);
    if (remarks > 0) {
        page_put(p->out, "<details class=remarks><summary>@n remarks: open, but of no weight alone</summary>", remarks);
        put_severity(p, SEVERITY_INFO);
        put_severity(p, SEVERITY_NONE);
        page_put(p->out, "</details>");
    }
    page_put(p->out, "</section>\n");
}

static void put_acceptance(struct page *p, const struct json *a)
{
    int64_t days;
    page_put(p->out, "<td data-l=reason>@t</td><td data-l=owner>@t</td><td data-l=until>@t", field_text(a, "reason"),
             field_text(a, "owner"), field_text(a, "until"));
    if (verdict_days_left(p->document, a, &days))
        page_put(p->out, " <small>@n days left</small>", (size_t)(days < 0 ? 0 : days));
    page_put(p->out, "</td></tr>");
}

static void put_accepted(struct page *p, const struct tally *t)
{
    const struct json *list = field_list(p->document, "findings");
    if (t->accepted == 0)
        return;
    page_put(p->out, "<section id=accepted><h2>Accepted</h2><p class=lead>Open, and somebody answers for it.</p><table "
                     "class=stack><thead><tr><th>threat<th>where<th>reason<th>owner<th>until</tr></thead><tbody>");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *f = list->items[i];
        if (field_status(f) != STATUS_ACCEPTED)
            continue;
        page_put(p->out, "<tr@s@t@s><th scope=row>@t <span class=nm>@t</span> <span class=\"sev @s\">@s</span></th>",
                 is_first_of_id(list, i) ? " id=\"f-" : " data-id=\"", field_text(f, "id"), "\"", field_text(f, "id"),
                 field_text(f, "title"), severity_name(field_severity(f)), severity_name(field_severity(f)));
        PUT_FILLED(p, "<td data-l=where><code>", verdict_place(f, &filled_), "</code></td>");
        put_acceptance(p, json_at(f, "acceptance"));
    }
    page_put(p->out, "</tbody></table></section>\n");
}

static void put_not_shown(struct page *p, const struct tally *t)
{
    const struct json *list = field_list(p->document, "findings");
    page_put(p->out, "<section id=notshown><h2>Not shown</h2>");
    if (t->not_shown == 0) {
        page_put(p->out, "<p class=lead>Everything that applies could be shown.</p></section>\n");
        return;
    }
    page_put(p->out, "<p class=lead>Neither open nor answered, for want of a file that would show it.</p><table "
                     "class=stack><thead><tr><th>threat<th>where<th>why<th>what answers it</tr></thead><tbody>");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *f = list->items[i];
        if (field_status(f) != STATUS_NOT_SHOWN)
            continue;
        page_put(p->out, "<tr@s@t@s><th scope=row>@t <span class=nm>@t</span></th>",
                 is_first_of_id(list, i) ? " id=\"f-" : " data-id=\"", field_text(f, "id"), "\"", field_text(f, "id"),
                 field_text(f, "title"));
        PUT_FILLED(p, "<td data-l=where><code>", verdict_place(f, &filled_), "</code></td>");
        page_put(p->out, "<td data-l=why>@t</td><td data-l=\"what answers it\">@t</td></tr>", field_text(f, "evidence"),
                 field_text(f, "remedy"));
    }
    page_put(p->out, "</tbody></table></section>\n");
}

static void put_bindings(struct page *p)
{
    const struct json *list = field_list(p->document, "bindings");
    page_put(p->out,
             "<section id=bindings><h2>Bindings</h2><p class=lead>Recomputed from the files, never believed.</p>"
             "<table class=stack><thead><tr><th>binding<th>from<th>to<th>state</tr></thead><tbody>");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *b = list->items[i];
        struct bytes state = field_text(b, "state");
        const char *class = bytes_is(state, "holds") ? "ok" : bytes_is(state, "broken") ? "bad" : "unk";
        page_put(p->out,
                 "<tr><th scope=row>@t</th><td data-l=from><code>@t</code></td><td data-l=to><code>@t</code></td>"
                 "<td data-l=state><span class=\"light @s\">@t</span> <small>@t</small></td></tr>",
                 field_text(b, "kind"), field_text(b, "from"), field_text(b, "to"), class, state, field_text(b, "why"));
    }
    page_put(p->out, "</tbody></table></section>\n");
}

static void put_answered(struct page *p)
{
    const struct json *list = field_list(p->document, "answered");
    page_put(p->out,
             "<section id=answered><h2>Answered</h2><p class=lead>By which mechanism, and what shows it.</p>"
             "<table class=stack><thead><tr><th>threat<th>mechanisms<th>shown by<th>probes</tr></thead><tbody>");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *row = list->items[i];
        const struct threat *t = threat_find(field_text(row, "id"));
        page_put(p->out, "<tr><th scope=row>@t <span class=nm>@t</span></th>", field_text(row, "id"),
                 bytes_of_text(t == NULL ? "" : t->title));
        PUT_FILLED(p, "<td data-l=mechanisms>", field_join(field_list(row, "mechanisms"), " ", &filled_), "</td>");
        PUT_FILLED(p, "<td data-l=\"shown by\"><code>", verdict_place(row, &filled_), "</code>");
        page_put(p->out, " <small>@t</small></td>", field_text(row, "evidence"));
        PUT_FILLED(p, "<td data-l=probes>", field_join(field_list(row, "probes"), " ", &filled_), "</td></tr>");
    }
    page_put(p->out, "</tbody></table></section>\n");
}

static void put_not_applicable(struct page *p)
{
    const struct json *list = field_list(p->document, "not_applicable");
    if (list->count == 0)
        return;
    page_put(p->out,
             "<details><summary>@n threats do not apply here</summary><table class=stack><thead><tr>"
             "<th>threat<th>why</tr></thead><tbody>",
             list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct threat *t = threat_find(field_text(list->items[i], "id"));
        page_put(p->out, "<tr><th scope=row>@t <span class=nm>@t</span></th><td data-l=why>@t</td></tr>",
                 field_text(list->items[i], "id"), bytes_of_text(t == NULL ? "" : t->title),
                 field_text(list->items[i], "reason"));
    }
    page_put(p->out, "</tbody></table></details>");
}

/* Those that the document names; where it names none, those of its TEE. */
static bool is_assumed(const struct page *p, const struct json *row)
{
    const struct json *named = json_at(p->document, "assumptions");
    struct bytes tee = field_text(json_at(p->document, "context"), "tee");
    if (json_is(named, JSON_ARRAY))
        return field_list_has(named, field_text(row, "id"));
    return tee.n == 0 || bytes_equal(field_text(row, "tee"), tee);
}

static void put_assumptions(struct page *p)
{
    const struct json *list = field_list(p->model, "assumptions");
    size_t count = 0;
    page_put(p->out, "<section id=assumptions><h2>Assumptions</h2><p class=lead>What the TEE promises is taken at face "
                     "value.</p><dl class=rows>");
    for (size_t i = 0; i < list->count; i++) {
        if (!is_assumed(p, list->items[i]))
            continue;
        page_put(p->out, "<dt>@t</dt><dd>@t</dd>", field_text(list->items[i], "id"),
                 field_text(list->items[i], "text"));
        count++;
    }
    page_put(p->out, "</dl>@s</section>\n", count == 0 ? "<p>None is on record for this TEE.</p>" : "");
}

static void put_scope(struct page *p)
{
    const struct json *all = field_list(p->model, "out_of_scope"), *found = field_list(p->document, "out_of_scope");
    page_put(p->out,
             "<section id=scope><h2>Out of scope</h2><p class=lead>Never counted, never dropped.</p><dl class=rows>");
    for (size_t i = 0; i < all->count; i++) {
        struct bytes id = field_text(all->items[i], "id");
        page_put(p->out, "<dt>@t</dt><dd>@t. @t", id, field_text(all->items[i], "name"),
                 field_text(all->items[i], "text"));
        for (size_t k = 0; k < found->count; k++)
            if (bytes_equal(field_text(found->items[k], "id"), id))
                page_put(p->out, " <small class=here>Here: @t</small>", field_text(found->items[k], "evidence"));
        page_put(p->out, "</dd>");
    }
    page_put(p->out, "</dl>");
    put_not_applicable(p);
    page_put(p->out, "</section>\n");
}

static void put_notes(struct page *p)
{
    const struct json *notes = field_list(p->document, "notes"), *fixed = field_list(p->document, "fixed");
    if (notes->count + fixed->count == 0)
        return;
    page_put(p->out, "<section id=notes><h2>Notes</h2><ul class=notes>");
    for (size_t i = 0; i < fixed->count; i++)
        page_put(p->out, "<li>fixed since the baseline: @t @t @t</li>", field_text(fixed->items[i], "id"),
                 field_text(fixed->items[i], "artefact"), field_text(fixed->items[i], "subject"));
    for (size_t i = 0; i < notes->count; i++) {
        const struct json *n = notes->items[i];
        struct bytes path = field_text(n, "path");
        int64_t line = field_int(n, "line", 0);
        page_put(p->out, "<li>");
        if (path.n > 0)
            page_put(p->out, "<code>@t", path);
        if (path.n > 0 && line > 0)
            page_put(p->out, ":@n", (size_t)line);
        page_put(p->out, "@s@t</li>", path.n > 0 ? "</code> " : "",
                 json_is(n, JSON_STRING) ? n->text : field_text(n, "text"));
    }
    page_put(p->out, "</ul></section>\n");
}

static void put_inputs(struct page *p)
{
    const struct json *list = field_list(p->document, "inputs");
    page_put(p->out,
             "<section id=inputs><details><summary>@n input files</summary><table class=stack><thead><tr><th>file"
             "<th>kind<th>SHA-256</tr></thead><tbody>",
             list->count);
    for (size_t i = 0; i < list->count; i++)
        page_put(
            p->out,
            "<tr><th scope=row><code>@t</code></th><td data-l=kind>@t</td><td data-l=sha256><code>@t</code></td></tr>",
            field_text(list->items[i], "path"), field_text(list->items[i], "kind"),
            field_text(list->items[i], "sha256"));
    page_put(p->out, "</tbody></table></details></section>\n");
}

struct err html_render(const struct json *document, const struct json *model, struct buf *out)
{
    struct page p = {.out = out, .document = document, .model = model};
    struct tally t = verdict_tally(document);
    struct bytes view;
    page_crossings(&p);
    put_head(&p);
    put_top(&p, &t);
    page_boundary(&p);
    page_matrix(&p);
    put_findings(&p, &t);
    put_accepted(&p, &t);
    put_not_shown(&p, &t);
    put_bindings(&p);
    put_answered(&p);
    put_assumptions(&p);
    put_scope(&p);
    put_notes(&p);
    put_inputs(&p);
    page_put(out,
             "</main>\n<footer>This page is complete in itself: no script, nothing fetched. Catalogue <code>@t</code>"
             "</footer>\n</body></html>\n",
             field_text(json_at(document, "tool"), "catalogue_sha256"));
    return buf_end(out, &view);
}
