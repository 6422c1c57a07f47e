#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/hex.h"
#include "crypto/start.h"
#include "guest/attester/attester.h"
#include "guest/guest.h"
#include "guest/report.h"
#include "guest/secrets/config.h"
#include "guest/secrets/generation.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/sandbox.h"

#define FD_INITDATA 3

/* The second process: attest, then fetch what the initdata lists. */

struct fetching {
    struct arena arena;
    struct report report;
    struct bytes initdata_text;
    struct secrets_config config;
    const struct attester *attester;
    struct attester_state *state;
    struct tls_client *tls;
    struct client *client;
    struct kbs_session session;
    int generation; /* log of the kernel; see generation.h */
};

static struct err read_initdata(struct fetching *f, int fd)
{
    SCOPED(buf) struct buf text;
    struct initdata d;
    buf_init(&text, INITDATA_MAX);
    TRY(file_read_fd(fd, &text));
    TRY(arena_copy(&f->arena, buf_view(&text), &f->initdata_text));
    TRY_AS(REASON_GUEST_INITDATA, initdata_decode(&f->arena, f->initdata_text, &d));
    if (d.algorithm != HASH_SHA256)
        return REFUSE(ERR_UNSUPPORTED, REASON_INITDATA_ALGORITHM, "a TPM carries only sha256");
    return secrets_config_read(&f->arena, &d, &f->config);
}

/* The folders of a credential, made while they still can be: the sandbox allows files only. */
static struct err make_folders(const struct credential *c)
{
    char path[512];
    int n = snprintf(path, sizeof(path), "%s", c->path);
    if (n < 0 || (size_t)n >= sizeof(path))
        return FAIL(ERR_LIMIT, "a credential's path is too long");
    for (char *p = path + 1; *p != '\0'; p++)
        if (*p == '/') {
            *p = '\0';
            if (mkdir(path, 0700) != 0 && errno != EEXIST)
                return FAIL_SYS(errno, "a folder for a credential cannot be made");
            *p = '/';
        }
    return OK;
}

static struct err prepare(struct fetching *f)
{
    for (size_t i = 0; i < f->config.credential_count; i++)
        TRY(make_folders(&f->config.credentials[i]));
    TRY_AS(REASON_GUEST_BROKER, tls_client_new(f->config.cert, &f->tls));
    TRY_AS(REASON_GUEST_BROKER, client_open(f->config.url, f->tls, false, &f->client));
    report_step(&f->report, "initdata read");
    TRY(generation_watch(&f->generation));
    report_ready(); /* no key is made and no connection is open yet: a snapshot would hold neither */
    TRY(attester_find(&f->arena, &f->attester, &f->state));
    report_step(&f->report, "endorsement key read, attestation key made");
    return OK;
}

/* What is left: the network, the device that is open already, and files beneath /run. */
static struct err confine(void)
{
    static const char *const dirs[] = {"/run", NULL};
    const char *reduced = NULL;
    TRY(crypto_start());
    TRY(sandbox_enter(&(struct sandbox_plan){.needs = SANDBOX_NET_CONNECT | SANDBOX_DEVICE_IO | SANDBOX_FILES_WRITE,
                                             .write_dirs = dirs,
                                             .files_open = 64},
                      &reduced));
    if (reduced != NULL)
        LOG(LOG_LEVEL_WARNING, "sandbox.reduced", LOG_TEXT("missing", reduced));
    return OK;
}

static struct err attest(struct fetching *f)
{
    const struct json *extra, *evidence;
    TRY(generation_check(f->generation));
    TRY(f->attester->extra_params(f->state, &f->arena, &extra));
    struct err e = kbs_auth(&f->session, f->attester->tee, extra);
    if (e.code == ERR_UNVERIFIED)
        e = err_with_reason(e, REASON_GUEST_BROKER);
    TRY(e);
    memcpy(f->report.session, f->session.challenge.session, sizeof(f->report.session));
    report_step(&f->report, "broker authenticated, challenge received");
    TRY(f->attester->collect(f->state, &f->arena, &f->session, &evidence));
    report_step(&f->report, "credential activated, evidence quoted");
    TRY(generation_check(f->generation));
    TRY(kbs_attest(&f->session, evidence, f->initdata_text));
    report_step(&f->report, "attested");
    return OK;
}

static struct err fetch_one(struct fetching *f, const struct credential *c)
{
    SCOPED(secret) struct secret value = {0};
    struct digest d;
    struct bytes hex;
    uint64_t version;
    snprintf(f->report.resource, sizeof(f->report.resource), "%.255s", c->resource);
    TRY(generation_check(f->generation));
    TRY(kbs_resource(&f->session, c->resource, false, &value, &version));
    TRY(generation_check(f->generation)); /* before the secret stands in a file */
    TRY(hash_of(HASH_SHA256, secret_borrow(&value), &d));
    TRY(hex_encode_arena(&f->arena, digest_view(&d), &hex));
    memcpy(f->report.sha256, hex.p, 64);
    TRY(file_write(c->path, secret_borrow(&value), 0600));
    report_step(&f->report, "resource opened");
    return OK;
}

static struct err fetch(struct fetching *f, int fd)
{
    TRY(read_initdata(f, fd));
    TRY(prepare(f));
    TRY(confine());
    kbs_open(&f->session, f->client, &f->arena);
    TRY(attest(f));
    for (size_t i = 0; i < f->config.credential_count; i++)
        TRY(fetch_one(f, &f->config.credentials[i]));
    return OK;
}

static int run(int fd)
{
    struct fetching f = {.generation = -1};
    signal(SIGPIPE, SIG_IGN);
    log_open("secrets", LOG_LEVEL_WARNING);
    arena_init(&f.arena, REQUEST_ARENA_MAX);
    report_begin(&f.report);
    struct err e = fetch(&f, fd);
    f.report.by_broker = e.code == ERR_DENIED && e.reason == REASON_NONE && f.session.status >= 400;
    int status = report_result(&f.report, e);
    kbs_close(&f.session);
    client_close(f.client);
    tls_client_free(f.tls);
    if (f.state != NULL)
        f.attester->close(f.state);
    fd_clear(&f.generation);
    arena_clear(&f.arena);
    return status;
}

int guest_secrets(void)
{
    return run(FD_INITDATA);
}

int guest_attest(const char *initdata_path)
{
    SCOPED(fd) int fd = open(initdata_path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fprintf(stderr, "casemate-guest: %s cannot be opened\n", initdata_path);
        return 3;
    }
    return run(fd);
}
