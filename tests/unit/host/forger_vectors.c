/*
 * A boot that never happened: the registers that the forger fills from a recorded log are those of the real boot.
 * Skipped as a whole without the vectors or without swtpm.
 */
#include "host/attack/forger.h"

#include <unistd.h>

#include "base/limits.h"
#include "check.h"
#include "codec/hex.h"
#include "host/attack/attack.h"
#include "host/swtpm.h"
#include "rats/initdata.h"
#include "sys/file.h"
#include "vectors.h"
#include "json/json.h"

#define CASE "/evidence/tpm/qemu-ovmf-6.12.117/uki"

static const char document[] = "version = \"0.1.0\"\nalgorithm = \"sha256\"\n[data]\n";

static void read_recorded(struct arena *a, const struct json **out)
{
    char path[1024];
    SCOPED(buf) struct buf text;
    buf_init(&text, MIB);
    snprintf(path, sizeof(path), "%s" CASE "/pcrs.json", CHECK_VECTORS());
    assert_ok(file_read(path, &text));
    assert_ok(json_decode(a, buf_view(&text), NULL, NULL, out));
}

static void check_registers(struct forger *f, struct arena *a)
{
    const struct json *recorded;
    struct initdata initdata;
    struct digest pcr8;
    read_recorded(a, &recorded);
    assert_ok(initdata_decode(a, bytes_of_text(document), &initdata));
    assert_ok(initdata_pcr8(&initdata.digest, &pcr8));
    for (unsigned i = 0; i < 16; i++) {
        char number[4];
        struct digest have;
        struct bytes hex;
        snprintf(number, sizeof(number), "%u", i);
        const struct json *want = json_path(recorded, "sha256", number, NULL);
        ROW(number);
        assert_ok(tpm_pcr_read(f->tpm, i, &have));
        assert_ok(hex_encode_arena(a, digest_view(&have), &hex));
        if (i == 8)
            assert_bytes(digest_view(&have), digest_view(&pcr8));
        else if (want != NULL)
            assert_bytes(hex, want->text);
    }
}

static void test_registers(void **state)
{
    (void)state;
    struct arena a;
    char tpm[WORKDIR_PATH];
    char initdata[WORKDIR_PATH];
    char roots[WORKDIR_PATH + 16];
    char log[1024];
    bool is_misuse = false;
    SCOPED(workdir) struct workdir w = {0};
    SCOPED(forger) struct forger f = {.swtpm = -1, .fd = -1};
    arena_init(&a, 64 * MIB);
    assert_ok(workdir_open(&w));
    workdir_path(&w, "made", tpm);
    workdir_path(&w, "document", initdata);
    assert_ok(swtpm_make(tpm));
    assert_ok(file_write(initdata, bytes_of_text(document), 0600));
    snprintf(roots, sizeof(roots), "%s/roots.pem", tpm);
    snprintf(log, sizeof(log), "%s" CASE "/eventlog.bin", CHECK_VECTORS());
    const struct host_option rows[] = {
        {.name = "tpm", .given = tpm},       {.name = "initdata", .given = initdata},
        {.name = "event-log", .given = log}, {.name = "broker", .given = "https://127.0.0.1:1"},
        {.name = "ca", .given = roots},      {.name = "resource"},
        {.name = "other-resource"},          {0}};
    assert_ok(forger_open(&f, &a, rows, &is_misuse));
    assert_false(is_misuse);
    check_registers(&f, &a);
    forger_clear(&f);
    arena_clear(&a);
}

int main(void)
{
    VECTORS_OR_SKIP();
    if (access("/usr/bin/swtpm_setup", X_OK) != 0 || access("/usr/bin/swtpm_localca", X_OK) != 0) {
        puts("1..0 # SKIP swtpm is not installed");
        return 0;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_registers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
