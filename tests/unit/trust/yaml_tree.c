/* proves: R4 R36 */
#include "trust/yaml_tree.h"
#include "base/limits.h"
#include "trust/tree.h"

#include "check.h"

#define ARENA (64 * MIB)

struct row {
    const char *name;
    const char *text;
    const char *want; /* documents as JSON with spaces between */
    enum err_code code;
};

static const struct row refusals[] = {
    {"tab", "a:\n\t- b\n", NULL, ERR_FORMAT},
    {"open bracket", "a: [1, 2\n", NULL, ERR_FORMAT},
    {"key twice", "a: 1\na: 2\n", NULL, ERR_FORMAT},
    {"key twice, quoted", "a: 1\n\"a\": 2\n", NULL, ERR_FORMAT},
    {"key twice inside", "b:\n  a: 1\n  a: 2\n", NULL, ERR_FORMAT},
    {"merge twice", "x: &x {a: 1}\ny:\n  <<: *x\n  <<: *x\n", NULL, ERR_FORMAT},
    {"merge of a word", "y:\n  <<: word\n", NULL, ERR_FORMAT},
    {"alias without an anchor", "a: *b\n", NULL, ERR_FORMAT},
    {"cycle", "a: &a [*a]\n", NULL, ERR_FORMAT},
    {"anchor of another document", "a: &a 1\n---\nb: *a\n", NULL, ERR_FORMAT},
    {"a list as a key", "? [a]\n: 1\n", NULL, ERR_FORMAT},
    {"foreign tag", "a: !!python/object:os.system ls\n", NULL, ERR_UNSUPPORTED},
    {"binary tag", "a: !!binary aGk=\n", NULL, ERR_UNSUPPORTED},
    {"set tag", "!!set {a}\n", NULL, ERR_UNSUPPORTED},
    {"no UTF-8", "a: \xff\xfe\n", NULL, ERR_FORMAT},
};

static const struct row values[] = {
    {"nothing", "", "", ERR_OK},
    {"a comment", "# nothing\n", "", ERR_OK},
    {"a byte order mark",
     "\xef\xbb\xbf"
     "a: 1\n",
     "{\"a\":1}", ERR_OK},
    {"empty documents", "---\n---\na: 1\n---\n", "{\"a\":1}", ERR_OK},
    {"scalars", "[1, -2, 1.5, true, no, null, ~, word, '1', \"x\\n\"]",
     "[1,-2,1.5,true,false,null,null,\"word\",\"1\",\"x\\n\"]", ERR_OK},
    {"integers", "[0x1f, 0o17, 0b11, 1_000, +5, 08]", "[31,15,3,1000,5,\"08\"]", ERR_OK},
    {"what JSON has not", "[.inf, .nan, 2026-06-01, 12:30:00]", "[\".inf\",\".nan\",\"2026-06-01\",\"12:30:00\"]",
     ERR_OK},
    {"keys that are numbers", "8080: x\ntrue: y\n", "{\"8080\":\"x\",\"true\":\"y\"}", ERR_OK},
    {"alias", "a: &a {b: 1}\nc: *a\n", "{\"a\":{\"b\":1},\"c\":{\"b\":1}}", ERR_OK},
    {"merge", "x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n", "{\"x\":{\"a\":1,\"b\":2},\"y\":{\"a\":1,\"b\":3}}",
     ERR_OK},
    {"merge of several", "x: &x {a: 1}\nz: &z {a: 2, c: 3}\ny:\n  <<: [*x, *z]\n",
     "{\"x\":{\"a\":1},\"y\":{\"a\":1,\"c\":3},\"z\":{\"a\":2,\"c\":3}}", ERR_OK},
    {"merge key as a word", "'<<': 1\n", "{\"<<\":1}", ERR_OK},
    {"tags", "[!!str 1, !!int \"2\", !local_not x]", NULL, ERR_UNSUPPORTED},
    {"core tags", "[!!str 1, !!int \"2\", !!seq []]", "[\"1\",2,[]]", ERR_OK},
    {"block text", "a: |\n  one\n  two\n", "{\"a\":\"one\\ntwo\\n\"}", ERR_OK},
    {"two documents", "a: 1\n---\nb: 2\n", "{\"a\":1} {\"b\":2}", ERR_OK},
};

static struct err shown(struct arena *a, const struct yaml *y, struct bytes *out)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    buf_init(&text, MIB);
    for (size_t i = 0; i < y->count; i++) {
        buf_text(&text, i > 0 ? " " : "");
        json_encode(y->roots[i], &text);
    }
    TRY(buf_end(&text, &view));
    return arena_copy(a, view, out);
}

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct arena a;
        struct yaml y = {0};
        ROW(refusals[i].name);
        arena_init(&a, ARENA);
        assert_code(yaml_decode(&a, bytes_of_text(refusals[i].text), NULL, &y), refusals[i].code);
        assert_int_equal(y.count, 0);
        arena_clear(&a);
    }
}

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct arena a;
        struct yaml y = {0};
        struct bytes text;
        ROW(values[i].name);
        arena_init(&a, ARENA);
        assert_code(yaml_decode(&a, bytes_of_text(values[i].text), NULL, &y), values[i].code);
        if (values[i].code == ERR_OK) {
            assert_ok(shown(&a, &y, &text));
            assert_text(text, values[i].want);
        }
        arena_clear(&a);
    }
}

static void test_lines(void **state)
{
    struct arena a;
    struct yaml y;
    (void)state;
    arena_init(&a, ARENA);
    assert_ok(yaml_decode(&a, BYTES_LIT("a: 1\nb:\n  c: x\n---\nd: [1,\n 2]\n"), NULL, &y));
    assert_int_equal(yaml_line(&y, y.roots[0]), 1);
    assert_int_equal(yaml_line(&y, json_path(y.roots[0], "b", "c", NULL)), 3);
    assert_int_equal(yaml_line(&y, json_at(y.roots[1], "d")->items[1]), 6);
    assert_int_equal(yaml_line(&y, NULL), 0);
    arena_clear(&a);
}

static void test_fault_place(void **state)
{
    struct arena a;
    struct yaml y;
    struct yaml_fault f = {0};
    (void)state;
    arena_init(&a, ARENA);
    assert_code(yaml_decode(&a, BYTES_LIT("a: 1\nb: *c\n"), &f, &y), ERR_FORMAT);
    assert_int_equal(f.line, 2);
    assert_non_null(f.expected);
    arena_clear(&a);
}

static void fill(struct buf *b, const char *head, const char *each, size_t n)
{
    buf_text(b, head);
    for (size_t i = 0; i < n; i++)
        buf_text(b, each);
}

static void test_bounds(void **state)
{
    static const struct {
        const char *name, *head, *each;
        size_t fits, over;
    } rows[] = {
        {"documents", "", "a: 1\n---\n", YAML_DOCUMENTS_MAX, YAML_DOCUMENTS_MAX + 1},
        {"values", "", "- 1\n", YAML_NODES_MAX - 1, YAML_NODES_MAX + 1},
        {"depth", "", "- ", JSON_DEPTH_MAX - 1, JSON_DEPTH_MAX + 2},
        {"aliases", "- &a [1,1,1,1,1,1,1,1,1]\n", "- *a\n", 100, 101},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        for (int over = 0; over < 2; over++) {
            struct arena a;
            struct yaml y;
            struct bytes text;
            struct buf b;
            ROW(rows[i].name);
            buf_init(&b, 16 * MIB);
            arena_init(&a, ARENA);
            fill(&b, rows[i].head, rows[i].each, over ? rows[i].over : rows[i].fits);
            assert_ok(buf_end(&b, &text));
            assert_code(yaml_decode(&a, text, NULL, &y), over ? ERR_LIMIT : ERR_OK);
            arena_clear(&a);
            buf_clear(&b);
        }
}

/* Each level doubles the one below: a bomb of two to the thirtieth values. */
static void test_bomb(void **state)
{
    struct arena a;
    struct yaml y;
    struct buf b;
    struct bytes text;
    (void)state;
    buf_init(&b, MIB);
    arena_init(&a, ARENA);
    buf_text(&b, "a0: &a0 [x, x]\n");
    for (int i = 1; i < 30; i++) {
        char line[64];
        snprintf(line, sizeof(line), "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
        buf_text(&b, line);
    }
    buf_text(&b, "end: *a29\n");
    assert_ok(buf_end(&b, &text));
    assert_code(yaml_decode(&a, text, NULL, &y), ERR_LIMIT);
    arena_clear(&a);
    buf_clear(&b);
}

static const char whole[] =
    "apiVersion: v1\nkind: Pod\nmetadata: &m {name: web, labels: {a: 'b'}}\nspec:\n  x: *m\n  y: |\n    t\n";

static void test_truncated(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof(whole) - 1; n++) {
        struct arena a;
        struct yaml y;
        arena_init(&a, ARENA);
        (void)!failed(yaml_decode(&a, bytes_of(whole, n), NULL, &y)); /* any answer, no fault */
        arena_clear(&a);
    }
}

static void test_flipped(void **state)
{
    char text[sizeof(whole)];
    (void)state;
    for (size_t bit = 0; bit < (sizeof(whole) - 1) * 8; bit++) {
        struct arena a;
        struct yaml y;
        memcpy(text, whole, sizeof(whole));
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        arena_init(&a, ARENA);
        (void)!failed(yaml_decode(&a, bytes_of(text, sizeof(whole) - 1), NULL, &y));
        arena_clear(&a);
    }
}

static void test_faults(void **state)
{
    struct arena a;
    struct yaml y;
    (void)state;
    arena_init(&a, ARENA);
    FAULT_PASS(yaml_decode(&a, bytes_of(whole, sizeof(whole) - 1), NULL, &y), arena_clear(&a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),    cmocka_unit_test(test_values),  cmocka_unit_test(test_lines),
        cmocka_unit_test(test_fault_place), cmocka_unit_test(test_bounds),  cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_truncated),   cmocka_unit_test(test_flipped), cmocka_unit_test(test_faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
