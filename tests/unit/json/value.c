#include "json/json.h"

#include "base/limits.h"
#include "check.h"

static void refuses_bad_parts(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *null;
    const struct json *v = NULL;
    assert_ok(json_new_null(&a, &null));
    assert_code(json_new_string(&a, BYTES_LIT("\xff"), &v), ERR_FORMAT);
    struct json_member twice[] = {{BYTES_LIT("b"), null}, {BYTES_LIT("a"), null}, {BYTES_LIT("b"), null}};
    assert_code(json_new_object(&a, twice, 3, &v), ERR_FORMAT);
    struct json_member bad_key[] = {{BYTES_LIT("\x80"), null}};
    assert_code(json_new_object(&a, bad_key, 1, &v), ERR_FORMAT);
    assert_null(v);
    arena_clear(&a);
}

static void objects_are_sorted_copies(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *null;
    const struct json *v;
    char key[] = "b";
    assert_ok(json_new_null(&a, &null));
    struct json_member members[] = {{bytes_of_text(key), null}, {BYTES_LIT("a"), null}};
    assert_ok(json_new_object(&a, members, 2, &v));
    key[0] = 'z';
    assert_text(v->members[0].key, "a");
    assert_text(v->members[1].key, "b");
    assert_ok(json_new_object(&a, NULL, 0, &v));
    assert_int_equal(v->count, 0);
    arena_clear(&a);
}

static void sets_are_sorted_without_equal_items(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *items[5];
    const struct json *v;
    assert_ok(json_new_int(&a, 3, &items[0]));
    assert_ok(json_new_number(&a, BYTES_LIT("1.0"), &items[1]));
    assert_ok(json_new_int(&a, 1, &items[2]));
    assert_ok(json_new_bool(&a, true, &items[3]));
    assert_ok(json_new_int(&a, 3, &items[4]));
    assert_ok(json_new_set(&a, items, 5, &v));
    assert_int_equal(v->count, 3);
    assert_int_equal(v->items[0]->type, JSON_BOOL);
    assert_int_equal(v->items[1]->as_int, 1);
    assert_int_equal(v->items[2]->as_int, 3);
    assert_ok(json_new_array(&a, items, 5, &v));
    assert_int_equal(v->count, 5);
    arena_clear(&a);
}

static struct err build(struct arena *a)
{
    const struct json *items[2];
    const struct json *v;
    TRY(json_new_int(a, INT64_MIN, &items[0]));
    TRY(json_new_string(a, BYTES_LIT("text"), &items[1]));
    TRY(json_new_set(a, items, 2, &v));
    TRY(json_new_array(a, items, 2, &v));
    return json_new_object(a, &(struct json_member){BYTES_LIT("k"), v}, 1, &v);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    FAULT_PASS(build(&a), arena_clear(&a));
}

/* What is shared is counted each time; the text of a string by its length; a decoded value weighs what a built one
 * does. */
static void weighs_what_there_is_to_read(void **state)
{
    (void)state;
    struct arena a;
    const struct json *text;
    const struct json *list;
    const struct json *twice;
    const struct json *decoded;
    struct buf b;
    arena_init(&a, REQUEST_ARENA_MAX);
    buf_init(&b, 1 << 20);
    buf_fill(&b, 'x', 130);
    assert_ok(json_new_string(&a, buf_view(&b), &text));
    assert_int_equal(json_weight(text), 1 + 2);
    assert_ok(json_new_array(&a, &text, 1, &list));
    assert_int_equal(json_weight(list), 1 + 3);
    const struct json_member members[2] = {{BYTES_LIT("a"), list}, {BYTES_LIT("b"), list}};
    assert_ok(json_new_object(&a, members, 2, &twice));
    assert_int_equal(json_weight(twice), 1 + 2 * (1 + 4));
    buf_clear(&b);
    buf_init(&b, 1 << 20);
    json_encode(twice, &b);
    assert_ok(json_decode(&a, buf_view(&b), NULL, NULL, &decoded));
    assert_int_equal(json_weight(decoded), json_weight(twice));
    buf_clear(&b);
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_bad_parts),
        cmocka_unit_test(objects_are_sorted_copies),
        cmocka_unit_test(sets_are_sorted_without_equal_items),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(weighs_what_there_is_to_read),
    };
    return cmocka_run_group_tests_name("json/value", tests, NULL, NULL);
}
