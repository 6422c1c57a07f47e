/* The layout of policies: what it must see, and what it writes. */
#include "owner/policy/policy_layout.h"

#include "check.h"
#include "rego/parse.h"

struct laid {
    struct module *module;
    struct layout_text tokens;
    struct buf text; /* of lay_out */
    struct rego_error error;
};

static struct err read_text(struct arena *a, const char *text, bool v0, struct laid *out)
{
    *out = (struct laid){0};
    TRY(parse_module(a, &out->error, "t.rego", bytes_of_text(text), v0, &out->module));
    return layout_read(a, &out->error, bytes_of_text(text), &out->tokens);
}

static struct bytes lay_out(struct arena *a, const char *text, bool v0, struct laid *out)
{
    struct bytes whole;
    if (failed(read_text(a, text, v0, out)))
        fail_msg("'%s': %s", text, out->error.message);
    buf_init(&out->text, 64UL * 1024);
    layout_mark(&out->tokens, out->module);
    layout_write(&out->tokens, &out->text);
    assert_ok(buf_end(&out->text, &whole));
    return whole;
}

static void what_is_no_text_has_no_layout(void **state)
{
    (void)state;
    char deep[400] = "package t\np := ";
    static const char *const texts[] = {"package t\np := \"a", "package t\np := $\"a{1", "package t\np := $\"a{\"}\"",
                                        "package t\np := `a", "package t\np := \xff"};
    struct arena a;
    struct rego_error error = {0};
    struct layout_text t;
    arena_init(&a, 1024UL * 1024);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ROW(texts[i]);
        assert_code(layout_read(&a, &error, bytes_of_text(texts[i]), &t), ERR_FORMAT);
    }
    for (size_t i = 0, n = strlen(deep); i < 20; i++, n += 3)
        memcpy(deep + n, "$\"{", 4);
    assert_code(layout_read(&a, &error, bytes_of_text(deep), &t), ERR_LIMIT);
    arena_clear(&a);
}

static void a_lost_token_or_comment_is_seen(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"package t\np := 1", "package t\np := 2"},
        {"package t\np := 1", "package t\np = 1"},
        {"package t\np := 1", "package t\np := 1\nq := 1"},
        {"package t\np := \"a\"", "package t\np := `a`"},
        {"package t\np := 1 # a", "package t\np := 1"},
        {"package t\np := 1 # a", "package t\np := 1 # b"},
        {"package t\np := 1 # a\n# b", "package t\np := 1 # b\n# a"},
        {"package t\np := 1", "package t\n# a\np := 1"},
        {"package t\np := $\"{1}\"", "package t\np := $\"{ 1}\""},
    };
    struct arena a;
    arena_init(&a, 1024UL * 1024);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct laid x, y;
        ROW(pairs[i][0]);
        assert_ok(read_text(&a, pairs[i][0], false, &x));
        assert_ok(read_text(&a, pairs[i][1], false, &y));
        assert_false(layout_same(&x.tokens, &y.tokens));
        assert_false(layout_same(&y.tokens, &x.tokens));
        assert_true(layout_same(&x.tokens, &x.tokens));
    }
    arena_clear(&a);
}

/* The same tokens, and another policy. */
static void another_tree_is_seen(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"package t\np if {\n\tx := 1;\n\t-x > 0\n}", "package t\np if {\n\tx := 1\n\t-x > 0\n}"},
        {"package t\np if {\n\tq\n\t(1)\n}", "package t\np if {\n\tq(1)\n}"},
        {"package t\nimport data.a\np := 1", "package t\nimport data.b\np := 1"},
        {"package t\nimport data.a\np := 1", "package t\nimport data.a as b\np := 1"},
        {"package t\nimport data.a\np := 1", "package t\np := 1"},
        {"package t\np := 1", "package u\np := 1"},
        {"package t\np := 1", "package t\ndefault p := 1"},
        {"package t\np if q", "package t\np if not q"},
        {"package t\np if q", "package t\np if q with input as 1"},
        {"package t\np if q with input as 1", "package t\np if q with input as 2"},
        {"package t\np := 1 if q else := 2", "package t\np := 1 if q"},
        {"package t\np contains 1", "package t\np contains 2"},
        {"package t\nf(x) := 1", "package t\nf(y) := 1"},
        {"package t\np if some x in q", "package t\np if some x, y in q"},
        {"package t\np if some x", "package t\np if some y"},
        {"package t\np if every x in q { x }", "package t\np if every x in q { x; x }"},
        {"package t\np := {x | x := 1}", "package t\np := {x | x := 2}"},
        {"package t\np := 1.0", "package t\np := 2.0"},
        {"package t\np := 1", "package t\np := \"1\""},
        {"package t\np.q := 1", "package t\np[\"q\"] := 1"},
        {"package t\nimport future.keywords.not\np if not q", "package t\np if not q"},
    };
    struct arena a;
    arena_init(&a, 1024UL * 1024);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct laid x, y;
        ROW(pairs[i][0]);
        assert_ok(read_text(&a, pairs[i][0], false, &x));
        assert_ok(read_text(&a, pairs[i][1], false, &y));
        assert_false(layout_same_tree(x.module, y.module));
        assert_false(layout_same_tree(y.module, x.module));
        assert_true(layout_same_tree(x.module, x.module));
    }
    arena_clear(&a);
}

struct row {
    const char *name;
    const char *before; /* behind "package t" and a blank line, as is */
    const char *after;
};

static const struct row rows[] = {
    {"operators", "p:=1+2*3-x/4%5", "p := 1 + 2 * 3 - x / 4 % 5\n"},
    {"comparisons", "p if a<=1\nq if{a!=1;a==2}", "p if a <= 1\nq if {\n\ta != 1\n\ta == 2\n}\n"},
    {"signs", "p:=[-1,1-1,-input.x]", "p := [-1, 1 - 1, -input.x]\n"},
    {"a minus behind a semicolon", "p if{x:=1;-x>0}", "p if {\n\tx := 1;\n\t-x > 0\n}\n"},
    {"an array keeps its line ends", "p:=[1,\n2,3\n]", "p := [1,\n\t2, 3\n]\n"},
    {"a comprehension", "p:={x|some x in q;x>1}", "p := {x | some x in q; x > 1}\n"},
    {"a union", "p:=a|b&c", "p := a | b & c\n"},
    {"calls", "p:=f( 1 ,a[ 0 ].b )", "p := f(1, a[0].b)\n"},
    {"with", "p if q with input as 1 with data.x as{}", "p if q with input as 1 with data.x as {}\n"},
    {"words in front of brackets", "p if not(q)\nr:=data.x.not(1)\ns if not{1}[_]",
     "p if not (q)\nr := data.x.not(1)\ns if not {1}[_]\n"},
    {"else", "p:=1 if{q}else:=2 if{r}", "p := 1 if {\n\tq\n} else := 2 if {\n\tr\n}\n"},
    {"a line behind a block", "p if{q}\nr:=1", "p if {\n\tq\n}\n\nr := 1\n"},
    {"at most one empty line", "p:=1\n\n\n\nq:=2", "p := 1\n\nq := 2\n"},
    {"comments", "p:=1#a\n#b\nq if{#c\n#d\nr#e\n#f\n}#g", "p := 1 #a\n#b\nq if { #c\n\t#d\n\tr #e\n\t#f\n} #g\n"},
    {"a comment at the end", "p:=1\n\n# end", "p := 1\n\n# end\n"},
    {"a sign of a comment in a string", "p:=\"# no\"", "p := \"# no\"\n"},
    {"raw strings", "p:=`a\n  b`", "p := `a\n  b`\n"},
    {"templates stay as they are", "p:=$\"{ a+1 }# {b}\"", "p := $\"{ a+1 }# {b}\"\n"},
    {"every and some", "p if{every k,v in q{k<v}\nsome x}",
     "p if {\n\tevery k, v in q {\n\t\tk < v\n\t}\n\tsome x\n}\n"},
    {"tabs and carriage returns", "p\t:=\t1\r\nq:=2 \t\r\n", "p := 1\nq := 2\n"},
    {"default", "default p:=false\np if q", "default p := false\np if q\n"},
    {"contains", "p contains x if some x in [1,2]", "p contains x if some x in [1, 2]\n"},
};

/* What is laid out once stays as it is, and says the same. */
static void check_stable(struct arena *a, const char *text, bool v0, const struct laid *first, struct bytes written)
{
    struct laid again, source;
    char *copy;
    assert_ok(arena_text(a, written, &copy));
    assert_bytes(lay_out(a, copy, v0, &again), written);
    assert_ok(layout_read(a, &source.error, bytes_of_text(text), &source.tokens));
    assert_true(layout_same(&source.tokens, &again.tokens));
    assert_true(layout_same_tree(first->module, again.module));
    buf_clear(&again.text);
}

static void policies_are_laid_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512], want[512];
        struct arena a;
        struct laid x;
        ROW(rows[i].name);
        arena_init(&a, 1024UL * 1024);
        (void)snprintf(text, sizeof(text), "package t\n\n%s", rows[i].before);
        (void)snprintf(want, sizeof(want), "package t\n\n%s", rows[i].after);
        struct bytes written = lay_out(&a, text, false, &x);
        assert_bytes(written, bytes_of_text(want));
        check_stable(&a, text, false, &x, written);
        buf_clear(&x.text);
        arena_clear(&a);
    }
}

static void v0_is_laid_out(void **state)
{
    (void)state;
    static const char text[] = "package t\np[x]{x:=1;x>0}{x:=2}\ndefault r=false\nq.s{true}";
    static const char want[] =
        "package t\n\np[x] {\n\tx := 1\n\tx > 0\n} {\n\tx := 2\n}\n\ndefault r = false\nq.s {\n\ttrue\n}\n";
    struct arena a;
    struct laid x;
    arena_init(&a, 1024UL * 1024);
    struct bytes written = lay_out(&a, text, true, &x);
    assert_bytes(written, bytes_of_text(want));
    check_stable(&a, text, true, &x, written);
    buf_clear(&x.text);
    arena_clear(&a);
}

/* Every beginning of a text that is a policy by itself. */
static void every_cut_is_stable(void **state)
{
    (void)state;
    static const char text[] =
        "# a\npackage t # b\nimport data.x\n\n# c\np if{x:=[1,\n2];-x[0]>1 # d\n}else:=2 if q\n"
        "f(a,[b,_]):={\"k\":a|b} if every k,v in a{k<v}\nr contains $\"{1}\" if not q with input as 1\n# e\n";
    char cut[sizeof(text)];
    size_t laid = 0;
    for (size_t n = 0; n < sizeof(text); n++) {
        struct arena a;
        struct laid x;
        memcpy(cut, text, n);
        cut[n] = '\0';
        arena_init(&a, 1024UL * 1024);
        if (!failed(read_text(&a, cut, false, &x))) {
            struct bytes written = lay_out(&a, cut, false, &x);
            check_stable(&a, cut, false, &x, written);
            buf_clear(&x.text);
            laid++;
        }
        arena_clear(&a);
    }
    assert_true(laid > 20);
}

static struct err read_all(struct arena *a)
{
    struct laid x;
    return read_text(a, "# a\npackage t\np := $\"{1}\" # b\n", false, &x);
}

static void memory_that_ends_is_an_error(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 1024UL * 1024);
    FAULT_PASS(read_all(&a), arena_clear(&a));
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_text_has_no_layout),
        cmocka_unit_test(a_lost_token_or_comment_is_seen),
        cmocka_unit_test(another_tree_is_seen),
        cmocka_unit_test(policies_are_laid_out),
        cmocka_unit_test(v0_is_laid_out),
        cmocka_unit_test(every_cut_is_stable),
        cmocka_unit_test(memory_that_ends_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
