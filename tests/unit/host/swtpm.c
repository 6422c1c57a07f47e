/* A software TPM made and driven without a VM; skipped as a whole where swtpm is not installed. */
#include "host/swtpm.h"

#include <unistd.h>

#include "base/limits.h"
#include "check.h"
#include "crypto/x509.h"
#include "host/attack/fd_tcti.h"
#include "sys/file.h"
#include "tpm/tpm.h"

static struct workdir top;
static char made[WORKDIR_PATH];

static void read_in(const char *name, struct buf *out)
{
    char path[WORKDIR_PATH + 32];
    snprintf(path, sizeof(path), "%s/%s", made, name);
    buf_init(out, 64 * KIB);
    assert_ok(file_read(path, out));
}

static void test_made(void **state)
{
    (void)state;
    struct cert *roots[2];
    size_t count;
    SCOPED_CERT struct cert *ek = NULL;
    SCOPED_CERT struct cert *same = NULL;
    SCOPED(buf) struct buf der;
    SCOPED(buf) struct buf pem;
    SCOPED(buf) struct buf roots_pem;
    workdir_path(&top, "made", made);
    assert_ok(swtpm_make(made));
    assert_code(swtpm_make(made), ERR_STATE);
    read_in("ek.der", &der);
    read_in("ek.pem", &pem);
    read_in("roots.pem", &roots_pem);
    assert_ok(cert_decode(buf_view(&der), &ek));
    assert_ok(cert_decode_pem(buf_view(&pem), &same, 1, &count));
    assert_bytes(cert_der(same), cert_der(ek));
    assert_ok(cert_decode_pem(buf_view(&roots_pem), roots, 2, &count));
    assert_int_equal(count, 2);
    assert_ok(cert_issued_by(ek, roots[1], false));
    assert_ok(cert_issued_by(roots[1], roots[0], false));
    cert_free(roots[0]);
    cert_free(roots[1]);
}

static void test_driven(void **state)
{
    (void)state;
    struct arena a;
    struct tpm_identity identity;
    struct tpm_quote quote;
    struct fd_tcti tcti;
    struct tpm *tpm = NULL;
    struct digest zero = {.n = 32};
    struct digest want = {.n = 32};
    SCOPED(workdir) struct workdir w = {0};
    SCOPED(pid) pid_t pid = -1;
    SCOPED(fd) int fd = -1;
    SCOPED(buf) struct buf der;
    arena_init(&a, MIB);
    assert_ok(workdir_open(&w));
    assert_code(swtpm_start_fd(&w, "/no/such/folder", &pid, &fd), ERR_ABSENT);
    assert_ok(swtpm_start_fd(&w, made, &pid, &fd));
    fd_tcti_init(&tcti, fd);
    assert_ok(tpm_open_tcti(fd_tcti_context(&tcti), &tpm));
    assert_ok(tpm_pcr_extend(tpm, 12, &zero));
    assert_ok(hash_extend(HASH_SHA256, &want, digest_view(&zero)));
    assert_ok(tpm_identity_make(tpm, &a, &identity));
    read_in("ek.der", &der);
    assert_bytes(identity.ek_cert, buf_view(&der));
    assert_ok(tpm_quote_make(tpm, &a, BYTES_LIT("0123456789abcdef0123456789abcdef"), &quote));
    assert_bytes(digest_view(&quote.pcrs[12]), digest_view(&want));
    assert_bytes(digest_view(&quote.pcrs[0]), digest_view(&zero));
    ROW("a TPM that is gone");
    spawn_stop(&pid);
    assert_true(failed(tpm_pcr_extend(tpm, 12, &zero)));
    tpm_close(tpm);
    arena_clear(&a);
}

int main(void)
{
    if (access("/usr/bin/swtpm_setup", X_OK) != 0 || access("/usr/bin/swtpm_localca", X_OK) != 0) {
        puts("1..0 # SKIP swtpm is not installed");
        return 0;
    }
    if (failed(workdir_open(&top)))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_driven),
    };
    int bad = cmocka_run_group_tests(tests, NULL, NULL);
    workdir_clear(&top);
    return bad;
}
