/*
 * Certificates and requests as documents, from raw DER: what is accepted is an object that can be written as JSON.
 */
#include "rego/builtins/x509.h"

#include "fuzz.h"

static void check(struct arena *a, const struct json *v)
{
    SCOPED(buf) struct buf out;
    struct bytes text;
    const struct json *again;
    buf_init(&out, 4 * MIB);
    FUZZ_CHECK(json_is(v, JSON_OBJECT) && json_at(v, "Subject") != NULL && json_at(v, "Raw") != NULL);
    json_encode(v, &out);
    FUZZ_CHECK(!failed(buf_end(&out, &text)));
    FUZZ_CHECK(!failed(json_decode(a, text, NULL, NULL, &again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    const struct json *v;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (!failed(x509_certificate(&a, bytes_of(data, size), &v)))
        check(&a, v);
    if (!failed(x509_request(&a, bytes_of(data, size), &v)))
        check(&a, v);
    arena_clear(&a);
    return 0;
}
