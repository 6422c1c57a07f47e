/* proves: R6 R37 M-FAIL T-ATT-08 */
#include "settings/settings.h"

#include "check.h"

#define CAP (1 << 20)

static struct err decode(struct arena *a, const char *text, struct settings_fault *fault, const struct settings **out)
{
    return settings_decode(a, bytes_of_text(text), "/etc/casemate", fault, out);
}

static void a_slip_refuses_the_file(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *key;
        size_t line;
    } rows[] = {
        {"unknown section", "[servers]\nlisten = []\n", "servers", 1},
        {"unknown key", "[server]\n# a remark\nlistens = [\"127.0.0.1:1\"]\n", "server.listens", 3},
        {"unknown key, deeper", "[verifier.tpm]\nroot = []\n", "verifier.tpm.root", 2},
        {"unknown verifier", "[verifier.tdx]\nroots = []\n", "verifier.tdx", 1},
        {"unknown at the root", "listen = 1\n", "listen", 1},
        {"a row in the parent table", "[verifier]\nroots = []\n", "verifier.roots", 2},
        {"part of a section's name", "[verif]\n", "verif", 1},
        {"key with another case", "[server]\nListen = [\"127.0.0.1:1\"]\n", "server.Listen", 2},
        {"key with a NUL", "[server]\n\"listen\\u0000x\" = 1\n", "server.listen", 0},
        {"dotted key", "server.listens = 1\n", "server.listens", 1},
        {"section is no table", "server = 5\n", "server", 1},
        {"text for a bool", "[server]\nallow_tls12 = \"yes\"\n", "server.allow_tls12", 2},
        {"number for a bool", "[server]\ninsecure_http = 1\n", "server.insecure_http", 2},
        {"bool for a number", "[session]\nlifetime = true\n", "session.lifetime", 2},
        {"text for a number", "[session]\nlifetime = \"300\"\n", "session.lifetime", 2},
        {"float for a number", "[session]\nlifetime = 300.5\n", "session.lifetime", 2},
        {"below the range", "[session]\nlifetime = 0\n", "session.lifetime", 2},
        {"above the range", "[session]\nlifetime = 3601\n", "session.lifetime", 2},
        {"negative", "[limits]\nrate_per_peer = -1\n", "limits.rate_per_peer", 2},
        {"above 64 bits", "[limits]\nbody_size = 9223372036854775807\n", "limits.body_size", 2},
        {"number for a text", "[token]\nissuer = 5\n", "token.issuer", 2},
        {"empty text", "[token]\nissuer = \"\"\n", "token.issuer", 2},
        {"control character", "[token]\nissuer = \"a\\u0001\"\n", "token.issuer", 2},
        {"NUL in a path", "[store]\npath = \"a\\u0000b\"\n", "store.path", 2},
        {"empty path", "[store]\npath = \"\"\n", "store.path", 2},
        {"text for a list", "[server]\nlisten = \"127.0.0.1:1\"\n", "server.listen", 2},
        {"list of numbers", "[server]\nlisten = [1]\n", "server.listen", 2},
        {"empty list of addresses", "[server]\nlisten = []\n", "server.listen", 2},
        {"address without port", "[server]\nlisten = [\"127.0.0.1\"]\n", "server.listen", 2},
        {"address without host", "[server]\nlisten = [\":80\"]\n", "server.listen", 2},
        {"address with a large port", "[server]\nlisten = [\"127.0.0.1:65536\"]\n", "server.listen", 2},
        {"address with a word for a port", "[server]\nlisten = [\"127.0.0.1:http\"]\n", "server.listen", 2},
        {"bare IPv6 address", "[server]\nlisten = [\"::1:80\"]\n", "server.listen", 2},
        {"empty unix path", "[admin]\nlisten = [\"unix:\"]\n", "admin.listen", 2},
        {"empty path in a list", "[verifier.tpm]\nroots = [\"\"]\n", "verifier.tpm.roots", 2},
        {"unknown choice", "[policy]\non_critical = \"ignore\"\n", "policy.on_critical", 2},
        {"empty choice", "[policy]\non_critical = \"\"\n", "policy.on_critical", 2},
        {"choice with a bar", "[policy]\non_critical = \"refuse|insecure_warn\"\n", "policy.on_critical", 2},
        {"part of a choice", "[log]\nlevel = \"inf\"\n", "log.level", 2},
        {"table for a value", "[store.path]\na = 1\n", "store.path", 1},
        {"too high a level", "[verifier.snp]\nmax_vmpl = 4\n", "verifier.snp.max_vmpl", 2},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct arena a;
        arena_init(&a, CAP);
        struct settings_fault fault;
        const struct settings *s = NULL;
        assert_code(decode(&a, rows[i].text, &fault, &s), ERR_FORMAT);
        assert_null(s);
        assert_text(bytes_of_text(fault.key), rows[i].key);
        if (fault.line != rows[i].line)
            fail_msg("row '%s': line %zu, expected %zu", rows[i].name, fault.line, rows[i].line);
        assert_true(fault.expected != NULL && fault.expected[0] != '\0');
        arena_clear(&a);
    }
}

static void what_is_no_toml_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        size_t line;
    } rows[] = {
        {"doubled key", "[server]\nallow_tls12 = true\nallow_tls12 = true\n", 3},
        {"doubled section", "[log]\n[server]\n[log]\n", 3},
        {"no value", "[log]\nlevel =\n", 2},
        {"json", "{\"log\": {}}", 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct arena a;
        arena_init(&a, CAP);
        struct settings_fault fault;
        const struct settings *s = NULL;
        assert_code(decode(&a, rows[i].text, &fault, &s), ERR_FORMAT);
        assert_null(s);
        assert_int_equal(fault.line, rows[i].line);
        assert_non_null(fault.expected);
        assert_ok(decode(&a, "", NULL, &s));
        arena_clear(&a);
    }
}

static void absent_keys_have_their_defaults(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, CAP);
    const struct settings *s;
    struct settings_fault fault;
    assert_ok(decode(&a, "", &fault, &s));
    size_t n;
    assert_string_equal(settings_list(s, SETTING_SERVER_LISTEN, &n)[0], "127.0.0.1:8443");
    assert_int_equal(n, 1);
    assert_string_equal(settings_list(s, SETTING_ADMIN_LISTEN, &n)[0], "unix:/etc/casemate/admin.sock");
    assert_string_equal(settings_text(s, SETTING_STORE_PATH), "/etc/casemate/data/store.db");
    assert_string_equal(settings_text(s, SETTING_KEYS_MASTER_KEY_FILE), "");
    assert_string_equal(settings_text(s, SETTING_POLICY_ON_CRITICAL), "refuse");
    assert_string_equal(settings_text(s, SETTING_VERIFIER_SNP_ALLOW_REPORT_V2), "");
    assert_int_equal(settings_int(s, SETTING_SESSION_LIFETIME), 300);
    assert_int_equal(settings_int(s, SETTING_LIMITS_BODY_SIZE), 2 << 20);
    assert_int_equal(settings_int(s, SETTING_VERIFIER_SNP_MAX_VMPL), 0);
    assert_false(settings_bool(s, SETTING_INITDATA_INSECURE_OPTIONAL));
    assert_true(settings_bool(s, SETTING_TOKEN_VERBOSE));
    assert_false(settings_bool(s, SETTING_SERVER_INSECURE_HTTP));
    settings_list(s, SETTING_VERIFIER_TPM_ROOTS, &n);
    assert_int_equal(n, 0);
    assert_null(settings_insecure(s)[0]);
    arena_clear(&a);
}

static const char *const full = "admin.listen = [\"127.0.0.1:8444\", \"unix:/run/x.sock\", \"[::1]:0\"]\n"
                                "[server]\ninsecure_http = true\nlisten = [\"0.0.0.0:1\"]\n"
                                "[store]\npath = \"/var/lib/a \\\"b\\\"\\\\ü.db\"\n"
                                "[policy]\non_critical = \"insecure_warn\"\n"
                                "[metrics]\nlisten = []\n"
                                "[verifier.tpm]\ninsecure_software_tpm_roots = [\"ca.pem\", \"/x.pem\"]\n"
                                "[verifier.snp]\nallow_report_v2 = \"Milan\"\nmin_snp = 255\n";

static void what_is_written_is_in_force(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, CAP);
    const struct settings *s;
    assert_ok(decode(&a, full, NULL, &s));
    size_t n;
    const char *const *list = settings_list(s, SETTING_ADMIN_LISTEN, &n);
    assert_int_equal(n, 3);
    assert_string_equal(list[1], "unix:/run/x.sock");
    assert_string_equal(list[2], "[::1]:0");
    list = settings_list(s, SETTING_VERIFIER_TPM_INSECURE_SOFTWARE_ROOTS, &n);
    assert_int_equal(n, 2);
    assert_string_equal(list[0], "/etc/casemate/ca.pem");
    assert_string_equal(list[1], "/x.pem");
    settings_list(s, SETTING_METRICS_LISTEN, &n);
    assert_int_equal(n, 0);
    assert_int_equal(settings_int(s, SETTING_VERIFIER_SNP_MIN_SNP), 255);
    const char *const *weak = settings_insecure(s);
    assert_string_equal(weak[0], "server.insecure_http");
    assert_string_equal(weak[1], "policy.on_critical");
    assert_string_equal(weak[2], "verifier.tpm.insecure_software_tpm_roots");
    assert_null(weak[3]);
    arena_clear(&a);
}

static void the_sample_tee_needs_its_build(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, CAP);
    const struct settings *s = NULL;
    struct settings_fault fault;
    struct err e = decode(&a, "[verifier.sample]\ninsecure_enabled = true\n", &fault, &s);
    assert_int_equal(failed(e), !settings_sample_is_built());
    if (failed(e)) {
        assert_int_equal(e.code, ERR_FORMAT);
        assert_string_equal(fault.key, "verifier.sample.insecure_enabled");
        assert_int_equal(fault.line, 2);
        assert_null(s);
    }
    arena_clear(&a);
}

static void the_printed_form_reads_back(void **state)
{
    (void)state;
    const char *const texts[] = {"", full};
    for (size_t i = 0; i < 2; i++) {
        ROW(i == 0 ? "defaults" : "full");
        struct arena a;
        arena_init(&a, CAP);
        SCOPED(buf) struct buf first, second;
        buf_init(&first, CAP);
        buf_init(&second, CAP);
        const struct settings *s;
        assert_ok(decode(&a, texts[i], NULL, &s));
        settings_print(s, &first);
        struct bytes text;
        assert_ok(buf_end(&first, &text));
        struct settings_fault fault;
        assert_ok(settings_decode(&a, text, "/elsewhere", &fault, &s));
        settings_print(s, &second);
        assert_bytes(buf_view(&second), text);
        arena_clear(&a);
    }
}

/* Each default takes the way of a written value, so a row whose default breaks its own bounds fails here. */
static void every_row_is_well_formed(void **state)
{
    (void)state;
    static const struct {
        const char *section, *name, *help;
    } rows[] = {
#define SETTING(id_, section_, name_, type_, min_, max_, default_, help_) {section_, name_, help_},
#include "settings/settings.def"
#undef SETTING
    };
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        ROW(rows[i].name);
        assert_true(strlen(rows[i].section) + strlen(rows[i].name) < 70);
        assert_true(rows[i].help[0] != '\0' && strchr(rows[i].help, '\n') == NULL);
        for (size_t k = 0; k < i; k++) {
            assert_true(strcmp(rows[i].section, rows[k].section) != 0 || strcmp(rows[i].name, rows[k].name) != 0);
            /* rows of one section stand together, or the printed form would open it twice */
            if (strcmp(rows[i].section, rows[k].section) == 0)
                assert_string_equal(rows[i - 1].section, rows[i].section);
        }
    }
}

static struct err decode_once(struct arena *a)
{
    const struct settings *s;
    struct settings_fault fault;
    return decode(a, full, &fault, &s);
}

static void faults_are_errors(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, CAP);
    FAULT_PASS(decode_once(&a), arena_clear(&a));
    arena_clear(&a);
    for (size_t cap = 0;; cap += 64) {
        arena_init(&a, cap);
        struct err e = decode_once(&a);
        arena_clear(&a);
        if (!failed(e))
            break;
        assert_int_equal(e.code, ERR_NOMEM);
        assert_true(cap < CAP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_refuses_the_file),         cmocka_unit_test(what_is_no_toml_is_refused_with_its_line),
        cmocka_unit_test(absent_keys_have_their_defaults), cmocka_unit_test(what_is_written_is_in_force),
        cmocka_unit_test(the_sample_tee_needs_its_build),  cmocka_unit_test(the_printed_form_reads_back),
        cmocka_unit_test(every_row_is_well_formed),        cmocka_unit_test(faults_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
