/*
 * What was decoded, encoded and decoded again is the same value and the same text; the order of values is a total one.
 */
#include "json/json.h"

#include "fuzz.h"

#define FEW 6

static int sign(int v)
{
    return (v > 0) - (v < 0);
}

static void check_order(const struct json *v)
{
    size_t n = v->type == JSON_ARRAY ? v->count : 0;
    n = n < FEW ? n : FEW;
    for (size_t i = 0; i < n * n * n; i++) {
        const struct json *a = v->items[i % n];
        const struct json *b = v->items[i / n % n];
        const struct json *c = v->items[i / n / n];
        FUZZ_CHECK(sign(json_compare(a, b)) == -sign(json_compare(b, a)));
        if (json_compare(a, b) <= 0 && json_compare(b, c) <= 0)
            FUZZ_CHECK(json_compare(a, c) <= 0);
    }
    const struct json *set;
    struct arena a;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (n > 0 && !failed(json_new_set(&a, v->items, n, &set)))
        for (size_t i = 1; i < set->count; i++)
            FUZZ_CHECK(json_compare(set->items[i - 1], set->items[i]) < 0);
    arena_clear(&a);
}

static void check_round_trip(struct arena *a, const struct json *v)
{
    SCOPED(buf) struct buf once;
    SCOPED(buf) struct buf twice;
    SCOPED(buf) struct buf pretty;
    const struct json *again;
    buf_init(&once, REQUEST_ARENA_MAX);
    buf_init(&twice, REQUEST_ARENA_MAX);
    buf_init(&pretty, REQUEST_ARENA_MAX);
    json_encode(v, &once);
    FUZZ_CHECK(!failed(json_decode(a, buf_view(&once), NULL, NULL, &again)));
    FUZZ_CHECK(json_equal(v, again));
    json_encode(again, &twice);
    FUZZ_CHECK(bytes_equal(buf_view(&once), buf_view(&twice)));
    json_encode_pretty(v, &pretty);
    FUZZ_CHECK(!failed(json_decode(a, buf_view(&pretty), NULL, NULL, &again)));
    FUZZ_CHECK(json_equal(v, again));
}

static void check_canonical(struct arena *a, const struct json *v)
{
    SCOPED(buf) struct buf once;
    SCOPED(buf) struct buf twice;
    const struct json *again;
    buf_init(&once, REQUEST_ARENA_MAX);
    buf_init(&twice, REQUEST_ARENA_MAX);
    if (failed(json_encode_jcs(v, &once)))
        return;
    FUZZ_CHECK(!failed(json_decode(a, buf_view(&once), NULL, NULL, &again)));
    FUZZ_CHECK(!failed(json_encode_jcs(again, &twice)));
    FUZZ_CHECK(bytes_equal(buf_view(&once), buf_view(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = bytes_of(data, size);
    struct arena a;
    struct json_fault fault = {0};
    const struct json *v;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (failed(json_decode(&a, text, NULL, &fault, &v))) {
        FUZZ_CHECK(fault.offset <= size);
    } else {
        check_round_trip(&a, v);
        check_canonical(&a, v);
        check_order(v);
    }
    SCOPED(buf) struct buf quoted;
    buf_init(&quoted, REQUEST_ARENA_MAX);
    json_quote(text, &quoted);
    FUZZ_CHECK(!failed(json_decode(&a, buf_view(&quoted), NULL, NULL, &v)));
    FUZZ_CHECK(!bytes_is_utf8(text) || bytes_equal(v->text, text));
    arena_clear(&a);
    return 0;
}
