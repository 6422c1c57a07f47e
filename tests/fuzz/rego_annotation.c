/*
 * A policy that asks for its annotations, with the fuzzer's lines as one: it loads, or is refused with a place.
 */
#include "base/buf.h"
#include "casemate/rego.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCOPED(buf) struct buf text;
    struct bytes whole;
    struct rego_policy *policy = NULL;
    struct rego_error error = {0};
    buf_init(&text, 4 * MIB);
    buf_text(&text, "package t\n# METADATA\n# ");
    for (size_t i = 0; i < size; i++) {
        buf_u8(&text, data[i]);
        if (data[i] == '\n')
            buf_text(&text, "# ");
    }
    buf_text(&text, "\np := [rego.metadata.rule(), rego.metadata.chain()]\n");
    if (failed(buf_end(&text, &whole)))
        return 0;
    const struct rego_module module = {"t.rego", (const char *)whole.p, whole.n, false};
    enum rego_status status = rego_policy_new(&module, 1, NULL, 0, NULL, 0, &policy, &error);
    FUZZ_CHECK((status == REGO_OK) == (policy != NULL));
    FUZZ_CHECK(status == REGO_OK || status == REGO_ERR_PARSE || status == REGO_ERR_MEMORY || status == REGO_ERR_LIMIT);
    FUZZ_CHECK(status != REGO_ERR_PARSE || error.row > 0);
    rego_policy_free(policy);
    return 0;
}
