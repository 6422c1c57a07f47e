/*
 * What the fuzz targets of whole policies share: a module, an input and data, apart at zero bytes.
 */
#pragma once

#include "casemate/rego.h"
#include "json/json.h"

#include "fuzz.h"

struct fuzz_policy {
    struct rego_policy *policy;
    struct bytes text; /* of the module */
    struct bytes input;
};

static inline struct bytes fuzz_cut(struct bytes *rest)
{
    const uint8_t *zero = rest->n == 0 ? NULL : memchr(rest->p, 0, rest->n);
    size_t n = zero == NULL ? rest->n : (size_t)(zero - rest->p);
    struct bytes part = bytes_of(rest->p, n);
    *rest = zero == NULL ? BYTES_EMPTY : bytes_of(zero + 1, rest->n - n - 1);
    return part;
}

/* A function of the caller that answers with its argument. */
static inline enum rego_status fuzz_reference(void *context, const struct rego_text *args, size_t count,
                                              struct rego_reply *reply)
{
    (void)context;
    FUZZ_CHECK(count == 1);
    rego_reply_json(reply, args[0].p, args[0].n);
    return REGO_OK;
}

/* Loads as v1, or else as v0. A policy that is refused is refused at a place. */
static inline bool fuzz_load(struct bytes data, struct fuzz_policy *out)
{
    static const struct rego_extension extensions[] = {{"query_reference_value", 1, fuzz_reference}};
    *out = (struct fuzz_policy){.text = fuzz_cut(&data), .input = fuzz_cut(&data)};
    const char *documents = data.n == 0 ? NULL : (const char *)data.p;
    for (int v0 = 0; v0 < 2 && out->policy == NULL; v0++) {
        const struct rego_module module = {"t.rego", (const char *)out->text.p, out->text.n, v0 == 1};
        struct rego_error error = {0};
        enum rego_status status = rego_policy_new(&module, 1, documents, data.n, extensions, 1, &out->policy, &error);
        FUZZ_CHECK(status != REGO_UNSET && (status == REGO_OK) == (out->policy != NULL));
        FUZZ_CHECK((status != REGO_ERR_PARSE && status != REGO_ERR_COMPILE) ||
                   (error.row > 0 && error.code[0] != '\0'));
    }
    return out->policy != NULL;
}
