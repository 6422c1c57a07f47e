/*
 * Properties of characters: what is in a class by its name is what its spans say, and rings of cases close.
 */
#include "rego/unicode.h"
#include "check.h"

#define CHARACTER_MAX 0x10ffff

static void test_classes(void **state)
{
    (void)state;
    static const struct {
        const char *class;
        uint32_t character;
        bool is;
    } rows[] = {
        {"Lu", 'A', true},      {"Lu", 'a', false},     {"L", 0x4e00, true},     {"L", 0x9fff, true},
        {"L", 0xa000, true},    {"Nd", 0x0661, true},   {"N", 0x2160, true},     {"Nd", 0x2160, false},
        {"Zs", 0xa0, true},     {"Z", 0x2028, true},    {"Cc", 0, true},         {"C", 0x10fffd, true},
        {"C", 0x10ffff, false}, {"L", 0x378, false},    {"Greek", 0x3b1, true},  {"Greek", 'a', false},
        {"Latin", 'a', true},   {"Common", '0', true},  {"Common", 'a', false},  {"Co", 0xe000, true},
        {"Cs", 0xdfff, true},   {"X", 'a', false},      {"", 'a', false},        {"Lx", 'a', false},
        {"So", 0x1f600, true},  {"Han", 0x20000, true}, {"Han", 0x1ffff, false}, {"Cf", 0xe007f, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].class);
        assert_int_equal(unicode_is(rows[i].class, rows[i].character), rows[i].is);
    }
}

static void check_spans(const char *name)
{
    struct unicode_class c;
    struct unicode_span s;
    size_t at = 0;
    uint32_t before = 0;
    ROW(name);
    assert_true(unicode_find(bytes_of_text(name), &c));
    for (size_t n = 0; unicode_next_span(&c, &at, &s); n++) {
        assert_true(s.first <= s.last && s.last <= CHARACTER_MAX && (n == 0 || s.first > before + 1));
        assert_true(unicode_is(name, s.first) && unicode_is(name, s.last) && !unicode_is(name, s.last + 1));
        assert_true(s.first == 0 || !unicode_is(name, s.first - 1));
        before = s.last;
    }
    assert_true(before > 0);
}

static void test_spans(void **state)
{
    (void)state;
    static const char *const groups[] = {"C", "L", "M", "N", "P", "S", "Z"};
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        check_spans(groups[i]);
    for (size_t i = 0; i < unicode_categories_names_count; i++)
        check_spans(unicode_categories_names[i]);
    for (size_t i = 0; i < unicode_scripts_names_count; i++)
        check_spans(unicode_scripts_names[i]);
}

static void test_cases(void **state)
{
    (void)state;
    static const uint32_t rows[][4] = {
        /* a character, its lower and upper case, the next in its ring */
        {'k', 'k', 'K', 0x212a},
        {0x212a, 'k', 0x212a, 'K'},
        {'K', 'k', 'K', 'k'},
        {'1', '1', '1', '1'},
        {0xdf, 0xdf, 0xdf, 0x1e9e},
        {0x1e9e, 0xdf, 0x1e9e, 0xdf},
        {0x130, 'i', 0x130, 0x130},
        {0x131, 0x131, 'I', 0x131},
        {0x1c5, 0x1c6, 0x1c4, 0x1c6},
        {0x1c4, 0x1c6, 0x1c4, 0x1c5},
        {0x3a3, 0x3c3, 0x3a3, 0x3c2},
        {0x10400, 0x10428, 0x10400, 0x10428},
        {0x10428, 0x10428, 0x10400, 0x10400},
        {0x13a0, 0xab70, 0x13a0, 0xab70},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(unicode_to_lower(rows[i][0]), rows[i][1]);
        assert_int_equal(unicode_to_upper(rows[i][0]), rows[i][2]);
        assert_int_equal(unicode_next_fold(rows[i][0]), rows[i][3]);
    }
}

static void test_rings(void **state)
{
    (void)state;
    uint32_t cased = unicode_next_cased(0);
    for (uint32_t c = 0; c <= CHARACTER_MAX; c++) {
        uint32_t next = unicode_next_fold(c);
        unsigned turns = 1;
        for (uint32_t at = next; at != c && turns < 5; turns++)
            at = unicode_next_fold(at);
        assert_true(turns < 5);
        if (c == cased)
            cased = unicode_next_cased(c + 1);
        else
            assert_int_equal(next, c);
    }
    assert_int_equal(cased, UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_rings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
