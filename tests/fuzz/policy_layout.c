/*
 * The layout of a policy: the same tokens, comments and tree as before, and another run changes nothing.
 */
#include "owner/policy/policy_layout.h"
#include "rego/parse.h"

#include "fuzz.h"

struct laid {
    struct module *module;
    struct layout_text tokens;
    struct buf text;
};

static struct err lay_out(struct arena *a, struct bytes text, bool v0, struct laid *out)
{
    struct rego_error error = {0};
    TRY(parse_module(a, &error, "t.rego", text, v0, &out->module));
    TRY(layout_read(a, &error, text, &out->tokens));
    layout_mark(&out->tokens, out->module);
    layout_write(&out->tokens, &out->text);
    struct bytes whole;
    return buf_end(&out->text, &whole);
}

static void check(struct bytes text, bool v0)
{
    struct arena a;
    struct laid first = {0}, second = {0};
    struct layout_text as_written;
    struct rego_error error = {0};
    arena_init(&a, 256 * MIB);
    buf_init(&first.text, 16 * MIB);
    buf_init(&second.text, 16 * MIB);
    if (!failed(lay_out(&a, text, v0, &first))) {
        FUZZ_CHECK(!failed(layout_read(&a, &error, text, &as_written)));
        FUZZ_CHECK(!failed(lay_out(&a, buf_view(&first.text), v0, &second)));
        FUZZ_CHECK(layout_same(&as_written, &second.tokens) && layout_same_tree(first.module, second.module));
        FUZZ_CHECK(bytes_equal(buf_view(&first.text), buf_view(&second.text)));
    }
    buf_clear(&first.text);
    buf_clear(&second.text);
    arena_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(bytes_of(data, size), false);
    check(bytes_of(data, size), true);
    return 0;
}
