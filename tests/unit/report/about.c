/* Every id of the trust model has an answer, and no other text has. */
#include "report/about.h"
#include "check.h"
#include "report/field.h"
#include "report/model.h"
#include "trust/catalogue.h"

static struct arena arena;
static const struct json *model;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 256 << 20);
    return failed(model_load(&arena, &model));
}

static int end(void **state)
{
    (void)state;
    arena_clear(&arena);
    return 0;
}

static void answer(struct bytes id)
{
    const struct json *v;
    SCOPED(buf) struct buf out;
    buf_init(&out, 1 << 20);
    assert_ok(about_find(&arena, model, id, &v));
    assert_true(bytes_equal(field_text(v, "id"), id));
    about_text(v, &out);
    assert_true(bytes_starts(buf_view(&out), id));
    buf_reset(&out);
    about_markdown(v, &out);
    assert_true(bytes_starts(buf_view(&out), BYTES_LIT("# ")));
    for (size_t i = 0; i < out.n; i++)
        assert_true(out.p[i] >= 0x20 || out.p[i] == '\n');
}

static void every_id_has_an_answer(void **state)
{
    (void)state;
    static const char *const lists[] = {"seeds",     "requirements", "assets",      "personas",    "layouts",
                                        "crossings", "mechanisms",   "assumptions", "out_of_scope"};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const struct json *list = field_list(model, lists[i]);
        ROW(lists[i]);
        for (size_t k = 0; k < list->count; k++)
            answer(field_text(list->items[k], "id"));
    }
    for (const struct threat *t = threats; t->id != NULL; t++) {
        ROW(t->id);
        answer(bytes_of_text(t->id));
        arena_reset(&arena);
        assert_ok(model_load(&arena, &model));
    }
}

/* R1: what a threat refers to exists. */
static void threats_refer_to_words_that_exist(void **state)
{
    (void)state;
    for (const struct threat *t = threats; t->id != NULL; t++) {
        const struct {
            const char *const *ids;
            const char *list;
        } all[] = {{t->crossings, "crossings"}, {t->assets, "assets"},         {t->attackers, "personas"},
                   {t->layouts, "layouts"},     {t->mechanisms, "mechanisms"}, {t->seed, "seeds"}};
        ROW(t->id);
        for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
            for (const char *const *id = all[i].ids; id != NULL && *id != NULL; id++)
                if (field_row(field_list(model, all[i].list), bytes_of_text(*id)) == NULL)
                    fail_msg("%s names %s, which is not among the %s", t->id, *id, all[i].list);
        for (const char *const *id = t->probes; id != NULL && *id != NULL; id++) {
            const struct json *v;
            if (failed(about_find(&arena, model, bytes_of_text(*id), &v)))
                fail_msg("%s names the probe %s, which does not exist", t->id, *id);
        }
        arena_reset(&arena);
        assert_ok(model_load(&arena, &model));
    }
}

static void other_texts_have_none(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "T-API-99", "t-api-02", "X19", "P-", "P-Z99", "R0", "id"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct json *v;
        ROW(texts[i]);
        assert_code(about_find(&arena, model, bytes_of_text(texts[i]), &v), ERR_ABSENT);
    }
}

static void a_probe_goes_by_two_names(void **state)
{
    (void)state;
    const struct json *a, *b;
    assert_ok(about_find(&arena, model, BYTES_LIT("E01"), &a));
    assert_ok(about_find(&arena, model, BYTES_LIT("P-E01"), &b));
    assert_true(json_equal(a, b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_id_has_an_answer),
        cmocka_unit_test(threats_refer_to_words_that_exist),
        cmocka_unit_test(other_texts_have_none),
        cmocka_unit_test(a_probe_goes_by_two_names),
    };
    return cmocka_run_group_tests_name("report/about", tests, begin, end);
}
