/*
 * A document of an assessment may come from anybody. Every form of it holds no control character of the document, the
 * JSON forms are JSON, and the page has no tag that the document made.
 */
#include "base/limits.h"
#include "report/difference.h"
#include "report/html.h"
#include "report/model.h"
#include "report/openvex.h"
#include "report/sarif.h"
#include "report/text.h"

#include "fuzz.h"

static void check_printable(const struct buf *out)
{
    for (size_t i = 0; i < out->n; i++)
        FUZZ_CHECK(out->p[i] == '\n' || (out->p[i] >= 0x20 && out->p[i] != 0x7f));
    FUZZ_CHECK(bytes_is_utf8(buf_view(out)));
}

static void check_forms(struct arena *a, const struct json *document, const struct json *model)
{
    static const struct text_options options = {.shows_answered = true, .is_verbose = true};
    static const struct sarif_options all = {.shows_all = true, .folder = {(const uint8_t *)"d", 1}};
    const struct json *again;
    SCOPED(buf) struct buf out;
    buf_init(&out, REQUEST_ARENA_MAX);
    if (!failed(text_render(document, model, &options, &out)))
        check_printable(&out);
    buf_reset(&out);
    if (!failed(html_render(document, model, &out))) {
        check_printable(&out);
        FUZZ_CHECK(memmem(out.p, out.n, "<script", 7) == NULL);
    }
    buf_reset(&out);
    if (!failed(sarif_render(a, document, &all, &out)))
        FUZZ_CHECK(!failed(json_decode(a, buf_view(&out), NULL, NULL, &again)));
    buf_reset(&out);
    if (!failed(openvex_render(a, document, &out)))
        FUZZ_CHECK(!failed(json_decode(a, buf_view(&out), NULL, NULL, &again)));
    buf_reset(&out);
    if (!failed(difference_of(a, document, document, &again))) {
        difference_text(again, &out);
        check_printable(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    const struct json *document, *model;
    arena_init(&a, REQUEST_ARENA_MAX);
    if (size < 64 * KIB && !failed(json_decode(&a, bytes_of(data, size), NULL, NULL, &document)) &&
        !failed(model_load(&a, &model)))
        check_forms(&a, document, model);
    arena_clear(&a);
    return 0;
}
