/* proves: R33 M-ASS */
/* Every form of a document: what must stand in it, what must not, and that a document of wrong shape harms nobody. */
#include "vectors.h"

#include "report/difference.h"
#include "report/escape.h"
#include "report/field.h"
#include "report/html.h"
#include "report/model.h"
#include "report/openvex.h"
#include "report/sarif.h"
#include "report/text.h"
#include "report/verdict.h"
#include "trust/catalogue.h"

static struct arena arena;
static const struct json *model;
static struct buf out;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    buf_init(&out, 16 << 20);
    return failed(model_load(&arena, &model));
}

static int end(void **state)
{
    (void)state;
    arena_clear(&arena);
    buf_clear(&out);
    return 0;
}

static const struct json *parse(struct bytes text)
{
    const struct json *v;
    assert_ok(json_decode(&arena, text, NULL, NULL, &v));
    return v;
}

static const struct json *document(const char *name)
{
    char path[128];
    (void)snprintf(path, sizeof(path), "assess-report/%s", name);
    return parse(own_vector(path));
}

enum form { TEXT, PAGE, SARIF, VEX, FORM_COUNT };

static struct err render(struct arena *a, enum form form, const struct json *d)
{
    static const struct text_options options = {.shows_answered = true, .is_verbose = true};
    buf_reset(&out);
    switch (form) {
    case TEXT:
        return text_render(d, model, &options, &out);
    case PAGE:
        return html_render(d, model, &out);
    case SARIF:
        return sarif_render(a, d, &(struct sarif_options){.shows_all = true, .folder = BYTES_LIT("a b")}, &out);
    case VEX:
    case FORM_COUNT:
        break;
    }
    return openvex_render(a, d, &out);
}

static bool holds(const char *text)
{
    return memmem(out.p, out.n, text, strlen(text)) != NULL;
}

#define assert_holds(text_)                                                                                            \
    do {                                                                                                               \
        if (!holds(text_))                                                                                             \
            fail_msg("row '%s': there is no '%s'", check_row, (text_));                                                \
    } while (0)
#define assert_lacks(text_)                                                                                            \
    do {                                                                                                               \
        if (holds(text_))                                                                                              \
            fail_msg("row '%s': there is '%s'", check_row, (text_));                                                   \
    } while (0)

static void text_says_what_matters(void **state)
{
    (void)state;
    ROW("open");
    assert_ok(render(&arena, TEXT, document("open.json")));
    assert_true(
        bytes_starts(buf_view(&out), BYTES_LIT("shop/web on tdx (kata-vm): 3 critical, 2 high, 1 medium, 1 low. ")));
    assert_holds("\nCRITICAL T-API-02 Command run");
    assert_holds("initdata.toml:57 policy.rego");
    assert_holds("19 days left");
    assert_holds("T-BOOT-08");
    assert_holds("OOS-2");
    ROW("clean");
    assert_ok(render(&arena, TEXT, document("clean.json")));
    assert_holds("nothing is open. Every threat");
    ROW("of nothing");
    assert_ok(render(&arena, TEXT, parse(BYTES_LIT("{\"schema\":\"casemate-assess/1\",\"findings\":[]}"))));
    assert_holds("nothing is open. Nothing that was supplied speaks of a threat.");
}

static void lines_fit(void **state)
{
    (void)state;
    static const char *const names[] = {"open.json", "clean.json", "hostile.json"};
    for (size_t i = 0; i < 3; i++) {
        ROW(names[i]);
        assert_ok(render(&arena, TEXT, document(names[i])));
        struct bytes rest = buf_view(&out);
        while (rest.n > 0) {
            const uint8_t *at = memchr(rest.p, '\n', rest.n);
            assert_non_null(at);
            size_t n = (size_t)(at - rest.p);
            if (escape_width(bytes_of(rest.p, n)) > 100)
                fail_msg("row '%s': a line is too long: %.*s", check_row, (int)n, (const char *)rest.p);
            rest = bytes_of(rest.p + n + 1, rest.n - n - 1);
        }
    }
}

static void colours_only_where_asked(void **state)
{
    (void)state;
    static const struct text_options coloured = {.has_colour = true};
    const struct json *d = document("open.json");
    assert_ok(render(&arena, TEXT, d));
    assert_lacks("\x1b");
    buf_reset(&out);
    assert_ok(text_render(d, model, &coloured, &out));
    assert_holds("\x1b[1;31m");
}

/* In no form is a control character of the document left, nor markup, nor a character of direction. */
static void hostile_text_is_harmless(void **state)
{
    (void)state;
    const struct json *d = document("hostile.json");
    for (int form = 0; form < FORM_COUNT; form++) {
        ROW(form == TEXT ? "text" : form == PAGE ? "page" : form == SARIF ? "sarif" : "vex");
        assert_ok(render(&arena, (enum form)form, d));
        for (size_t i = 0; i < out.n; i++)
            assert_true(out.p[i] == '\n' || (out.p[i] >= 0x20 && out.p[i] != 0x7f));
        if (form == PAGE)
            assert_lacks("<script");
        if (form == PAGE || form == TEXT)
            assert_lacks("\u202e");
    }
}

static void a_page_fetches_nothing(void **state)
{
    (void)state;
    assert_ok(render(&arena, PAGE, document("open.json")));
    assert_holds("default-src 'none'; style-src 'unsafe-inline'");
    static const char *const never[] = {"<script", "<link", "<img", "<iframe", "url(", "@import", " onclick", " src="};
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
        assert_lacks(never[i]);
    assert_holds("id=boundary");
    assert_holds("OOS-6");
}

/* T-KBS-01 crosses X8, X9 and X17: an answered row there must not make the last two green. */
static void an_open_threat_shows_at_each_of_its_crossings(void **state)
{
    (void)state;
    static const char *const rows[] = {"X8", "X9", "X17"};
    assert_ok(
        render(&arena, PAGE,
               parse(BYTES_LIT("{\"schema\":\"casemate-assess/1\",\"context\":{\"layout\":\"kata-vm\"},\"answered\":["
                               "{\"id\":\"T-KBS-01\"}],\"findings\":[{\"id\":\"T-KBS-01\",\"crossing\":\"X8\","
                               "\"status\":\"unanswered\",\"severity\":\"critical\",\"attackers\":[\"OO\"]}]}"))));
    for (size_t i = 0; i < 3; i++) {
        char text[128];
        (void)snprintf(text, sizeof(text), "<a href=\"#%s\" class=\"arrow bad\">", rows[i]);
        assert_holds(text);
        (void)snprintf(text, sizeof(text), "<td class=\"c bad\" title=\"%s, ", rows[i]);
        assert_holds(text);
    }
}

static void sarif_has_the_whole_catalogue(void **state)
{
    (void)state;
    size_t count = 0;
    while (threats[count].id != NULL)
        count++;
    assert_ok(render(&arena, SARIF, document("open.json")));
    const struct json *run = field_list(parse(buf_view(&out)), "runs")->items[0];
    assert_int_equal(field_list(json_path(run, "tool", "driver", NULL), "rules")->count, count);
    const struct json *results = field_list(run, "results"), *location;
    bool has_suppressed = false;
    for (size_t i = 0; i < results->count; i++) {
        struct bytes id = field_text(results->items[i], "ruleId");
        assert_text(id, threats[field_int(results->items[i], "ruleIndex", 0)].id);
        bool is_fail = bytes_is(field_text(results->items[i], "kind"), "fail");
        assert_int_equal(bytes_is(field_text(results->items[i], "level"), "none"), !is_fail);
        has_suppressed = has_suppressed || field_list(results->items[i], "suppressions")->count == 1;
    }
    assert_true(has_suppressed);
    location = json_at(field_list(results->items[0], "locations")->items[0], "physicalLocation");
    assert_text(field_text(json_at(location, "artifactLocation"), "uri"), "a%20b/initdata.toml");
    assert_int_equal(field_int(json_at(location, "region"), "startLine", 0), 57);
}

static void sarif_messages_hold_no_link(void **state)
{
    (void)state;
    assert_ok(render(&arena, SARIF,
                     parse(BYTES_LIT("{\"findings\":[{\"id\":\"T-API-02\",\"status\":\"weak\",\"title\":\"t\","
                                     "\"evidence\":\"[more](https://x.example)\"}]}"))));
    const struct json *run = field_list(parse(buf_view(&out)), "runs")->items[0];
    struct bytes text = field_text(json_at(field_list(run, "results")->items[0], "message"), "text");
    assert_non_null(memmem(text.p, text.n, "[more] (https:", 14));
}

static void vex_takes_the_worst(void **state)
{
    (void)state;
    const struct json *d = parse(
        BYTES_LIT("{\"schema\":\"casemate-assess/1\",\"now\":\"2026-06-01\",\"findings\":["
                  "{\"id\":\"T-INIT-02\",\"status\":\"unanswered\",\"severity\":\"critical\",\"workload\":\"a/b\"},"
                  "{\"id\":\"T-INIT-02\",\"status\":\"not-shown\",\"severity\":\"info\"}],\"answered\":[{\"id\":\"T-"
                  "INIT-02\"}]}"));
    assert_ok(render(&arena, VEX, d));
    const struct json *list = field_list(parse(buf_view(&out)), "statements");
    const struct json *worst = list->items[list->count - 1];
    assert_text(field_text(json_at(worst, "vulnerability"), "name"), "CVE-2025-58354");
    assert_text(field_text(worst, "status"), "affected");
    assert_text(field_text(field_list(worst, "products")->items[0], "@id"), "urn:casemate:workload:a/b");
    assert_true(list->count > 1);
    for (size_t i = 0; i < list->count - 1; i++)
        assert_text(field_text(list->items[i], "status"), "under_investigation");
}

static void differences(void **state)
{
    (void)state;
    const struct json *open = document("open.json"), *clean = document("clean.json"), *d;
    assert_ok(difference_of(&arena, clean, open, &d));
    assert_int_equal(field_list(d, "new")->count, 8);
    assert_int_equal(difference_worst(d), SEVERITY_CRITICAL);
    assert_ok(difference_of(&arena, open, clean, &d));
    assert_int_equal(field_list(d, "fixed")->count, 8);
    assert_int_equal(difference_worst(d), SEVERITY_NONE);
    assert_ok(difference_of(&arena, open, open, &d));
    assert_int_equal(field_int(d, "same", 0), 8);
    buf_reset(&out);
    difference_text(d, &out);
    assert_holds("no change");
    assert_code(difference_of(&arena, open, model, &d), ERR_FORMAT);
}

#define KBS(artefact_)                                                                                                 \
    "{\"id\":\"T-KBS-01\",\"status\":\"weak\",\"severity\":\"high\",\"artefact\":\"" artefact_                         \
    "\",\"fingerprint\":\"f\"}"
#define DOCUMENT(findings_) "{\"schema\":\"casemate-assess/1\",\"findings\":[" findings_ "]}"

/* Two files of one kind share a fingerprint; the second one is new all the same. */
static void a_second_file_is_new(void **state)
{
    (void)state;
    const struct json *one = parse(BYTES_LIT(DOCUMENT(KBS("b")))),
                      *two = parse(BYTES_LIT(DOCUMENT(KBS("a") "," KBS("b")))), *d;
    assert_ok(difference_of(&arena, one, two, &d));
    assert_int_equal(field_list(d, "new")->count, 1);
    assert_text(field_text(field_list(d, "new")->items[0], "artefact"), "a");
    assert_ok(difference_of(&arena, two, one, &d));
    assert_int_equal(field_list(d, "fixed")->count, 1);
}

/* A document is never believed to have a shape. */
static void wrong_shapes_are_survived(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "null",
        "[]",
        "{}",
        "{\"findings\":7}",
        "{\"findings\":[null,7,\"x\",[]],\"answered\":[3],\"inputs\":[null]}",
        "{\"findings\":[{\"id\":{},\"severity\":[],\"location\":\"x\",\"mechanisms\":[1],\"attackers\":[{}]}]}",
        "{\"context\":[],\"tool\":3,\"bindings\":[1],\"probes\":{},\"notes\":[[]],\"out_of_scope\":[2],\"fixed\":[1]}",
        "{\"findings\":[{\"status\":\"accepted\"},{\"status\":\"not-shown\",\"artefact\":\"#\"}]}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        for (int form = 0; form < FORM_COUNT; form++) {
            ROW(texts[i]);
            assert_ok(render(&arena, (enum form)form, parse(bytes_of_text(texts[i]))));
        }
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    const struct json *d = document("clean.json");
    struct arena a;
    arena_init(&a, 64 << 20);
    for (int form = 0; form < FORM_COUNT; form++)
        FAULT_PASS((buf_clear(&out), buf_init(&out, 16 << 20), render(&a, (enum form)form, d)), arena_clear(&a));
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_says_what_matters),
        cmocka_unit_test(lines_fit),
        cmocka_unit_test(colours_only_where_asked),
        cmocka_unit_test(hostile_text_is_harmless),
        cmocka_unit_test(an_open_threat_shows_at_each_of_its_crossings),
        cmocka_unit_test(a_page_fetches_nothing),
        cmocka_unit_test(sarif_has_the_whole_catalogue),
        cmocka_unit_test(sarif_messages_hold_no_link),
        cmocka_unit_test(vex_takes_the_worst),
        cmocka_unit_test(differences),
        cmocka_unit_test(a_second_file_is_new),
        cmocka_unit_test(wrong_shapes_are_survived),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("report/render", tests, begin, end);
}
