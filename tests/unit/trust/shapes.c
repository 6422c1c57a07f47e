/* What an object or a context must look like before facts are read from it. */
#include "trust/context_check.h"
#include "trust/k8s_check.h"

#include "check.h"

#define TEES "{\"snp\":{},\"tdx\":{}}"

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_clear(&arena);
    return 0;
}

static const struct json *parse(const char *text)
{
    const struct json *v = NULL;
    assert_ok(json_decode(&arena, bytes_of_text(text), NULL, NULL, &v));
    return v;
}

static void a_word_that_nobody_knows_is_a_fault_of_the_context(void **state)
{
    static const char *const bad[] = {"[]",
                                      "5",
                                      "null",
                                      "{\"layout\":\"kata\"}",
                                      "{\"layout\":\"\"}",
                                      "{\"layout\":null}",
                                      "{\"layout\":[]}",
                                      "{\"tee\":\"sev\"}",
                                      "{\"tee\":7}",
                                      "{\"broker\":[]}",
                                      "{\"broker\":{\"operator\":\"data_owner\"}}",
                                      "{\"broker\":{\"location\":\"here\"}}",
                                      "{\"protect\":[]}",
                                      "{\"protect\":{\"data\":\"integrity\"}}",
                                      "{\"protect\":{\"code\":[\"integrty\"]}}",
                                      "{\"protect\":{\"code\":[1]}}",
                                      "{\"personas\":[]}",
                                      "{\"personas\":{\"ZZ\":{}}}",
                                      "{\"personas\":{\"IO\":\"trusted\"}}",
                                      "{\"personas\":{\"IO\":{\"trust\":\"some\"}}}",
                                      "{\"guest\":\"casemate\"}",
                                      "{\"storage\":[]}",
                                      "{\"storage\":{\"data\":\"encrypted\"}}",
                                      "{\"accepted\":{}}",
                                      "{\"accepted\":[\"T-API-02\"]}"};
    static const char *const good[] = {
        "{}", "{\"layout\":\"enclave\",\"tee\":\"tdx\",\"new\":[1]}",
        "{\"broker\":{\"operator\":\"none\",\"location\":\"tee\"},\"guest\":{\"agent\":\"other\"}}",
        "{\"protect\":{\"code\":[],\"data\":[\"integrity\"]},\"storage\":{\"v\":\"application-encrypted\"}}",
        "{\"personas\":{\"IO\":{\"trust\":\"trusted\",\"reason\":\"x\"}},\"accepted\":[{}]}"};
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW(bad[i]);
        assert_non_null(context_fault(parse(bad[i]), parse(TEES)));
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ROW(good[i]);
        assert_null(context_fault(parse(good[i]), parse(TEES)));
    }
}

#define OBJECT(kind_, rest_) "{\"apiVersion\":\"v1\",\"kind\":\"" kind_ "\"," rest_ "}"
#define POD(spec_)           OBJECT("Pod", "\"spec\":" spec_)
#define CONTAINER(rest_)     POD("{\"containers\":[{\"name\":\"c\"," rest_ "}]}")

static void an_object_of_a_wrong_shape_is_a_fault(void **state)
{
    static const char *const bad[] = {
        "{\"apiVersion\":1,\"kind\":\"Pod\"}",
        "{\"apiVersion\":\"v1\",\"kind\":{}}",
        OBJECT("Pod", "\"metadata\":5"),
        OBJECT("Service", "\"metadata\":{\"labels\":[]}"),
        OBJECT("Pod", "\"metadata\":{\"annotations\":\"x\"}"),
        POD("[1]"),
        POD("{\"containers\":{}}"),
        POD("{\"containers\":[1]}"),
        POD("{\"volumes\":{}}"),
        POD("{\"initContainers\":\"x\"}"),
        POD("{\"ephemeralContainers\":[[]]}"),
        CONTAINER("\"env\":{}"),
        CONTAINER("\"env\":[\"A=b\"]"),
        CONTAINER("\"args\":\"x\""),
        CONTAINER("\"command\":[[\"x\"]]"),
        CONTAINER("\"image\":5"),
        CONTAINER("\"securityContext\":[]"),
        CONTAINER("\"volumeMounts\":\"x\""),
        CONTAINER("\"resources\":1"),
        OBJECT("Deployment", "\"spec\":{\"template\":[]}"),
        OBJECT("Job", "\"spec\":{\"template\":{\"spec\":1}}"),
        OBJECT("CronJob", "\"spec\":{\"jobTemplate\":{\"spec\":{\"template\":{\"spec\":{\"containers\":1}}}}}"),
        OBJECT("Own", "\"spec\":{\"template\":{\"spec\":{\"containers\":{}}}}"),
        OBJECT("Secret", "\"data\":[]"),
        OBJECT("ConfigMap", "\"data\":\"x\""),
        OBJECT("Service", "\"spec\":[]")};
    static const char *const good[] = {POD("{\"containers\":[]}"),
                                       POD("null"),
                                       CONTAINER("\"env\":null,\"args\":[1,true,\"x\"]"),
                                       OBJECT("Deployment", "\"spec\":{\"replicas\":2}"),
                                       OBJECT("Own", "\"spec\":[],\"data\":7"),
                                       OBJECT("Own", "\"spec\":{\"template\":\"text\"}"),
                                       OBJECT("Secret", "\"data\":{},\"metadata\":null")};
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ROW(bad[i]);
        assert_non_null(k8s_fault(parse(bad[i])));
    }
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ROW(good[i]);
        assert_null(k8s_fault(parse(good[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_that_nobody_knows_is_a_fault_of_the_context),
        cmocka_unit_test(an_object_of_a_wrong_shape_is_a_fault),
    };
    return cmocka_run_group_tests_name("trust/shapes", tests, begin, end);
}
