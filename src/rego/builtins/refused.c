/*
 * Builtins of the language that this engine knows and refuses: a policy is a pure function of its documents. A call is
 * an error when the policy is loaded, unless a `with` of the policy replaces the builtin, as tests of policies do; a
 * call that is not replaced then ends the evaluation.
 */
#include "rego/builtins/builtin.h"
#include "rego/eval.h"
#include "rego/value.h"

static struct err bi_refused(struct call *c, const struct json **out)
{
    (void)out;
    struct err noted = eval_fail(c->eval, "eval_builtin_error", c->eval->at, "%s: refused builtin", c->name);
    return failed(noted) ? FAIL(ERR_DENIED, "a refused builtin is called") : noted;
}

/* What a `with` may put in another builtin's place; it says nothing. */
static struct err bi_runtime(struct call *c, const struct json **out)
{
    (void)c;
    *out = &value_empty_object;
    return OK;
}

#define TALKS   "a policy talks to nobody; give it what it needs as input or data"
#define SIGNS   "a policy holds no keys"
#define MACHINE "a policy sees nothing of the machine it runs on"
#define READS   "a policy does not read policies"
#define GRAPHQL "GraphQL is not read here"
#define YAML    "YAML is not read where policies decide; convert it to JSON before"
#define REFUSED(name_, arity_, run_, why_)                                                                             \
    {                                                                                                                  \
        .name = (name_), .arity = (arity_), .run = (run_), .refused = (why_)                                           \
    }
const struct builtin builtins_refused[] = {
    REFUSED("http.send", 1, bi_refused, TALKS),
    REFUSED("net.lookup_ip_addr", 1, bi_refused, TALKS),
    REFUSED("providers.aws.sign_req", 3, bi_refused, SIGNS),
    REFUSED("opa.runtime", 0, bi_runtime, MACHINE),
    REFUSED("rego.parse_module", 2, bi_refused, READS),
    REFUSED("graphql.parse", 2, bi_refused, GRAPHQL),
    REFUSED("graphql.parse_and_verify", 2, bi_refused, GRAPHQL),
    REFUSED("graphql.parse_query", 1, bi_refused, GRAPHQL),
    REFUSED("graphql.parse_schema", 1, bi_refused, GRAPHQL),
    REFUSED("graphql.is_valid", 2, bi_refused, GRAPHQL),
    REFUSED("graphql.schema_is_valid", 1, bi_refused, GRAPHQL),
    REFUSED("yaml.marshal", 1, bi_refused, YAML),
    REFUSED("yaml.unmarshal", 1, bi_refused, YAML),
    REFUSED("yaml.is_valid", 1, bi_refused, YAML),
};
BUILTIN_ROWS(refused)
