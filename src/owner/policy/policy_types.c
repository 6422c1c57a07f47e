#include "owner/policy/policy_types.h"

#define STEPS_MAX    100 /* names that are followed for one term */
#define NAME_MAX_LEN 64

/* clang-format off */
const struct type_signature type_signatures[] = {
    {"abs", "n", "n"},
    {"all", "at", "b"},
    {"and", "t t", "t"},
    {"any", "at", "b"},
    {"array.concat", "a a", "a"},
    {"array.flatten", "a", "a"},
    {"array.reverse", "a", "a"},
    {"array.slice", "a n n", "a"},
    {"base64.decode", "s", "s"},
    {"base64.encode", "s", "s"},
    {"base64.is_valid", "*", "b"},
    {"base64url.decode", "s", "s"},
    {"base64url.encode", "s", "s"},
    {"base64url.encode_no_pad", "s", "s"},
    {"bits.and", "n n", "n"},
    {"bits.lsh", "n n", "n"},
    {"bits.negate", "n", "n"},
    {"bits.or", "n n", "n"},
    {"bits.rsh", "n n", "n"},
    {"bits.xor", "n n", "n"},
    {"cast_array", "*", "a"},
    {"cast_boolean", "*", "b"},
    {"cast_null", "*", "0"},
    {"cast_object", "*", "o"},
    {"cast_set", "*", "t"},
    {"cast_string", "*", "s"},
    {"ceil", "n", "n"},
    {"concat", "s at", "s"},
    {"contains", "s s", "b"},
    {"count", "saot", "n"},
    {"crypto.hmac.equal", "s s", "b"},
    {"crypto.hmac.md5", "s s", "s"},
    {"crypto.hmac.sha1", "s s", "s"},
    {"crypto.hmac.sha256", "s s", "s"},
    {"crypto.hmac.sha512", "s s", "s"},
    {"crypto.md5", "s", "s"},
    {"crypto.parse_private_keys", "s", "a"},
    {"crypto.sha1", "s", "s"},
    {"crypto.sha256", "s", "s"},
    {"crypto.x509.parse_and_verify_certificates", "s", "a"},
    {"crypto.x509.parse_and_verify_certificates_with_options", "s o", "a"},
    {"crypto.x509.parse_certificate_request", "s", "o"},
    {"crypto.x509.parse_certificates", "s", "a"},
    {"crypto.x509.parse_keypair", "s s", "o"},
    {"crypto.x509.parse_rsa_private_key", "s", "o"},
    {"div", "n n", "n"},
    {"endswith", "s s", "b"},
    {"floor", "n", "n"},
    {"format_int", "n n", "s"},
    {"glob.match", "s 0a s", "b"},
    {"glob.quote_meta", "s", "s"},
    {"graph.reachable", "o at", "t"},
    {"graph.reachable_paths", "o at", "t"},
    {"hex.decode", "s", "s"},
    {"hex.encode", "s", "s"},
    {"indexof", "s s", "n"},
    {"indexof_n", "s s", "a"},
    {"intersection", "t", "t"},
    {"io.jwt.decode", "s", "a"},
    {"io.jwt.decode_verify", "s o", "a"},
    {"io.jwt.encode_sign", "o o o", "s"},
    {"io.jwt.encode_sign_raw", "s s s", "s"},
    {"io.jwt.verify_eddsa", "s s", "b"},
    {"io.jwt.verify_es256", "s s", "b"},
    {"io.jwt.verify_es384", "s s", "b"},
    {"io.jwt.verify_es512", "s s", "b"},
    {"io.jwt.verify_hs256", "s s", "b"},
    {"io.jwt.verify_hs384", "s s", "b"},
    {"io.jwt.verify_hs512", "s s", "b"},
    {"io.jwt.verify_ps256", "s s", "b"},
    {"io.jwt.verify_ps384", "s s", "b"},
    {"io.jwt.verify_ps512", "s s", "b"},
    {"io.jwt.verify_rs256", "s s", "b"},
    {"io.jwt.verify_rs384", "s s", "b"},
    {"io.jwt.verify_rs512", "s s", "b"},
    {"is_array", "*", "b"},
    {"is_boolean", "*", "b"},
    {"is_null", "*", "b"},
    {"is_number", "*", "b"},
    {"is_object", "*", "b"},
    {"is_set", "*", "b"},
    {"is_string", "*", "b"},
    {"json.filter", "o at", "*"},
    {"json.is_valid", "*", "b"},
    {"json.marshal", "*", "s"},
    {"json.marshal_with_options", "* o", "s"},
    {"json.match_schema", "so so", "a"},
    {"json.patch", "* a", "*"},
    {"json.remove", "o at", "*"},
    {"json.unmarshal", "s", "*"},
    {"json.verify_schema", "*", "a"},
    {"lower", "s", "s"},
    {"max", "at", "*"},
    {"min", "at", "*"},
    {"minus", "nt nt", "nt"},
    {"mul", "n n", "n"},
    {"net.cidr_contains", "s s", "b"},
    {"net.cidr_contains_matches", "saot saot", "t"},
    {"net.cidr_expand", "s", "t"},
    {"net.cidr_intersects", "s s", "b"},
    {"net.cidr_is_valid", "*", "b"},
    {"net.cidr_merge", "at", "t"},
    {"net.cidr_overlap", "s s", "b"},
    {"numbers.range", "n n", "a"},
    {"numbers.range_step", "n n n", "a"},
    {"object.filter", "o aot", "*"},
    {"object.get", "o * *", "*"},
    {"object.keys", "o", "t"},
    {"object.remove", "o aot", "*"},
    {"object.subset", "aot aot", "*"},
    {"object.union", "o o", "*"},
    {"object.union_n", "a", "*"},
    {"or", "t t", "t"},
    {"plus", "n n", "n"},
    {"product", "at", "n"},
    {"rand.intn", "s n", "n"},
    {"re_match", "s s", "b"},
    {"regex.find_all_string_submatch_n", "s s n", "a"},
    {"regex.find_n", "s s n", "a"},
    {"regex.globs_match", "s s", "b"},
    {"regex.is_valid", "*", "b"},
    {"regex.match", "s s", "b"},
    {"regex.replace", "s s s", "s"},
    {"regex.split", "s s", "a"},
    {"regex.template_match", "s s s s", "b"},
    {"rem", "n n", "n"},
    {"replace", "s s s", "s"},
    {"round", "n", "n"},
    {"semver.compare", "s s", "n"},
    {"semver.is_valid", "*", "b"},
    {"set_diff", "t t", "t"},
    {"sort", "at", "a"},
    {"split", "s s", "a"},
    {"sprintf", "s a", "s"},
    {"startswith", "s s", "b"},
    {"strings.any_prefix_match", "sat sat", "b"},
    {"strings.any_suffix_match", "sat sat", "b"},
    {"strings.count", "s s", "n"},
    {"strings.render_template", "s o", "s"},
    {"strings.replace_n", "o s", "s"},
    {"strings.reverse", "s", "s"},
    {"substring", "s n n", "s"},
    {"sum", "at", "n"},
    {"time.add_date", "n n n n", "n"},
    {"time.clock", "na", "a"},
    {"time.date", "na", "a"},
    {"time.diff", "na na", "a"},
    {"time.format", "na", "s"},
    {"time.now_ns", "", "n"},
    {"time.parse_duration_ns", "s", "n"},
    {"time.parse_ns", "s s", "n"},
    {"time.parse_rfc3339_ns", "s", "n"},
    {"time.weekday", "na", "s"},
    {"to_number", "0bns", "n"},
    {"trim", "s s", "s"},
    {"trim_left", "s s", "s"},
    {"trim_prefix", "s s", "s"},
    {"trim_right", "s s", "s"},
    {"trim_space", "s", "s"},
    {"trim_suffix", "s s", "s"},
    {"type_name", "*", "s"},
    {"union", "t", "t"},
    {"units.parse", "s", "n"},
    {"units.parse_bytes", "s", "n"},
    {"upper", "s", "s"},
    {"urlquery.decode", "s", "s"},
    {"urlquery.decode_object", "s", "o"},
    {"urlquery.encode", "s", "s"},
    {"urlquery.encode_object", "o", "s"},
    {"uuid.parse", "s", "o"},
    {"uuid.rfc4122", "s", "s"},
    {"walk", "*", "a"},
};
/* clang-format on */
const size_t type_signature_count = sizeof(type_signatures) / sizeof(type_signatures[0]);

static const char letters[] = "0bnsaot"; /* by enum json_type */

static unsigned types_in(const char *text, size_t n)
{
    unsigned types = 0;
    for (size_t i = 0; i < n; i++)
        for (unsigned bit = 0; bit < 7; bit++)
            types |= text[i] == '*' || text[i] == letters[bit] ? 1U << bit : 0;
    return types;
}

static unsigned any_type(void)
{
    return types_in("*", 1);
}

/* "regex.match" of what stands in front of the parenthesis; empty where that is no plain path. */
static void call_name(const struct term *callee, char out[NAME_MAX_LEN])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < (callee->kind == TERM_REF ? callee->count : 1); i++) {
        const struct term *part = callee->kind == TERM_REF ? callee->items[i] : callee;
        bool is_text = part->kind == TERM_CONST && part->value->type == JSON_STRING;
        struct bytes name = is_text ? part->value->text : part->name;
        if ((!is_text && part->kind != TERM_VAR) || used + name.n + 2 > NAME_MAX_LEN) {
            out[0] = '\0';
            return;
        }
        used += (size_t)snprintf(out + used, NAME_MAX_LEN - used, "%s%.*s", i == 0 ? "" : ".", (int)name.n,
                                 (const char *)name.p);
    }
}

static bool same_package(const struct module *x, const struct module *y)
{
    if (x->package->count != y->package->count)
        return false;
    for (size_t i = 1; i < x->package->count; i++)
        if (!json_equal(x->package->items[i]->value, y->package->items[i]->value))
            return false;
    return true;
}

/* The next rule of that name in the package, which may have several modules. */
static const struct rule *next_rule(const struct lint_at *at, struct bytes name, size_t *module,
                                    const struct rule *last)
{
    const struct rule *r = last == NULL ? NULL : last->next;
    for (;; r = r->next) {
        while (r == NULL) {
            if (*module == at->modules->count)
                return NULL;
            const struct module *m = at->modules->items[(*module)++];
            r = same_package(m, at->module) ? m->rules : NULL;
        }
        if (bytes_equal(r->ref->items[0]->name, name))
            return r;
    }
}

static bool is_import(const struct module *m, struct bytes name)
{
    for (const struct import *i = m->imports; i != NULL; i = i->next)
        if (bytes_equal(i->alias, name))
            return true;
    return false;
}

/* Names of the package and of imports go before those of builtins. */
static bool is_own_name(const struct lint_at *at, struct bytes name)
{
    size_t module = 0;
    return is_import(at->module, name) || next_rule(at, name, &module, NULL) != NULL;
}

static const struct type_signature *signature_of(const struct lint_at *at, const struct term *call)
{
    char name[NAME_MAX_LEN];
    if (call->kind != TERM_CALL)
        return NULL;
    if (call->callee == NULL) {
        (void)snprintf(name, sizeof(name), "%.*s", (int)call->name.n, (const char *)call->name.p);
    } else {
        const struct term *head = call->callee->kind == TERM_REF ? call->callee->items[0] : call->callee;
        call_name(call->callee, name);
        if (head->kind != TERM_VAR || is_own_name(at, head->name))
            return NULL;
    }
    for (size_t i = 0; i < type_signature_count; i++)
        if (strcmp(type_signatures[i].name, name) == 0)
            return &type_signatures[i];
    return NULL;
}

static bool binds(const struct term *pattern, struct bytes name)
{
    if (pattern == NULL || pattern->kind == TERM_VAR)
        return pattern != NULL && bytes_equal(pattern->name, name);
    bool found = false;
    for (size_t i = 0; !found && (pattern->kind == TERM_ARRAY || pattern->kind == TERM_OBJECT) && i < pattern->count;
         i++)
        found = binds(pattern->items[i], name);
    return found;
}

/* Whether a literal makes the name; *value is what := makes it, or NULL where that is not plain. */
static bool declares(const struct literal *l, struct bytes name, const struct term **value)
{
    *value = NULL;
    bool found = l->kind != LITERAL_EXPRESSION && (binds(l->key, name) || binds(l->value, name));
    for (size_t i = 0; !found && i < l->name_count; i++)
        found = binds(l->names[i], name);
    const struct term *t = l->term;
    bool assigns = l->kind == LITERAL_EXPRESSION && t->kind == TERM_CALL && t->callee == NULL &&
                   bytes_is(t->name, "assign") && binds(t->items[0], name);
    if (assigns && t->items[0]->kind == TERM_VAR)
        *value = t->items[1];
    return found || assigns;
}

static unsigned types_of(const struct lint_at *at, const struct term *t, unsigned *steps);

/* What the clauses of a rule say, together; of functions and of rules with a path nothing is known. */
static unsigned types_of_rule(const struct lint_at *at, struct bytes name, unsigned *steps)
{
    unsigned types = 0;
    size_t module = 0;
    const struct rule *r = NULL;
    while ((r = next_rule(at, name, &module, r)) != NULL) {
        if (r->is_function || r->ref->count > 1)
            return any_type();
        types |= r->element != NULL ? types_in("t", 1) : 0;
        for (const struct branch *b = &r->branch; r->element == NULL && b != NULL; b = b->next) {
            struct lint_body body = {NULL, b->body};
            struct lint_at there = *at;
            there.bodies = b->body == NULL ? NULL : &body;
            types |= b->value == NULL ? types_in("b", 1) : types_of(&there, b->value, steps);
        }
    }
    return types == 0 ? any_type() : types;
}

/* How often a body makes the name: `every` has one of its own beside that of the body around it. */
static size_t count_declared(const struct body *b, struct bytes name, const struct term **value)
{
    size_t count = 0;
    for (size_t i = 0; i < b->count; i++) {
        const struct term *one;
        if (!declares(b->items[i], name, &one))
            continue;
        *value = one;
        count++;
    }
    return count;
}

static unsigned types_of_name(const struct lint_at *at, struct bytes name, unsigned *steps)
{
    for (const struct lint_body *b = at->bodies; b != NULL; b = b->outer) {
        const struct term *value = NULL;
        size_t count = count_declared(b->body, name, &value);
        if (count > 0)
            return count > 1 || value == NULL ? any_type() : types_of(at, value, steps);
    }
    for (size_t i = 0; at->rule != NULL && i < at->rule->arg_count; i++)
        if (binds(at->rule->args[i], name))
            return any_type();
    return is_import(at->module, name) ? any_type() : types_of_rule(at, name, steps);
}

static unsigned types_of(const struct lint_at *at, const struct term *t, unsigned *steps)
{
    const struct type_signature *s = signature_of(at, t);
    if (s != NULL)
        return types_in(s->result, strlen(s->result));
    if (t->kind == TERM_CONST)
        return 1U << t->value->type;
    if (t->kind == TERM_ARRAY || t->kind == TERM_ARRAY_OF)
        return types_in("a", 1);
    if (t->kind == TERM_OBJECT || t->kind == TERM_OBJECT_OF)
        return types_in("o", 1);
    if (t->kind == TERM_SET || t->kind == TERM_SET_OF)
        return types_in("t", 1);
    if (t->kind != TERM_VAR || *steps == 0)
        return any_type();
    --*steps;
    return types_of_name(at, t->name, steps);
}

static unsigned types_now(const struct lint_at *at, const struct term *t)
{
    unsigned steps = STEPS_MAX;
    return types_of(at, t, &steps);
}

bool types_wrong_operand(const struct lint_at *at)
{
    const struct term *t = at->term;
    const struct type_signature *s = signature_of(at, t);
    const char *operand = s == NULL ? "" : s->operands;
    for (size_t i = 0; *operand != '\0' && i < t->count; i++) {
        size_t n = strcspn(operand, " ");
        if ((types_now(at, t->items[i]) & types_in(operand, n)) == 0)
            return true;
        operand += n + (operand[n] == ' ' ? 1 : 0);
    }
    return false;
}

bool types_never_equal(const struct lint_at *at)
{
    const struct term *t = at->term;
    bool compares = t->kind == TERM_CALL && t->callee == NULL && t->count == 2 &&
                    (bytes_is(t->name, "equal") || bytes_is(t->name, "eq"));
    return compares && (types_now(at, t->items[0]) & types_now(at, t->items[1])) == 0;
}
