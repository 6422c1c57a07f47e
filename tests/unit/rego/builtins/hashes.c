#include "call_check.h"

static const struct row refusals[] = {
    {"crypto.md5(input.number)", TYPE_ERROR, "operand 1 must be string"},
    {"crypto.sha1(input.number)", TYPE_ERROR, "operand 1 must be string"},
    {"crypto.sha256(input.number)", TYPE_ERROR, "operand 1 must be string"},
    {"crypto.hmac.md5(\"a\", input.number)", TYPE_ERROR, "operand 2 must be string"},
    {"crypto.hmac.sha1(input.number, \"a\")", TYPE_ERROR, "operand 1 must be string"},
    {"crypto.hmac.sha512(\"a\", input.number)", TYPE_ERROR, "operand 2 must be string"},
    {"crypto.hmac.equal(\"a\", input.number)", TYPE_ERROR, "operand 2 must be string"},
};

/* RFC 1321 A.5, FIPS 180-4, RFC 2202 test case 2, RFC 4231 test case 2. */
static const struct row rows[] = {
    {"crypto.md5(\"\")", "\"d41d8cd98f00b204e9800998ecf8427e\"", NULL},
    {"crypto.md5(\"abc\")", "\"900150983cd24fb0d6963f7d28e17f72\"", NULL},
    {"crypto.sha1(\"abc\")", "\"a9993e364706816aba3e25717850c26c9cd0d89d\"", NULL},
    {"crypto.sha256(\"\")", "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"", NULL},
    {"crypto.hmac.md5(\"what do ya want for nothing?\", \"Jefe\")", "\"750c783e6ab0b503eaa86e310a5db738\"", NULL},
    {"crypto.hmac.sha1(\"what do ya want for nothing?\", \"Jefe\")", "\"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79\"",
     NULL},
    {"crypto.hmac.sha256(\"what do ya want for nothing?\", \"Jefe\")",
     "\"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\"", NULL},
    {"substring(crypto.hmac.sha512(\"what do ya want for nothing?\", \"Jefe\"), 0, 32)",
     "\"164b7a7bfcf819e2e395fbe73b56e0a3\"", NULL},
    {"crypto.hmac.equal(\"ab\", \"ab\")", "true", NULL},
    {"crypto.hmac.equal(\"ab\", \"ac\")", "false", NULL},
    {"crypto.hmac.equal(\"ab\", \"abc\")", "false", NULL},
};

static void test_refusals(void **state)
{
    (void)state;
    CALL_ROWS(refusals, BYTES_LIT("{\"number\":1}"));
}

static void test_rows(void **state)
{
    (void)state;
    CALL_ROWS(rows, BYTES_EMPTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refusals), cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
