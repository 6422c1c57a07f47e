/*
 * A pattern and a text, apart at the first zero byte: the two ways to match agree, what is found lies in order inside
 * the text, and nothing takes more work than the text times the program. The same pattern as a glob.
 */
#include "rego/regex/glob.h"
#include "rego/regex/regex.h"

#include "fuzz.h"

#define FUEL   (20UL * 1000 * 1000)
#define PLACES 40

static void check_places(struct bytes text, size_t from, const size_t *places, size_t count)
{
    FUZZ_CHECK(places[0] >= from && places[0] <= places[1] && places[1] <= text.n);
    for (size_t i = 2; i < count; i += 2) {
        bool none = places[i] == REGEX_NOWHERE || places[i + 1] == REGEX_NOWHERE;
        FUZZ_CHECK(none || (places[0] <= places[i] && places[i] <= places[i + 1] && places[i + 1] <= places[1]));
    }
}

static void check_program(struct arena *a, const struct regex *r, struct bytes text)
{
    struct regex_machine *m;
    size_t places[PLACES];
    size_t count = 2 * (regex_groups(r) + 1);
    uint64_t fuel = FUEL;
    bool any = false;
    bool found = false;
    count = count > PLACES ? PLACES : count;
    if (failed(regex_machine_new(a, r, &m)) || failed(regex_matches(m, text, &fuel, &any)) ||
        failed(regex_find(m, text, 0, places, count, &fuel, &found)))
        return;
    FUZZ_CHECK(any == found);
    if (!found)
        return;
    check_places(text, 0, places, count);
    size_t begin = places[0];
    if (failed(regex_find(m, text, begin, places, 2, &fuel, &found)))
        return;
    FUZZ_CHECK(found && places[0] == begin);
    if (!failed(regex_find(m, text, text.n / 2, places, 2, &fuel, &found)) && found)
        check_places(text, text.n / 2, places, 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *zero = size == 0 ? NULL : memchr(data, 0, size);
    size_t n = zero == NULL ? size : (size_t)(zero - data);
    struct bytes pattern = bytes_of(data, n);
    struct bytes text = zero == NULL ? BYTES_EMPTY : bytes_of(zero + 1, size - n - 1);
    struct regex_fault fault = {0};
    const struct regex *r;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    struct err e = regex_compile(&a, pattern, &fault, &r);
    if (!failed(e))
        check_program(&a, r, text);
    else
        FUZZ_CHECK(e.code == ERR_LIMIT || (e.code == ERR_FORMAT && fault.text != NULL && fault.part.n <= n));
    if (!failed(glob_compile(&a, pattern, bytes_of_text("./"), &fault, &r)))
        check_program(&a, r, text);
    arena_clear(&a);
    return 0;
}
