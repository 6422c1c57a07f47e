/* A guest's console: only plain characters are shown, and what it says about itself decodes to plain text or not at
 * all. */
#include "host/console.h"

#include "base/limits.h"
#include "fuzz.h"
#include "host/outcome.h"

static bool is_plain(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < 0x20 || text.p[i] > 0x7e)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct outcome o;
    struct console c;
    console_init(&c, NULL);
    console_feed(&c, bytes_of(data, size));
    console_end(&c);
    arena_init(&a, MIB);
    if (!failed(outcome_decode(&a, buf_view(&c.result), &o)))
        FUZZ_CHECK(is_plain(o.by) && is_plain(o.reason) && is_plain(o.session) && is_plain(o.resource) &&
                   is_plain(o.sha256));
    arena_clear(&a);
    console_clear(&c);
    return 0;
}
