/*
 * rego.metadata.rule and rego.metadata.chain: calls become constants when a policy is compiled (names_call.c), so these
 * functions run only where there is no rule to answer for.
 */
#include "rego/builtins/builtin.h"

static struct err bi_nowhere(struct call *c, const struct json **out)
{
    (void)out;
    return builtin_error(c, "there are annotations inside of a rule only");
}

const struct builtin builtins_metadata[] = {
    {"rego.metadata.chain", 0, false, bi_nowhere},
    {"rego.metadata.rule", 0, false, bi_nowhere},
};
BUILTIN_ROWS(metadata)
