/*
 * bench-load: the client side of ./bench.sh. Sends handshakes or requests over a number of connections, each a process
 * of its own with a software TPM, and prints one JSON line with rate and latencies. Never installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/soft_tpm.h"
#include "codec/base64.h"
#include "crypto/start.h"
#include "kbs/kbs.h"
#include "sys/file.h"

enum mode { MODE_HANDSHAKE, MODE_TOKEN, MODE_AUTH };

struct plan {
    const char *url, *ca, *vectors, *resource, *ek;
    enum mode mode;
    bool fresh_tls; /* a new connection for each operation */
    size_t connections, count, warm_up;
};

struct runner { /* one process */
    const struct plan *plan;
    struct soft_tpm tpm;
    struct tls_client *tls;
    struct client *client;
    struct arena setup, arena;
    struct bytes bearer;
};

struct shared {
    double began[256], ended[256];
    double ms[];
};

static double now_sec(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct err connect_again(struct runner *r)
{
    client_close(r->client);
    r->client = NULL;
    return client_open(bytes_of_text(r->plan->url), r->tls, false, &r->client);
}

static struct err evidence(struct runner *r, struct kbs_session *s, const struct json **out)
{
    struct bytes text, credential, message, signature;
    struct digest report_data;
    SCOPED(secret) struct secret proof = {0};
    TRY(json_need_string(json_at(s->challenge.extra_params, "tpm"), "credential", &text));
    TRY(base64_decode(&r->arena, BASE64_PADDED, text, &credential));
    TRY(soft_tpm_activate(&r->tpm, credential, &proof));
    TRY(kbs_report_data(s, &report_data));
    TRY(soft_tpm_quote(&r->tpm, &r->arena, bytes_of(report_data.p, 32), &message, &signature));
    const struct kbs_tpm_parts parts = {.message = message,
                                        .signature = signature,
                                        .ak_public = r->tpm.ak_public,
                                        .ak_name = r->tpm.ak_name,
                                        .ek_cert = r->tpm.ek_cert,
                                        .event_log = r->tpm.event_log,
                                        .pcrs = r->tpm.pcrs,
                                        .credential_secret = &proof};
    return kbs_tpm_evidence(&r->arena, &parts, s->challenge.nonce, out);
}

static struct err attest(struct runner *r, struct kbs_session *s)
{
    const struct json *extra, *primary;
    TRY(kbs_tpm_extra(&r->arena, r->tpm.ek_cert, r->tpm.ak_public, &extra));
    TRY(kbs_auth(s, "tpm", extra));
    TRY(evidence(r, s, &primary));
    return kbs_attest(s, primary, r->tpm.initdata);
}

static struct err handshake(struct runner *r)
{
    struct kbs_session s;
    SCOPED(secret) struct secret value = {0};
    uint64_t version;
    kbs_open(&s, r->client, &r->arena);
    struct err e = attest(r, &s);
    if (!failed(e))
        e = kbs_resource(&s, r->plan->resource, false, &value, &version);
    if (failed(e))
        fprintf(stderr, "bench-load: %s (status %d)\n", e.at, s.status);
    kbs_close(&s);
    return e;
}

static struct err want_200(struct err e, const struct client_reply *reply)
{
    TRY(e);
    return reply->status == 200 ? OK : FAIL(ERR_DENIED, "the broker refused");
}

static struct err by_token(struct runner *r)
{
    char target[640];
    struct client_reply reply;
    snprintf(target, sizeof(target), "/kbs/v0/resource/%s", r->plan->resource);
    const struct http_header headers[] = {{BYTES_LIT("Authorization"), r->bearer}, {{NULL, 0}, {NULL, 0}}};
    return want_200(client_exchange(r->client, "GET", target, headers, BYTES_EMPTY, 1UL << 20, 60000, &reply), &reply);
}

static struct err auth(struct runner *r)
{
    static const struct http_header headers[] = {{{NULL, 0}, {NULL, 0}}};
    struct client_reply reply;
    struct bytes body = BYTES_LIT("{\"version\":\"0.4.0\",\"tee\":\"tpm\",\"extra-params\":\"\"}");
    return want_200(client_exchange(r->client, "POST", "/kbs/v0/auth", headers, body, 1UL << 20, 60000, &reply),
                    &reply);
}

static struct err once(struct runner *r)
{
    struct err e = r->plan->fresh_tls ? connect_again(r) : OK;
    if (failed(e))
        return e;
    switch (r->plan->mode) {
    case MODE_HANDSHAKE:
        e = handshake(r);
        break;
    case MODE_TOKEN:
        e = by_token(r);
        break;
    case MODE_AUTH:
        e = auth(r);
        break;
    }
    arena_reset(&r->arena);
    return e;
}

static struct err get_bearer(struct runner *r)
{
    struct kbs_session s;
    SCOPED(buf) struct buf text;
    buf_init(&text, 1UL << 20);
    kbs_open(&s, r->client, &r->arena);
    struct err e = attest(r, &s);
    buf_text(&text, "Bearer ");
    buf_add(&text, s.token);
    kbs_close(&s);
    TRY(e);
    return arena_copy(&r->setup, buf_view(&text), &r->bearer);
}

static struct err open_runner(struct runner *r)
{
    SCOPED(buf) struct buf roots;
    buf_init(&roots, 1UL << 20);
    arena_init(&r->setup, 16UL << 20);
    arena_init(&r->arena, 16UL << 20);
    TRY(crypto_start());
    TRY(file_read(r->plan->ca, &roots));
    TRY(tls_client_new(buf_view(&roots), &r->tls));
    TRY(soft_tpm_open(&r->setup, r->plan->vectors, r->plan->ek, &r->tpm));
    TRY(connect_again(r));
    return r->plan->mode == MODE_TOKEN ? get_bearer(r) : OK;
}

/* Every process warms up, says so, and waits until all have. */
static struct err run(const struct plan *p, size_t index, size_t n, int ready, int go, struct shared *out)
{
    struct runner r = {.plan = p};
    char byte = 1;
    double *ms = &out->ms[index * n];
    TRY(open_runner(&r));
    for (size_t i = 0; i < p->warm_up; i++)
        TRY(once(&r));
    if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 0)
        return FAIL(ERR_IO, "the parent is gone");
    out->began[index] = now_sec();
    for (size_t i = 0; i < n; i++) {
        double before = now_sec();
        TRY(once(&r));
        ms[i] = (now_sec() - before) * 1000;
    }
    out->ended[index] = now_sec();
    return OK;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void report(const struct plan *p, size_t n, struct shared *s)
{
    double began = s->began[0], ended = s->ended[0];
    for (size_t i = 1; i < p->connections; i++) {
        began = s->began[i] < began ? s->began[i] : began;
        ended = s->ended[i] > ended ? s->ended[i] : ended;
    }
    size_t count = n * p->connections;
    qsort(s->ms, count, sizeof(double), compare);
    printf("{\"count\":%zu,\"seconds\":%.4f,\"per_second\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n", count,
           ended - began, (double)count / (ended - began), s->ms[count / 2], s->ms[count * 99 / 100]);
}

static int start_all(const struct plan *p, size_t n, struct shared *s)
{
    int ready[2], go[2], bad = 0;
    char byte;
    if (pipe(ready) != 0 || pipe(go) != 0)
        return 4;
    for (size_t i = 0; i < p->connections; i++) {
        pid_t pid = fork();
        if (pid < 0)
            return 4;
        if (pid == 0) {
            close(ready[0]);
            close(go[1]);
            struct err e = run(p, i, n, ready[1], go[0], s);
            if (failed(e))
                fprintf(stderr, "bench-load: %s\n", e.at);
            _exit(failed(e) ? 1 : 0);
        }
    }
    close(ready[1]);
    close(go[0]);
    for (size_t i = 0; i < p->connections && read(ready[0], &byte, 1) == 1; i++)
        ;
    close(go[1]);
    for (size_t i = 0; i < p->connections; i++) {
        int status = 0;
        if (wait(&status) < 0 || status != 0)
            bad = 1;
    }
    return bad;
}

static int usage(void)
{
    fputs("usage: bench-load URL CA-FILE VECTORS RESOURCE handshake|token|auth rsa|ec kept|fresh CONNECTIONS COUNT "
          "WARM-UP\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    if (argc != 11)
        return usage();
    struct plan p = {.url = argv[1], .ca = argv[2], .vectors = argv[3], .resource = argv[4], .ek = argv[6]};
    p.mode = strcmp(argv[5], "token") == 0 ? MODE_TOKEN : strcmp(argv[5], "auth") == 0 ? MODE_AUTH : MODE_HANDSHAKE;
    p.fresh_tls = strcmp(argv[7], "fresh") == 0;
    p.connections = strtoul(argv[8], NULL, 10);
    p.count = strtoul(argv[9], NULL, 10);
    p.warm_up = strtoul(argv[10], NULL, 10);
    if (p.connections == 0 || p.connections > 256 || p.count < p.connections)
        return usage();
    size_t n = p.count / p.connections;
    size_t size = sizeof(struct shared) + n * p.connections * sizeof(double);
    struct shared *s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        return 4;
    int status = start_all(&p, n, s);
    if (status == 0)
        report(&p, n, s);
    return status;
}
