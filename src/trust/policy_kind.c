#include "trust/policy_kind.h"

#include "rego/lex.h"

/* The tokens of a text up to its end or its first fault. */
struct reader {
    struct lexer lx;
    struct rego_error ignored;
    struct token token;
    bool has_token;
};

static struct err next(struct reader *r)
{
    struct err e = lex_next(&r->lx, &r->token);
    r->has_token = !failed(e) && r->token.kind != TOKEN_END;
    return e.code == ERR_NOMEM ? e : OK;
}

static struct err begin(struct reader *r, struct arena *a, struct bytes text)
{
    *r = (struct reader){0};
    struct err e = lex_init(&r->lx, a, &r->ignored, "policy", text);
    if (failed(e))
        return e.code == ERR_NOMEM ? e : OK;
    return next(r);
}

static bool is_name(const struct reader *r, const char *name)
{
    return r->has_token && r->token.kind == TOKEN_NAME && bytes_is(r->token.text, name);
}

/* "package NAME" and no more of a path: the name, else empty. */
static struct err package_of(struct reader *r, struct bytes *out)
{
    *out = BYTES_EMPTY;
    if (!is_name(r, "package"))
        return OK;
    TRY(next(r));
    struct bytes name = r->has_token && r->token.kind == TOKEN_NAME ? r->token.text : BYTES_EMPTY;
    TRY(next(r));
    bool goes_on = r->has_token && (r->token.kind == TOKEN_DOT || r->token.kind == TOKEN_BRACKET_OPEN);
    if (!goes_on)
        *out = name;
    return OK;
}

static int depth_change(enum token_kind kind)
{
    bool opens = kind == TOKEN_PAREN_OPEN || kind == TOKEN_BRACKET_OPEN || kind == TOKEN_BRACE_OPEN;
    bool closes = kind == TOKEN_PAREN_CLOSE || kind == TOKEN_BRACKET_CLOSE || kind == TOKEN_BRACE_CLOSE;
    return opens - closes;
}

/* The first of the rules of policies that the module defines; both: it is one for attestation. */
static struct err rules_kind(struct reader *r, enum input_kind *out)
{
    int depth = 0;
    bool is_default = false;
    for (; r->has_token && *out != INPUT_ATTESTATION_POLICY;) {
        bool starts = depth == 0 && (r->token.line_before || is_default);
        is_default = starts && is_name(r, "default");
        if (starts && is_name(r, "trust_claims"))
            *out = INPUT_ATTESTATION_POLICY;
        else if (starts && is_name(r, "allow"))
            *out = INPUT_RESOURCE_POLICY;
        depth += depth_change(r->token.kind);
        TRY(next(r));
    }
    return OK;
}

struct err policy_is_rego(struct arena *a, struct bytes text, bool *out)
{
    struct reader r;
    TRY(begin(&r, a, text));
    *out = is_name(&r, "package");
    return OK;
}

struct err policy_kind(struct arena *a, struct bytes text, enum input_kind *out)
{
    struct reader r;
    struct bytes package;
    *out = INPUT_IGNORED;
    TRY(begin(&r, a, text));
    TRY(package_of(&r, &package));
    if (bytes_is(package, "agent_policy"))
        *out = INPUT_AGENT_POLICY;
    return bytes_is(package, "policy") ? rules_kind(&r, out) : OK;
}
