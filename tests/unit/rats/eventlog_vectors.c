/* Logs of real machines, which are not part of the project. */
#include "rats/eventlog.h"

#include "base/limits.h"
#include "codec/hex.h"
#include "vectors.h"

static const struct {
    const char *file;
    enum hash_alg bank;
    size_t n, count;
    const char *registers[4]; /* 1..4; NULL: never extended */
} rows[] = {
    {"CCEL_data_ovmf",
     HASH_SHA384,
     65536,
     20,
     {"8566f998798db09443b244c62de9a3041fb02e2e6936c4396d784bba2e90177329ec5aba3bb484404f2ab9cc90abe193",
      "775b9f6bfe99f8a31396f0d0218e67ffa796d3b96ccf961cbb0deba48c79c00f082cda1a5567c1c16305f1fc210c13c6",
      "94eaf7a7bf398ed8d888c91057ae0261802e4f3df084213a76ca7f0b5055ac9d2241de43cd58d9e8b49c503bbf25f34a", NULL}},
    {"CCEL_data_grub_gke",
     HASH_SHA384,
     262144,
     35,
     {"bc9945139042cf2cc75caf920aa57f14884ecfd7e893bccc51250c8ce90eb53ce72741e6adaa18183eb1331a87d4544a",
      "c17cb288a4dee302bb9ed8d27257a168f3264ad68cab53757f37eeaa7039657fa887cad65cf910e0fdc435ff110f8a7b",
      "334aeba2c985f8886cea97d1ecffbd512769d528b9a94009583db667ad7d2faa7d37fa145d75b192ceee2d2f10b2eb6d", NULL}},
    {"CCEL_data_csv",
     HASH_SM3,
     65536,
     82,
     {"d76c4b289abcdf0e904ac02df69d48cdc9047723024a605ecb17ecbcb9fb62e3",
      "0559c2040dc2045fe06015787de4d4b4d8636a99d298046c52700a100f1fdb64",
      "287078930b845b372d7a9504f34d09db7a1ca65c17f59c86fb388bdb4a2bb994", NULL}},
    {"CCEL_AAEL_alibabacloud",
     HASH_SHA384,
     11715,
     87,
     {"b796e1c11396c198ae88794def4cb8e24fa9b35468287c298087f00d4de7433e4e31a297a4e5a03d4300fa6f3a96d47c",
      "3b0b906140fcea689c8774ac1eafcf0fef8e22ba81a047fd750ebd7df3235c2704df6106a758e31e5645e9838ff37406",
      "35f2801338c1b5fce96518f058c37e0fe9ed247a12dcd5f50d9c18fe4b6c71311bb63fca2640c7915817b6aa412a8480",
      "5e4ecd49d3c7983d6f9ca36755b5cee0b423d7fa8c5a88aeb0681bd4698772bc37b4463dc5f722efe352a66417257dad"}},
};

static void replay_as_their_machines_did(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena a;
        struct eventlog log;
        struct eventlog_registers regs;
        const struct json *claims;
        char path[128];
        ROW(rows[i].file);
        arena_init(&a, 8 * MIB);
        (void)snprintf(path, sizeof(path), "evidence/eventlog/%s", rows[i].file);
        struct bytes in = vector(path);
        assert_int_equal(in.n, rows[i].n);
        assert_ok(eventlog_decode(&a, in, rows[i].bank, &log));
        assert_int_equal(log.count, rows[i].count);
        assert_ok(eventlog_replay(&log, &regs));
        for (int r = 0; r < 4; r++) {
            struct bytes hex;
            assert_int_equal(regs.extended >> (r + 1) & 1, rows[i].registers[r] != NULL);
            assert_ok(hex_encode_arena(&a, digest_view(&regs.value[r + 1]), &hex));
            if (rows[i].registers[r] != NULL)
                assert_text(hex, rows[i].registers[r]);
        }
        assert_ok(eventlog_claims(&a, &log, &claims));
        arena_clear(&a);
    }
}

int main(void)
{
    VECTORS_OR_SKIP();
    const struct CMUnitTest tests[] = {cmocka_unit_test(replay_as_their_machines_did)};
    return cmocka_run_group_tests_name("rats/eventlog_vectors", tests, NULL, NULL);
}
