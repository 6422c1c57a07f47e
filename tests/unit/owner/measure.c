/* proves: M-MEAS T-BOOT-02 T-BOOT-03 T-BOOT-04 */
#include "owner/reference/measure.h"

#include "base/limits.h"
#include "check.h"
#include "codec/hex.h"
#include "owner/reference/boot.h"
#include "owner/reference/firmware_ovmf.h"
#include "rats/eventlog.h"
#include "small_pe.h"

/* The parts of a small unified image; a test changes one of them. */
struct parts {
    struct part part[5];
    size_t count;
    struct buf kernel;
};

static void parts_init(struct parts *p)
{
    struct part text = {".text", BYTES_LIT("no code")};
    buf_init(&p->kernel, 64 * KIB);
    build_pe(&text, 1, &p->kernel);
    *p = (struct parts){.part = {{".osrel", BYTES_LIT("ID=small\n")},
                                 {".uname", BYTES_LIT("6.12")},
                                 {".cmdline", BYTES_LIT("console=ttyS0")},
                                 {".initrd", BYTES_LIT("an initramfs")},
                                 {".linux", buf_view(&p->kernel)}},
                        .count = 5,
                        .kernel = p->kernel};
}

static struct err measure_image(struct bytes image, struct arena *a, const struct json **out)
{
    struct measure_request r = {.image = image};
    return reference_measure(a, &r, out);
}

static struct err measure_parts(const struct parts *p, struct arena *a, const struct json **out)
{
    SCOPED(buf) struct buf image;
    buf_init(&image, 64 * KIB);
    build_pe(p->part, p->count, &image);
    return measure_image(buf_view(&image), a, out);
}

static void check_value(const struct json *values, const char *name, const char *want)
{
    ROW(name);
    const struct json *list = json_at(values, name);
    assert_true(json_is(list, JSON_ARRAY));
    assert_int_equal(list->count, 1);
    assert_text(list->items[0]->text, want);
}

static void test_image_refused(void **state)
{
    (void)state;
    struct arena a;
    struct parts p;
    const struct json *out = NULL;
    arena_init(&a, 4 * MIB);
    for (size_t missing = 0; missing < 5; missing++) {
        parts_init(&p);
        ROW(p.part[missing].name);
        if (missing == 1) /* .uname is not measured */
            p.part[missing].name = ".other";
        else
            p.part[missing] = p.part[1];
        if (missing != 1)
            assert_code(measure_parts(&p, &a, &out), ERR_FORMAT);
        else
            assert_ok(measure_parts(&p, &a, &out));
        buf_clear(&p.kernel);
    }
    ROW("doubled");
    parts_init(&p);
    p.part[1] = (struct part){".cmdline", BYTES_LIT("evil=1")};
    assert_code(measure_parts(&p, &a, &out), ERR_FORMAT);
    buf_clear(&p.kernel);
    ROW("not ASCII");
    parts_init(&p);
    p.part[2].data = BYTES_LIT("caf\xc3\xa9");
    assert_code(measure_parts(&p, &a, &out), ERR_FORMAT);
    p.part[2].data = BYTES_LIT("quiet\0evil");
    assert_code(measure_parts(&p, &a, &out), ERR_FORMAT);
    ROW("kernel is no image");
    p.part[2].data = BYTES_LIT("quiet");
    p.part[4].data = BYTES_LIT("a kernel");
    assert_code(measure_parts(&p, &a, &out), ERR_FORMAT);
    buf_clear(&p.kernel);
    arena_clear(&a);
}

static void test_image_truncated(void **state)
{
    (void)state;
    struct arena a;
    struct parts p;
    const struct json *out;
    SCOPED(buf) struct buf image;
    arena_init(&a, 64 * MIB);
    buf_init(&image, 64 * KIB);
    parts_init(&p);
    build_pe(p.part, p.count, &image);
    for (size_t n = 0; n < image.n; n++) {
        assert_true(failed(measure_image(bytes_of(image.p, n), &a, &out)));
        arena_reset(&a);
    }
    buf_clear(&p.kernel);
    arena_clear(&a);
}

/* The same parts always give these values; an independent implementation computed them. */
static void test_image_values(void **state)
{
    (void)state;
    struct arena a;
    struct parts p;
    const struct json *out = NULL;
    arena_init(&a, 4 * MIB);
    parts_init(&p);
    assert_ok(measure_parts(&p, &a, &out));
    check_value(out, "tpm_pcr04", "8ca3cf1ce9514175af3de757e5d4f768663849f54b2aae44da831a765ab0aafa");
    check_value(out, "tpm_pcr09", "61f4d7e2d104dad70340f30f8ce14b44e6412b23bcff6422a837e0199c32c753");
    check_value(out, "tpm_pcr11", "43756923f3c88ebc2d84fe7ccdcfa9b3e537eb51440e5429ecfcb513c1c9a41b");
    check_value(out, "tpm_pcr12", "0000000000000000000000000000000000000000000000000000000000000000");
    check_value(out, "tpm_uki_initrd", "3bc41abf071fe2c48d78331091e4bcf4538df91632d5fbb2d949572b5ec545f0");
    assert_null(json_at(out, "tpm_pcr00"));
    assert_null(json_at(out, "tpm_pcr08"));
    FAULT_PASS(measure_parts(&p, &a, &out), arena_clear(&a));
    buf_clear(&p.kernel);
    arena_clear(&a);
}

/* Each measured part moves its own registers and no other. */
static void test_image_changes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t part;
        const char *moved[3];
    } rows[] = {
        {"osrel", 0, {"tpm_pcr04", "tpm_pcr11", "tpm_uki_osrel"}},
        {"uname", 1, {"tpm_pcr04", NULL, NULL}},
        {"cmdline", 2, {"tpm_pcr04", "tpm_pcr09", "tpm_pcr11"}},
        {"initrd", 3, {"tpm_pcr04", "tpm_pcr09", "tpm_pcr11"}},
    };
    struct arena a;
    struct parts p;
    const struct json *before = NULL;
    const struct json *after = NULL;
    arena_init(&a, 4 * MIB);
    parts_init(&p);
    assert_ok(measure_parts(&p, &a, &before));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct part kept = p.part[rows[i].part];
        ROW(rows[i].name);
        p.part[rows[i].part].data = BYTES_LIT("changed");
        assert_ok(measure_parts(&p, &a, &after));
        for (size_t m = 0; m < 3 && rows[i].moved[m] != NULL; m++)
            assert_false(json_equal(json_at(before, rows[i].moved[m]), json_at(after, rows[i].moved[m])));
        assert_true(json_equal(json_at(before, "tpm_uki_linux"), json_at(after, "tpm_uki_linux")));
        assert_true(json_equal(json_at(before, "tpm_pcr12"), json_at(after, "tpm_pcr12")));
        p.part[rows[i].part] = kept;
    }
    buf_clear(&p.kernel);
    arena_clear(&a);
}

static struct err measure_direct(struct bytes kernel, struct bytes initrd, unsigned memory, struct digest *pcr4)
{
    struct arena a;
    struct boot_values v;
    struct measure_request r = {.is_direct = true,
                                .kernel = kernel,
                                .initrd = initrd,
                                .cmdline = BYTES_LIT("quiet"),
                                .machine = {.memory_mib = memory}};
    arena_init(&a, 4 * MIB);
    struct err e = boot_direct(&a, &r, &v);
    if (!failed(e))
        *pcr4 = v.pcr4;
    arena_clear(&a);
    return e;
}

static void test_direct(void **state)
{
    (void)state;
    struct digest base;
    struct digest other;
    SCOPED(buf) struct buf kernel;
    buf_init(&kernel, 64 * KIB);
    build_bzimage(&kernel);
    ROW("truncated");
    for (size_t n = 0; n < kernel.n; n++)
        assert_true(failed(measure_direct(bytes_of(kernel.p, n), BYTES_LIT("x"), 512, &other)));
    ROW("size of the initrd and memory move PCR 4, its content does not");
    assert_ok(measure_direct(buf_view(&kernel), BYTES_LIT("initrd"), 512, &base));
    assert_ok(measure_direct(buf_view(&kernel), BYTES_LIT("INITRD"), 512, &other));
    assert_bytes(digest_view(&other), digest_view(&base));
    assert_ok(measure_direct(buf_view(&kernel), BYTES_LIT("initrd2"), 512, &other));
    assert_false(bytes_equal(digest_view(&other), digest_view(&base)));
    assert_ok(measure_direct(buf_view(&kernel), BYTES_LIT("initrd"), 1024, &other));
    assert_false(bytes_equal(digest_view(&other), digest_view(&base)));
    ROW("no room");
    assert_code(measure_direct(buf_view(&kernel), BYTES_LIT("initrd"), 0, &other), ERR_LIMIT);
    ROW("an old kernel");
    kernel.p[0x206] = 0x0a;
    assert_code(measure_direct(buf_view(&kernel), BYTES_LIT("initrd"), 512, &other), ERR_UNSUPPORTED);
    ROW("no kernel");
    kernel.p[0x202] = 'X';
    assert_code(measure_direct(buf_view(&kernel), BYTES_LIT("initrd"), 512, &other), ERR_FORMAT);
}

/* The log replays to the registers, and its events are over what they say. */
static void test_event_log(void **state)
{
    (void)state;
    struct arena a;
    struct parts p;
    struct eventlog log;
    struct eventlog_registers registers;
    const struct json *out;
    struct bytes linux_digest;
    SCOPED(buf) struct buf image;
    SCOPED(buf) struct buf text;
    arena_init(&a, 4 * MIB);
    buf_init(&image, 64 * KIB);
    buf_init(&text, 64 * KIB);
    parts_init(&p);
    build_pe(p.part, p.count, &image);
    struct measure_request r = {.image = buf_view(&image), .event_log = &text};
    assert_ok(reference_measure(&a, &r, &out));
    assert_ok(eventlog_decode(&a, buf_view(&text), HASH_SHA256, &log));
    assert_ok(eventlog_check_events(&log));
    assert_ok(eventlog_replay(&log, &registers));
    for (unsigned i = 4; i < 12; i++) {
        char name[16];
        struct bytes hex;
        snprintf(name, sizeof(name), "tpm_pcr%02u", i);
        if (json_at(out, name) == NULL)
            continue;
        assert_ok(hex_encode_arena(&a, digest_view(&registers.value[i]), &hex));
        ROW(name);
        assert_bytes(hex, json_at(out, name)->items[0]->text);
    }
    assert_ok(eventlog_uki_part(&log, "linux", &linux_digest));
    assert_int_equal(linux_digest.n, 32);
    buf_clear(&p.kernel);
    arena_clear(&a);
}

static void test_firmware_refused(void **state)
{
    (void)state;
    static const uint8_t guid[24] = {24,   0,    0,    2,    0x98, 0x58, 0x4e, 0xee, 0x14, 0x39, 0x59, 0x42,
                                     0x9d, 0x6e, 0xdc, 0x7b, 0xd7, 0x94, 0x03, 0xcf, 24,   0,    1,    0};
    struct arena a;
    struct ovmf_volumes v;
    struct digest pcrs[FIRMWARE_PCRS];
    struct measure_machine m = {.cpus = 1, .phys_bits = 36, .memory_mib = 512};
    arena_init(&a, 4 * MIB);
    ROW("no section");
    assert_code(ovmf_unpack(&a, BYTES_EMPTY, &v), ERR_FORMAT);
    ROW("an empty section");
    assert_code(ovmf_unpack(&a, BYTES_OF(guid), &v), ERR_FORMAT);
    for (size_t n = 0; n < sizeof(guid); n++)
        assert_code(ovmf_unpack(&a, bytes_of(guid, n), &v), ERR_FORMAT);
    ROW("unknown build");
    v = (struct ovmf_volumes){.pei = BYTES_LIT("a"), .dxe = BYTES_LIT("b")};
    assert_code(ovmf_pcrs(&v, &m, NULL, pcrs), ERR_UNSUPPORTED);
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_image_refused),    cmocka_unit_test(test_image_truncated),
        cmocka_unit_test(test_image_values),     cmocka_unit_test(test_image_changes),
        cmocka_unit_test(test_direct),           cmocka_unit_test(test_event_log),
        cmocka_unit_test(test_firmware_refused),

    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
