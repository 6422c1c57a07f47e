#include "trust/patch.h"
#include "trust/tree.h"

#include "check.h"

struct row {
    const char *name;
    const char *document;
    const char *patch;
    const char *want; /* NULL: refused */
    enum err_code code;
};

static const struct row refusals[] = {
    {"no array", "{}", "{}", NULL, ERR_FORMAT},
    {"no operation", "{}", "[1]", NULL, ERR_FORMAT},
    {"unknown operation", "{}", "[{\"op\":\"put\",\"path\":\"/a\",\"value\":1}]", NULL, ERR_FORMAT},
    {"no value", "{}", "[{\"op\":\"add\",\"path\":\"/a\"}]", NULL, ERR_FORMAT},
    {"no slash", "{}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", NULL, ERR_FORMAT},
    {"bad escape", "{}", "[{\"op\":\"add\",\"path\":\"/~2\",\"value\":1}]", NULL, ERR_FORMAT},
    {"bad escape at the end", "{}", "[{\"op\":\"add\",\"path\":\"/~\",\"value\":1}]", NULL, ERR_FORMAT},
    {"missing parent", "{}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]", NULL, ERR_ABSENT},
    {"missing member", "{}", "[{\"op\":\"remove\",\"path\":\"/a\"}]", NULL, ERR_ABSENT},
    {"replace a missing one", "{}", "[{\"op\":\"replace\",\"path\":\"/a\",\"value\":1}]", NULL, ERR_ABSENT},
    {"through a number", "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a/b\",\"value\":1}]", NULL, ERR_ABSENT},
    {"behind the end", "[1]", "[{\"op\":\"add\",\"path\":\"/2\",\"value\":1}]", NULL, ERR_ABSENT},
    {"leading zero", "[1,2]", "[{\"op\":\"remove\",\"path\":\"/01\"}]", NULL, ERR_ABSENT},
    {"sign", "[1,2]", "[{\"op\":\"remove\",\"path\":\"/+1\"}]", NULL, ERR_ABSENT},
    {"remove at the end", "[1]", "[{\"op\":\"remove\",\"path\":\"/-\"}]", NULL, ERR_ABSENT},
    {"remove all", "{}", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL, ERR_FORMAT},
    {"test that fails", "{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":2}]", NULL, ERR_DENIED},
    {"into itself", "{\"a\":{}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", NULL, ERR_FORMAT},
    {"move of nothing", "{}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}]", NULL, ERR_ABSENT},
    {"copy without from", "{}", "[{\"op\":\"copy\",\"path\":\"/b\"}]", NULL, ERR_FORMAT},
    {"the second fails", "{}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":1},{\"op\":\"remove\",\"path\":\"/b\"}]",
     NULL, ERR_ABSENT},
};

static const struct row changes[] = {
    {"nothing", "{\"a\":1}", "[]", "{\"a\":1}", ERR_OK},
    {"add", "{}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":1}]", "{\"a\":1}", ERR_OK},
    {"add replaces", "{\"a\":1}", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":2}]", "{\"a\":2}", ERR_OK},
    {"append", "[1]", "[{\"op\":\"add\",\"path\":\"/-\",\"value\":2}]", "[1,2]", ERR_OK},
    {"insert", "[1,3]", "[{\"op\":\"add\",\"path\":\"/1\",\"value\":2}]", "[1,2,3]", ERR_OK},
    {"remove item", "[1,2,3]", "[{\"op\":\"remove\",\"path\":\"/1\"}]", "[1,3]", ERR_OK},
    {"replace item", "[1,2]", "[{\"op\":\"replace\",\"path\":\"/0\",\"value\":9}]", "[9,2]", ERR_OK},
    {"deep", "{\"a\":[{\"b\":1}]}", "[{\"op\":\"replace\",\"path\":\"/a/0/b\",\"value\":2}]", "{\"a\":[{\"b\":2}]}",
     ERR_OK},
    {"escapes", "{\"a/b\":1,\"m~n\":2}",
     "[{\"op\":\"remove\",\"path\":\"/a~1b\"},{\"op\":\"remove\",\"path\":\"/m~0n\"}]", "{}", ERR_OK},
    {"whole", "{}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":[1]}]", "[1]", ERR_OK},
    {"copy", "{\"a\":1}", "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"}]", "{\"a\":1,\"b\":1}", ERR_OK},
    {"move", "{\"a\":1}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/b\"}]", "{\"b\":1}", ERR_OK},
    {"test", "{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":1}]", "{\"a\":1}", ERR_OK},
};

static struct err apply(struct arena *a, const struct row *r, const struct json **out)
{
    const struct json *document, *patch;
    TRY(json_decode(a, bytes_of_text(r->document), NULL, NULL, &document));
    TRY(json_decode(a, bytes_of_text(r->patch), NULL, NULL, &patch));
    return patch_apply(a, document, patch, out);
}

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct arena a;
        const struct json *out = NULL;
        ROW(refusals[i].name);
        arena_init(&a, 1 << 20);
        assert_code(apply(&a, &refusals[i], &out), refusals[i].code);
        assert_null(out);
        arena_clear(&a);
    }
}

static void test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct arena a;
        const struct json *out;
        struct bytes text;
        ROW(changes[i].name);
        arena_init(&a, 1 << 20);
        assert_ok(apply(&a, &changes[i], &out));
        assert_ok(tree_encode(&a, out, &text));
        assert_text(text, changes[i].want);
        arena_clear(&a);
    }
}

static void test_document_stays(void **state)
{
    struct arena a;
    const struct json *document, *patch, *out;
    struct bytes text;
    (void)state;
    arena_init(&a, 1 << 20);
    assert_ok(json_decode(&a, BYTES_LIT("{\"a\":[1]}"), NULL, NULL, &document));
    assert_ok(json_decode(&a, BYTES_LIT("[{\"op\":\"add\",\"path\":\"/a/-\",\"value\":2}]"), NULL, NULL, &patch));
    assert_ok(patch_apply(&a, document, patch, &out));
    assert_ok(tree_encode(&a, document, &text));
    assert_text(text, "{\"a\":[1]}");
    arena_clear(&a);
}

static void test_faults(void **state)
{
    struct arena a;
    const struct json *out = NULL;
    (void)state;
    arena_init(&a, 1 << 20);
    FAULT_PASS(apply(&a, &changes[7], &out), arena_clear(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusals), cmocka_unit_test(test_changes),
                                       cmocka_unit_test(test_document_stays), cmocka_unit_test(test_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
