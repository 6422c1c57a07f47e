/*
 * A configuration that is accepted prints as one that is accepted and says the same; a refused one says why.
 */
#include "settings/settings.h"

#include "fuzz.h"

static void check_round_trip(struct arena *a, const struct settings *s)
{
    SCOPED(buf) struct buf one, two;
    buf_init(&one, REQUEST_ARENA_MAX);
    buf_init(&two, REQUEST_ARENA_MAX);
    settings_print(s, &one);
    const struct settings *again;
    FUZZ_CHECK(!failed(settings_decode(a, buf_view(&one), "", NULL, &again)));
    settings_print(again, &two);
    FUZZ_CHECK(bytes_equal(buf_view(&one), buf_view(&two)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct settings_fault fault;
    const struct settings *s;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (failed(settings_decode(&a, bytes_of(data, size), "/etc/casemate", &fault, &s)))
        FUZZ_CHECK(fault.expected != NULL && memchr(fault.key, '\0', sizeof(fault.key)) != NULL);
    else
        check_round_trip(&a, s);
    arena_clear(&a);
    return 0;
}
