/* Text from outside: nothing that steers a terminal or a page gets through, and nothing else is lost. */
#include "report/escape.h"
#include "check.h"

static const struct {
    const char *name, *in, *terminal, *html;
} rows[] = {
    {"plain", "pod.yaml", "pod.yaml", "pod.yaml"},
    {"nothing", "", "", ""},
    {"other letters", "caf\u00e9 \u2192", "caf\u00e9 \u2192", "caf\u00e9 \u2192"},
    {"colour", "a\x1b[31mb\x1b[0mc", "abc", "abc"},
    {"title", "a\x1b]0;evil\x07z", "az", "az"},
    {"title with ST", "a\x1b]0;evil\x1b\\z", "az", "az"},
    {"title without end keeps the rest", "a\x1b]0;evil", "a0;evil", "a0;evil"},
    {"device control string", "a\x1bP1$r\x1b\\z", "az", "az"},
    {"two characters",
     "a\x1b"
     "cz",
     "az", "az"},
    {"escape at the end", "a\x1b", "a", "a"},
    {"sequence cut short", "a\x1b[31", "a", "a"},
    {"C1 introducer",
     "a\xc2\x9b"
     "31mb",
     "ab", "ab"},
    {"other C1",
     "a\xc2\x85"
     "b",
     "a\\x85b", "a\\x85b"},
    {"bell and delete",
     "a\x07"
     "b\x7f",
     "a\\x07b\\x7f", "a\\x07b\\x7f"},
    {"line ends", "a\nb\tc\rd", "a b c d", "a b c d"},
    {"turned around", "a\u202eb\u2066c", "a\\u202eb\\u2066c", "a\\u202eb\\u2066c"},
    {"nothing to see", "a\u200bb\ufeffc", "a\\u200bb\\ufeffc", "a\\u200bb\\ufeffc"},
    {"tags", "a\U000e0041b", "a\\ue0041b", "a\\ue0041b"},
    {"no UTF-8", "a\xff\xc3", "a\\xff\\xc3", "a\\xff\\xc3"},
    {"overlong", "a\xc0\xaf", "a\\xc0\\xaf", "a\\xc0\\xaf"},
    {"markup", "<a href=\"x\" b='&'>", "<a href=\"x\" b='&'>", "&lt;a href=&quot;x&quot; b=&#39;&amp;&#39;&gt;"},
};

static void text_becomes_harmless(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        SCOPED(buf) struct buf out;
        buf_init(&out, 4096);
        ROW(rows[i].name);
        escape_terminal(bytes_of_text(rows[i].in), &out);
        assert_text(buf_view(&out), rows[i].terminal);
        buf_reset(&out);
        escape_html(bytes_of_text(rows[i].in), &out);
        assert_text(buf_view(&out), rows[i].html);
    }
}

static void a_message_has_no_link(void **state)
{
    (void)state;
    static const char *const texts[][2] = {{"see [here](https://x.example)", "see [here] (https://x.example)"},
                                           {"[a]\x1b[0m(b)", "[a] (b)"},
                                           {"env[0] (8 bytes)", "env[0] (8 bytes)"},
                                           {"(a)[b]", "(a)[b]"}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        SCOPED(buf) struct buf out;
        buf_init(&out, 4096);
        ROW(texts[i][0]);
        escape_message(bytes_of_text(texts[i][0]), &out);
        assert_text(buf_view(&out), texts[i][1]);
    }
}

/* Whatever the bytes: no control character is left. */
static void every_pair_of_bytes(void **state)
{
    (void)state;
    SCOPED(buf) struct buf out;
    buf_init(&out, 4096);
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            const uint8_t in[3] = {(uint8_t)a, (uint8_t)b, 'x'};
            buf_reset(&out);
            escape_html(bytes_of(in, 3), &out);
            assert_true(bytes_is_utf8(buf_view(&out)));
            for (size_t i = 0; i < out.n; i++)
                assert_true(out.p[i] >= 0x20 && out.p[i] != 0x7f && out.p[i] != '<');
        }
}

static void markdown_is_text(void **state)
{
    (void)state;
    SCOPED(buf) struct buf out;
    buf_init(&out, 4096);
    escape_markdown(BYTES_LIT("a|b*c[d](e)\n# f"), &out);
    assert_text(buf_view(&out), "a\\|b\\*c\\[d\\](e) \\# f");
}

static const struct {
    const char *name, *in, *out;
    size_t at, indent, columns;
} wraps[] = {
    {"fits", "one two", "one two", 0, 2, 10},
    {"breaks at a blank", "one two three", "one two\n  three", 0, 2, 8},
    {"counts what stands before", "one two", "one\n  two", 5, 2, 10},
    {"breaks a long word", "abcdefghij", "abcde\n fghi\n j", 0, 1, 5},
    {"counts characters, no bytes", "\u00e4\u00f6\u00fc \u00e4\u00f6", "\u00e4\u00f6\u00fc \u00e4\u00f6", 0, 0, 6},
    {"no room at all", "ab", "a\n   b", 0, 3, 1},
};

static void lines_are_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wraps) / sizeof(wraps[0]); i++) {
        SCOPED(buf) struct buf out;
        buf_init(&out, 4096);
        ROW(wraps[i].name);
        escape_wrap(bytes_of_text(wraps[i].in), wraps[i].at, wraps[i].indent, wraps[i].columns, &out);
        assert_text(buf_view(&out), wraps[i].out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_becomes_harmless), cmocka_unit_test(a_message_has_no_link),
        cmocka_unit_test(every_pair_of_bytes),   cmocka_unit_test(markdown_is_text),
        cmocka_unit_test(lines_are_broken),
    };
    return cmocka_run_group_tests_name("report/escape", tests, NULL, NULL);
}
