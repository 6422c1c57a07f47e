#include "rats/snp_report.h"

#include "base/limits.h"
#include "vectors.h"

static void refuses_every_wrong_length(void **state)
{
    (void)state;
    uint8_t room[SNP_REPORT_SIZE + 1] = {0};
    struct snp_report out = {.version = 77};
    memcpy(room, own_vector("snp/milan.bin").p, SNP_REPORT_SIZE);
    for (size_t n = 0; n <= sizeof(room); n++)
        if (n != SNP_REPORT_SIZE)
            assert_refused(snp_report_decode(bytes_of(room, n), &out), REASON_SNP_FORMAT);
    assert_int_equal(out.version, 77);
}

/* Every byte that the layout reserves, for the version of the report. */
static void refuses_reserved_bytes(void **state)
{
    (void)state;
    const struct {
        const char *file;
        size_t from, to;
    } rows[] = {{"snp/milan.bin", 0x4c, 0x50},      {"snp/milan.bin", 0x18b, 0x1a0}, {"snp/milan_v2.bin", 0x188, 0x1a0},
                {"snp/milan.bin", 0x1eb, 0x1ec},    {"snp/milan.bin", 0x1ef, 0x1f0}, {"snp/milan.bin", 0x1f8, 0x2a0},
                {"snp/genoa_v5.bin", 0x208, 0x2a0}, {"snp/milan.bin", 0x2d0, 0x2e8}, {"snp/milan.bin", 0x318, 0x4a0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t room[SNP_REPORT_SIZE];
        struct snp_report out;
        ROW(rows[i].file);
        memcpy(room, own_vector(rows[i].file).p, sizeof(room));
        assert_ok(snp_report_decode(BYTES_OF(room), &out));
        for (size_t at = rows[i].from; at < rows[i].to; at++) {
            room[at] = 1;
            assert_refused(snp_report_decode(BYTES_OF(room), &out), REASON_SNP_FORMAT);
            room[at] = 0;
        }
    }
}

static void refuses_unknown_versions(void **state)
{
    (void)state;
    uint8_t room[SNP_REPORT_SIZE];
    struct snp_report out;
    memcpy(room, own_vector("snp/milan.bin").p, sizeof(room));
    for (int v = 0; v < 256; v++) {
        room[0] = (uint8_t)v;
        if (v < 2 || v > 5)
            assert_refused(snp_report_decode(BYTES_OF(room), &out), REASON_SNP_VERSION);
    }
}

static void knows_the_product_lines(void **state)
{
    (void)state;
    const struct {
        uint8_t family, model;
        enum snp_product product;
    } rows[] = {{0x19, 0x00, SNP_MILAN}, {0x19, 0x0f, SNP_MILAN}, {0x19, 0x10, SNP_GENOA}, {0x19, 0x1f, SNP_GENOA},
                {0x19, 0x20, SNP_NONE},  {0x19, 0xa0, SNP_GENOA}, {0x19, 0xaf, SNP_GENOA}, {0x19, 0xb0, SNP_NONE},
                {0x1a, 0x00, SNP_TURIN}, {0x1a, 0x11, SNP_TURIN}, {0x1a, 0x12, SNP_NONE},  {0x1a, 0x50, SNP_NONE},
                {0x18, 0x01, SNP_NONE},  {0x00, 0x00, SNP_NONE}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct snp_report r = {.cpuid_family = rows[i].family, .cpuid_model = rows[i].model};
        assert_int_equal(snp_report_product(&r), rows[i].product);
    }
    assert_int_equal(snp_product_named(BYTES_LIT("Milan-B0")), SNP_MILAN);
    assert_int_equal(snp_product_named(BYTES_LIT("Genoa")), SNP_GENOA);
    assert_int_equal(snp_product_named(BYTES_LIT("Milano")), SNP_NONE);
    assert_int_equal(snp_product_named(BYTES_LIT("")), SNP_NONE);
}

static void splits_levels_by_their_layout(void **state)
{
    (void)state;
    bool ok = false;
    struct snp_tcb t = snp_tcb_split(SNP_MILAN, 0x0807000000000201, &ok);
    assert_true(ok && t.bootloader == 1 && t.tee == 2 && t.snp == 7 && t.microcode == 8 && t.fmc == 0);
    t = snp_tcb_split(SNP_TURIN, 0x0800000004030201, &ok);
    assert_true(ok && t.fmc == 1 && t.bootloader == 2 && t.tee == 3 && t.snp == 4 && t.microcode == 8);
    for (int i = 0; i < 8; i++) {
        snp_tcb_split(SNP_MILAN, 1ULL << (8 * i), &ok);
        assert_int_equal(ok, i < 2 || i > 5);
        snp_tcb_split(SNP_TURIN, 1ULL << (8 * i), &ok);
        assert_int_equal(ok, i < 4 || i > 6);
    }
}

static void a_rendering_gives_the_raw_bytes(void **state)
{
    (void)state;
    const char *const rows[][2] = {{"snp/milan.json", "snp/milan.bin"}, {"snp/turin.json", "snp/turin.bin"}};
    for (size_t i = 0; i < 2; i++) {
        struct arena a;
        const struct json *tree;
        SCOPED(buf) struct buf raw = {0};
        ROW(rows[i][0]);
        arena_init(&a, MIB);
        buf_init(&raw, SNP_REPORT_SIZE);
        assert_ok(json_decode(&a, own_vector(rows[i][0]), NULL, NULL, &tree));
        assert_ok(snp_report_from_json(tree, &raw));
        assert_true(bytes_equal(buf_view(&raw), own_vector(rows[i][1])));
        arena_clear(&a);
    }
}

static void refuses_a_rendering_of_wrong_types(void **state)
{
    (void)state;
    struct arena a;
    const struct json *tree;
    const struct json *wrong[3];
    arena_init(&a, 4 * MIB);
    assert_ok(json_decode(&a, own_vector("snp/genoa_v5.json"), NULL, NULL, &tree));
    assert_ok(json_decode(&a, BYTES_LIT("-1"), NULL, NULL, &wrong[0]));
    assert_ok(json_decode(&a, BYTES_LIT("18446744073709551616"), NULL, NULL, &wrong[1]));
    assert_ok(json_decode(&a, BYTES_LIT("[1,2,\"x\"]"), NULL, NULL, &wrong[2]));
    for (size_t i = 0; i < tree->count; i++)
        for (size_t w = 0; w < 3; w++) {
            struct json_member members[64];
            const struct json *changed;
            SCOPED(buf) struct buf raw = {0};
            buf_init(&raw, SNP_REPORT_SIZE);
            memcpy(members, tree->members, tree->count * sizeof(members[0]));
            members[i].value = wrong[w];
            assert_ok(json_new_object(&a, members, tree->count, &changed));
            assert_refused(snp_report_from_json(changed, &raw), REASON_SNP_FORMAT);
        }
    arena_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_every_wrong_length),         cmocka_unit_test(refuses_reserved_bytes),
        cmocka_unit_test(refuses_unknown_versions),           cmocka_unit_test(knows_the_product_lines),
        cmocka_unit_test(splits_levels_by_their_layout),      cmocka_unit_test(a_rendering_gives_the_raw_bytes),
        cmocka_unit_test(refuses_a_rendering_of_wrong_types),
    };
    return cmocka_run_group_tests_name("rats/snp_report", tests, NULL, NULL);
}
