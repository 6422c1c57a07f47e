/* What the types of builtins say, held against the builtins. */
#include "owner/policy/policy_types.h"

#include "casemate/rego.h"
#include "check.h"
#include "rego/builtins/builtin.h"

/* A term of each type, by the letters. */
static const char *const samples[] = {"null", "true", "1", "\"1\"", "[]", "{}", "set()"};
static const char letters[] = "0bnsaot";

static bool takes(const char *operand, size_t n, size_t type)
{
    return memchr(operand, '*', n) != NULL || memchr(operand, letters[type], n) != NULL;
}

/* Operators are called by their signs. */
static const char *sign_of(const char *name)
{
    static const char *const signs[][2] = {{"plus", "+"}, {"minus", "-"}, {"mul", "*"}, {"div", "/"},
                                           {"rem", "%"},  {"and", "&"},   {"or", "|"}};
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (strcmp(name, signs[i][0]) == 0)
            return signs[i][1];
    return NULL;
}

/* The call with the first type that each operand takes, but for one operand. */
static void write_call(const struct type_signature *s, size_t wrong, size_t type, char *out, size_t size)
{
    const char *sign = sign_of(s->name);
    const char *operand = s->operands;
    size_t used = (size_t)snprintf(out, size, "%s(", sign == NULL ? s->name : "");
    for (size_t i = 0; *operand != '\0'; i++) {
        size_t n = strcspn(operand, " ");
        size_t sample = 0;
        while (i != wrong && !takes(operand, n, sample))
            sample++;
        sample = i == wrong ? type : sample;
        const char *between = i == 0 ? "" : sign == NULL ? ", " : sign;
        used += (size_t)snprintf(out + used, size - used, "%s%s", between, samples[sample]);
        operand += n + (operand[n] == ' ' ? 1 : 0);
    }
    (void)snprintf(out + used, size - used, ")");
}

static enum rego_status ask(const char *call, char result[64])
{
    static const char text[] = "package t\n";
    const struct rego_module module = {"t.rego", text, sizeof(text) - 1, true};
    struct rego_policy *policy = NULL;
    struct rego_result *out = NULL;
    struct rego_error error;
    struct rego_call ask = {.query = call};
    assert_int_equal(rego_policy_new(&module, 1, NULL, 0, NULL, 0, &policy, &error), REGO_OK);
    enum rego_status status = rego_eval(policy, &ask, &out, &error);
    if (status == REGO_OK)
        (void)snprintf(result, 64, "%.*s", 60, rego_result_json(out).p);
    else if (status != REGO_UNDEFINED)
        fail_msg("%s: %s", call, error.message);
    rego_result_free(out);
    rego_policy_free(policy);
    return status;
}

/* Each operand with each type that the table says it does not take: there is never a value. */
static void no_builtin_takes_what_the_table_refuses(void **state)
{
    (void)state;
    char call[256], result[64];
    for (size_t i = 0; i < type_signature_count; i++) {
        const struct type_signature *s = &type_signatures[i];
        const char *operand = s->operands;
        ROW(s->name);
        for (size_t k = 0; *operand != '\0'; k++) {
            size_t n = strcspn(operand, " ");
            for (size_t type = 0; type < 7; type++) {
                if (takes(operand, n, type))
                    continue;
                write_call(s, k, type, call, sizeof(call));
                if (ask(call, result) != REGO_UNDEFINED)
                    fail_msg("%s is %s", call, result);
            }
            operand += n + (operand[n] == ' ' ? 1 : 0);
        }
    }
}

/* With operands that it takes, a builtin gives what the table says, where it gives anything. */
static void results_are_what_the_table_says(void **state)
{
    (void)state;
    static const char first[] = "nft0123456789-\"[{";
    static const char types[] = "0bbnnnnnnnnnnnsao";
    char call[256], result[64];
    size_t answered = 0;
    for (size_t i = 0; i < type_signature_count; i++) {
        const struct type_signature *s = &type_signatures[i];
        ROW(s->name);
        write_call(s, SIZE_MAX, 0, call, sizeof(call));
        if (ask(call, result) != REGO_OK)
            continue;
        const char *at = strchr(first, result[0]);
        assert_non_null(at);
        char type = types[at - first];
        bool is_set = type == 'a' && strchr(s->result, 't') != NULL; /* sets are written as arrays */
        if (strchr(s->result, type) == NULL && strchr(s->result, '*') == NULL && !is_set)
            fail_msg("%s is %s", call, result);
        answered++;
    }
    assert_true(answered > 80);
}

static void every_row_is_a_builtin(void **state)
{
    (void)state;
    for (size_t i = 0; i < type_signature_count; i++) {
        const struct type_signature *s = &type_signatures[i];
        size_t operands = *s->operands == '\0' ? 0 : 1;
        ROW(s->name);
        for (const char *at = s->operands; *at != '\0'; at++)
            operands += *at == ' ';
        const struct builtin *b = builtin_find(bytes_of_text(s->name));
        assert_non_null(b);
        assert_null(b->refused);
        assert_int_equal(operands, b->arity);
        assert_true(i == 0 || strcmp(type_signatures[i - 1].name, s->name) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_builtin_takes_what_the_table_refuses),
        cmocka_unit_test(results_are_what_the_table_says),
        cmocka_unit_test(every_row_is_a_builtin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
