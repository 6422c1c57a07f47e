#include "base/limits.h"
#include "check.h"
#include "json/json.h"

static void the_first_failure_shows_at_the_end(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    struct json_object o;
    const struct json *v = NULL;
    json_object_init(&o, &a);
    json_object_string(&o, "bad", BYTES_LIT("\xff"));
    json_object_int(&o, "good", 1);
    assert_code(json_object_end(&o, &v), ERR_FORMAT);
    json_object_init(&o, &a);
    json_object_add(&o, "nothing", NULL);
    assert_code(json_object_end(&o, &v), ERR_FORMAT);
    json_object_init(&o, &a);
    json_object_int(&o, "twice", 1);
    json_object_int(&o, "twice", 2);
    assert_code(json_object_end(&o, &v), ERR_FORMAT);
    assert_null(v);
    arena_clear(&a);
}

static void refuses_more_than_256_members(void **state)
{
    (void)state;
    static char keys[257][8];
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    struct json_object o;
    const struct json *v;
    for (int have = 256; have <= 257; have++) {
        json_object_init(&o, &a);
        for (int i = 0; i < have; i++) {
            snprintf(keys[i], sizeof(keys[i]), "k%d", i);
            json_object_int(&o, keys[i], i);
        }
        assert_code(json_object_end(&o, &v), have == 256 ? ERR_OK : ERR_LIMIT);
    }
    arena_clear(&a);
}

static struct err build(struct arena *a, const struct json **v)
{
    struct json_object o;
    const struct json *inner;
    json_object_init(&o, a);
    json_object_text(&o, "text", "t");
    TRY(json_object_end(&o, &inner));
    json_object_init(&o, a);
    json_object_hex(&o, "hex", BYTES_LIT("\x00\xfe"));
    json_object_hex(&o, "hex0", BYTES_EMPTY);
    json_object_int(&o, "int", -5);
    json_object_bool(&o, "bool", true);
    json_object_null(&o, "null");
    json_object_string(&o, "string", BYTES_LIT("s"));
    json_object_add(&o, "add", inner);
    return json_object_end(&o, v);
}

static void each_kind_of_member(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v;
    SCOPED(buf) struct buf b;
    buf_init(&b, 4096);
    assert_ok(build(&a, &v));
    json_encode(v, &b);
    assert_text(buf_view(&b), "{\"add\":{\"text\":\"t\"},\"bool\":true,\"hex\":\"00fe\",\"hex0\":\"\",\"int\":-5,"
                              "\"null\":null,\"string\":\"s\"}");
    arena_clear(&a);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    const struct json *v;
    FAULT_PASS(build(&a, &v), arena_clear(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_failure_shows_at_the_end),
        cmocka_unit_test(refuses_more_than_256_members),
        cmocka_unit_test(each_kind_of_member),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("json/build", tests, NULL, NULL);
}
