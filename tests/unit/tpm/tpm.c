/* src/tpm against a software TPM, provisioned in a folder of its own; skipped where swtpm is not installed. */
#include "check.h"

#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tss2/tss2_tcti_swtpm.h>

#include "base/limits.h"
#include "tpm/tpm_state.h"

static char folder[64];
static pid_t swtpm = -1;
static TSS2_TCTI_CONTEXT *tcti;
static struct arena arena;

static void write_file(const char *name, const char *text)
{
    char path[160];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fprintf(f, text, folder, folder, folder, folder);
    assert_int_equal(fclose(f), 0);
}

static int run(const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    return system(line);
}

static void connect_tpm(int port)
{
    char conf[64];
    size_t size = 0;
    (void)snprintf(conf, sizeof(conf), "host=127.0.0.1,port=%d", port);
    assert_int_equal(Tss2_Tcti_Swtpm_Init(NULL, &size, conf), 0);
    for (int i = 0; i < 100; i++) {
        tcti = calloc(1, size);
        assert_non_null(tcti);
        if (Tss2_Tcti_Swtpm_Init(tcti, &size, conf) == 0)
            return;
        free(tcti);
        tcti = NULL;
        (void)usleep(50000);
    }
    fail_msg("the software TPM does not answer");
}

static int start(void **state)
{
    (void)state;
    arena_init(&arena, MIB);
    if (run("command -v swtpm swtpm_setup >/dev/null 2>&1") != 0)
        return 0;
    (void)snprintf(folder, sizeof(folder), "/tmp/tpm-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    write_file("localca.conf", "statedir = %s\nsigningkey = %s/signkey.pem\nissuercert = %s/issuercert.pem\n"
                               "certserial = %s/certserial\n");
    write_file("options", "--platform-manufacturer casemate\n--platform-version 1\n--platform-model test\n");
    write_file("setup.conf", "create_certs_tool = /usr/bin/swtpm_localca\ncreate_certs_tool_config = %s/localca.conf\n"
                             "create_certs_tool_options = %s/options\nactive_pcr_banks = sha256\n");
    assert_int_equal(run("mkdir %s/s && swtpm_setup --tpm2 --config %s/setup.conf --tpmstate %s/s --create-ek-cert "
                         "--pcr-banks sha256 --overwrite --vmid t >%s/log 2>&1",
                         folder, folder, folder, folder),
                     0);
    int port = 20000 + (int)(getpid() % 20000) * 2;
    char dir[96], server[64], ctrl[64];
    (void)snprintf(dir, sizeof(dir), "dir=%s/s", folder);
    (void)snprintf(server, sizeof(server), "type=tcp,port=%d", port);
    (void)snprintf(ctrl, sizeof(ctrl), "type=tcp,port=%d", port + 1);
    swtpm = fork();
    if (swtpm == 0) {
        (void)execlp("swtpm", "swtpm", "socket", "--tpm2", "--tpmstate", dir, "--server", server, "--ctrl", ctrl,
                     "--flags", "startup-clear", (char *)NULL);
        _exit(127);
    }
    connect_tpm(port);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    if (tcti != NULL)
        Tss2_Tcti_Finalize(tcti);
    free(tcti);
    if (swtpm > 0) {
        (void)kill(swtpm, SIGTERM);
        (void)waitpid(swtpm, NULL, 0);
    }
    if (folder[0] != '\0')
        (void)run("rm -rf %s", folder);
    arena_clear(&arena);
    return 0;
}

static struct tpm *open_or_skip(void)
{
    if (tcti == NULL) {
        print_message("skipped: swtpm is not installed\n");
        skip();
    }
    struct tpm *t = NULL;
    assert_ok(tpm_open_tcti(tcti, &t));
    return t;
}

static void refuses_no_device(void **state)
{
    (void)state;
    struct tpm *t = NULL;
    assert_refused(tpm_open_device("/nonexistent/tpm", &t), REASON_GUEST_NO_TEE);
    assert_null(t);
    tpm_close(NULL);
}

static void refuses_before_identity(void **state)
{
    (void)state;
    struct tpm *t = open_or_skip();
    struct tpm_quote q = {0};
    struct secret s = {0};
    assert_code(tpm_quote_make(t, &arena, BYTES_LIT("x"), &q), ERR_STATE);
    assert_code(tpm_credential_activate(t, BYTES_LIT("x"), &s), ERR_STATE);
    tpm_close(t);
}

/* A credential for the Name, as TPM2B_ID_OBJECT ‖ TPM2B_ENCRYPTED_SECRET. */
static struct bytes make_credential(struct tpm *t, struct bytes ak_name, const char *text, uint8_t *room)
{
    TPM2B_DIGEST plain = {.size = (UINT16)strlen(text)};
    memcpy(plain.buffer, text, plain.size);
    TPM2B_NAME name = {.size = (UINT16)ak_name.n};
    memcpy(name.name, ak_name.p, ak_name.n);
    TPM2B_ID_OBJECT *object = NULL;
    TPM2B_ENCRYPTED_SECRET *seed = NULL;
    assert_ok(tpm_check(
        Esys_MakeCredential(t->esys, t->ek, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &plain, &name, &object, &seed)));
    size_t n = 0;
    assert_ok(tpm_check(Tss2_MU_TPM2B_ID_OBJECT_Marshal(object, room, 1024, &n)));
    assert_ok(tpm_check(Tss2_MU_TPM2B_ENCRYPTED_SECRET_Marshal(seed, room, 1024, &n)));
    Esys_Free(object);
    Esys_Free(seed);
    return bytes_of(room, n);
}

static void activates_only_its_own_credential(void **state)
{
    (void)state;
    struct tpm *t = open_or_skip();
    struct tpm_identity id = {0};
    struct secret s = {0};
    uint8_t room[1024], name[34];
    assert_ok(tpm_identity_make(t, &arena, &id));
    assert_true(id.ek_cert.n > 500);
    assert_int_equal(id.ek_cert.p[0], 0x30);
    assert_int_equal(id.ak_name.n, 34);
    TPM2B_NAME *asked = NULL;
    assert_ok(tpm_check(Esys_TR_GetName(t->esys, t->ak, &asked)));
    assert_bytes(id.ak_name, bytes_of(asked->name, asked->size));
    Esys_Free(asked);
    assert_code(tpm_identity_make(t, &arena, &id), ERR_STATE);

    memcpy(name, id.ak_name.p, 34);
    name[33] ^= 1;
    assert_code(tpm_credential_activate(t, make_credential(t, BYTES_OF(name), "other", room), &s), ERR_UNVERIFIED);
    struct bytes good = make_credential(t, id.ak_name, "a secret", room);
    for (size_t n = 0; n < good.n; n++)
        assert_code(tpm_credential_activate(t, bytes_of(room, n), &s), ERR_FORMAT);
    assert_code(tpm_credential_activate(t, bytes_of(room, good.n + 1), &s), ERR_FORMAT);
    assert_null(s.p);
    assert_ok(tpm_credential_activate(t, good, &s));
    assert_text(secret_borrow(&s), "a secret");
    secret_clear(&s);
    room[4] ^= 1;
    assert_code(tpm_credential_activate(t, good, &s), ERR_UNVERIFIED);
    tpm_close(t);
}

static void quotes_what_it_extended(void **state)
{
    (void)state;
    struct tpm *t = open_or_skip();
    struct tpm_identity id = {0};
    struct tpm_quote q = {0};
    struct digest d = {0}, want = {.n = 32}, short_one = {.n = 20}, have = {0};
    uint8_t nonce[33] = {7};
    assert_ok(hash_of(HASH_SHA256, BYTES_LIT("initdata"), &d));
    assert_code(tpm_pcr_extend(t, 24, &d), ERR_BUG);
    assert_code(tpm_pcr_extend(t, 8, &short_one), ERR_BUG);
    assert_ok(tpm_pcr_extend(t, 8, &d));
    assert_ok(hash_extend(HASH_SHA256, &want, digest_view(&d)));
    assert_ok(tpm_pcr_read(t, 8, &have));
    assert_bytes(digest_view(&have), digest_view(&want));
    assert_ok(tpm_identity_make(t, &arena, &id));
    assert_code(tpm_quote_make(t, &arena, BYTES_OF(nonce), &q), ERR_LIMIT);
    assert_ok(tpm_quote_make(t, &arena, bytes_of(nonce, 32), &q));
    assert_bytes(digest_view(&q.pcrs[8]), digest_view(&want));
    TPMS_ATTEST attest = {0};
    assert_ok(tpm_check(Tss2_MU_TPMS_ATTEST_Unmarshal(q.message.p, q.message.n, NULL, &attest)));
    assert_bytes(bytes_of(attest.extraData.buffer, attest.extraData.size), bytes_of(nonce, 32));
    assert_true(q.signature.n > 8);
    tpm_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_no_device),
        cmocka_unit_test(refuses_before_identity),
        cmocka_unit_test(activates_only_its_own_credential),
        cmocka_unit_test(quotes_what_it_extended),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
