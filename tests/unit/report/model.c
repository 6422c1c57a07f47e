/* The embedded words of the trust model: complete, unique, and pointing at each other. */
#include "report/model.h"
#include "check.h"
#include "report/field.h"

static struct arena arena;
static const struct json *model;

static int load(void **state)
{
    (void)state;
    arena_init(&arena, 4 << 20);
    return failed(model_load(&arena, &model));
}

static int unload(void **state)
{
    (void)state;
    arena_clear(&arena);
    return 0;
}

static void lists_are_complete(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t count;
    } lists[] = {{"seeds", 28},     {"requirements", 37}, {"assets", 8},      {"personas", 12},   {"layouts", 3},
                 {"crossings", 18}, {"privileges", 8},    {"mechanisms", 34}, {"out_of_scope", 6}};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        ROW(lists[i].name);
        assert_int_equal(field_list(model, lists[i].name)->count, lists[i].count);
    }
}

static void ids_are_unique(void **state)
{
    (void)state;
    static const char *const names[] = {"seeds",     "requirements", "assets",      "personas",    "layouts",
                                        "crossings", "mechanisms",   "assumptions", "out_of_scope"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct json *list = field_list(model, names[i]);
        for (size_t k = 0; k < list->count; k++) {
            struct bytes id = field_text(list->items[k], "id");
            ROW(names[i]);
            assert_true(id.n > 0);
            assert_ptr_equal(field_row(list, id), list->items[k]);
        }
    }
}

/* R1: a mechanism that lives nowhere would be a promise. */
static void mechanisms_live_somewhere(void **state)
{
    (void)state;
    const struct json *list = field_list(model, "mechanisms");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *m = list->items[i];
        assert_true(field_list(m, "folders")->count + field_list(m, "artefacts")->count > 0);
    }
}

static void requirements_name_seeds(void **state)
{
    (void)state;
    const struct json *list = field_list(model, "requirements"), *seeds = field_list(model, "seeds");
    for (size_t i = 0; i < list->count; i++) {
        const struct json *from = field_list(list->items[i], "seed");
        assert_true(from->count > 0);
        for (size_t k = 0; k < from->count; k++)
            assert_non_null(field_row(seeds, from->items[k]->text));
    }
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    struct arena a;
    const struct json *out;
    arena_init(&a, 4 << 20);
    FAULT_PASS(model_load(&a, &out), arena_clear(&a));
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_complete),        cmocka_unit_test(ids_are_unique),
        cmocka_unit_test(mechanisms_live_somewhere), cmocka_unit_test(requirements_name_seeds),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests_name("report/model", tests, load, unload);
}
