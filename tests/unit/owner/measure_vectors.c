/*
 * Real boots: what the firmware left in the TPM, and PCR 9 of direct boots, against what is computed from files.
 */
#include <unistd.h>

#include "base/limits.h"
#include "check.h"
#include "codec/hex.h"
#include "owner/reference/boot.h"
#include "owner/reference/firmware_ovmf.h"
#include "small_pe.h"
#include "sys/file.h"
#include "vectors.h"

#define OVMF "/usr/share/ovmf/OVMF.fd"

static void read_file(const char *path, struct buf *out)
{
    buf_init(out, FILE_READ_MAX);
    assert_ok(file_read(path, out));
}

static void check_recorded(const char *vectors, const char *name, struct measure_machine machine)
{
    char path[1024];
    struct arena a;
    struct ovmf_volumes volumes;
    struct digest pcrs[FIRMWARE_PCRS];
    const struct json *recorded;
    SCOPED(buf) struct buf firmware;
    SCOPED(buf) struct buf text;
    ROW(name);
    arena_init(&a, 128 * MIB);
    snprintf(path, sizeof(path), "%s/evidence/tpm/qemu-ovmf-6.12.117/%s/pcrs.json", vectors, name);
    read_file(path, &text);
    read_file(OVMF, &firmware);
    assert_ok(json_decode(&a, buf_view(&text), NULL, NULL, &recorded));
    assert_ok(ovmf_unpack(&a, buf_view(&firmware), &volumes));
    assert_ok(ovmf_pcrs(&volumes, &machine, NULL, pcrs));
    for (unsigned i = 0; i < FIRMWARE_PCRS; i++) {
        char number[4];
        struct bytes hex;
        if (i == 4)
            continue;
        snprintf(number, sizeof(number), "%u", i);
        assert_ok(hex_encode_arena(&a, digest_view(&pcrs[i]), &hex));
        assert_bytes(hex, json_path(recorded, "sha256", number, NULL)->text);
    }
    machine.memory_mib = 2304;
    assert_code(ovmf_pcrs(&volumes, &machine, NULL, pcrs), ERR_UNSUPPORTED);
    arena_clear(&a);
}

/* Real boots: what the firmware left, and PCR 9 of a direct boot. */
static void test_recorded_boots(void **state)
{
    (void)state;
    const char *vectors = CHECK_VECTORS();
    check_recorded(vectors, "a", (struct measure_machine){.cpus = 1, .phys_bits = 40, .memory_mib = 1024});
    check_recorded(vectors, "uki", (struct measure_machine){.cpus = 1, .phys_bits = 36, .memory_mib = 512});
}

static void test_recorded_pcr9(void **state)
{
    (void)state;
    const char *vectors = CHECK_VECTORS();
    for (const char *name = "ab"; *name != '\0'; name++) {
        char path[1024];
        struct arena a;
        struct boot_values v;
        const struct json *recorded;
        struct bytes hex;
        SCOPED(buf) struct buf kernel;
        SCOPED(buf) struct buf initrd;
        SCOPED(buf) struct buf cmdline;
        SCOPED(buf) struct buf text;
        const char *top = "evidence/tpm/qemu-ovmf-6.12.117";
        snprintf(path, sizeof(path), "%s/%s/%c/initrd.cpio.gz", vectors, top, *name);
        read_file(path, &initrd);
        snprintf(path, sizeof(path), "%s/%s/%c/cmdline.txt", vectors, top, *name);
        read_file(path, &cmdline);
        snprintf(path, sizeof(path), "%s/%s/%c/pcrs.json", vectors, top, *name);
        read_file(path, &text);
        buf_init(&kernel, 64 * KIB);
        build_bzimage(&kernel);
        arena_init(&a, 4 * MIB);
        struct measure_request r = {.is_direct = true,
                                    .kernel = buf_view(&kernel),
                                    .initrd = buf_view(&initrd),
                                    .cmdline = buf_view(&cmdline),
                                    .machine = {.memory_mib = 1024}};
        assert_ok(boot_direct(&a, &r, &v));
        assert_ok(json_decode(&a, buf_view(&text), NULL, NULL, &recorded));
        assert_ok(hex_encode_arena(&a, digest_view(&v.pcr9), &hex));
        assert_bytes(hex, json_path(recorded, "sha256", "9", NULL)->text);
        arena_clear(&a);
    }
}

int main(void)
{
    VECTORS_OR_SKIP();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_pcr9),
        cmocka_unit_test(test_recorded_boots),
    };
    /* The firmware is a package that a machine may lack; its test comes last and is then left out. */
    return _cmocka_run_group_tests("owner/measure_vectors", tests, access(OVMF, R_OK) == 0 ? 2 : 1, NULL, NULL);
}
