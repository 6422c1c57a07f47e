#include "base/limits.h"
#include "broker/front/front.h"
#include "broker/ipc/kbs_error.h"

/* Upstream's metric names, without the label that lists every resource's path. source: spec/kbs.md 8.6 */

static const int64_t bounds_us[] = {500, 1000, 5000, 10000, 50000, 500000, 1000000};
static const char *const bound_names[] = {"0.0005", "0.001", "0.005", "0.01", "0.05", "0.5", "1", "+Inf"};

void front_count_reply(struct front *f, const struct inflight *request, const struct keys_reply *reply)
{
    struct front_counts *c = &f->counts;
    bool good = reply->error == KBS_ERROR_NONE;
    c->response_bytes += reply->body.n;
    int64_t took_us = (loop_now_ms(f->loop) - request->begun_ms) * 1000;
    c->duration_us_sum += (uint64_t)(took_us > 0 ? took_us : 0);
    for (size_t i = 0; i < 8; i++)
        if (i == 7 || took_us <= bounds_us[i])
            c->duration_bucket[i]++;
    switch (request->kind) {
    case FRONT_AUTH:
        *(good ? &c->auth_successes : &c->auth_errors) += 1;
        break;
    case FRONT_ATTEST:
        *(good ? &c->attest_successes : &c->attest_failures) += 1;
        break;
    case FRONT_RESOURCE:
        c->resource_reads += good;
        c->policy_approvals += good || reply->error == KBS_ERROR_RESOURCE_NOT_FOUND;
        c->policy_violations += reply->error == KBS_ERROR_POLICY_DENY;
        c->policy_errors += reply->error == KBS_ERROR_POLICY_ENGINE;
        c->policy_evaluations = c->policy_approvals + c->policy_violations + c->policy_errors;
        break;
    case FRONT_ADMIN:
    case FRONT_NONE:
        break;
    }
}

static void put(struct buf *b, const char *name, const char *kind, const char *help, uint64_t value)
{
    buf_text(b, "# HELP ");
    buf_text(b, name);
    buf_text(b, " ");
    buf_text(b, help);
    buf_text(b, "\n# TYPE ");
    buf_text(b, name);
    buf_text(b, " ");
    buf_text(b, kind);
    buf_text(b, "\n");
    buf_text(b, name);
    buf_text(b, " ");
    buf_decimal(b, (int64_t)value);
    buf_text(b, "\n");
}

static void put_duration(struct buf *b, const struct front_counts *c)
{
    buf_text(b, "# HELP kbs_http_request_duration_seconds Time from a whole request to its answer\n"
                "# TYPE kbs_http_request_duration_seconds histogram\n");
    for (size_t i = 0; i < 8; i++) {
        buf_text(b, "kbs_http_request_duration_seconds_bucket{le=\"");
        buf_text(b, bound_names[i]);
        buf_text(b, "\"} ");
        buf_decimal(b, (int64_t)c->duration_bucket[i]);
        buf_text(b, "\n");
    }
    char sum[64];
    snprintf(sum, sizeof(sum), "kbs_http_request_duration_seconds_sum %.6f\n", (double)c->duration_us_sum / 1e6);
    buf_text(b, sum);
    buf_text(b, "kbs_http_request_duration_seconds_count ");
    buf_decimal(b, (int64_t)c->duration_bucket[7]);
    buf_text(b, "\n");
}

static void put_all(const struct front *f, struct buf *b)
{
    const struct front_counts *c = &f->counts;
    put(b, "kbs_http_requests_total", "counter", "HTTP requests", c->http_requests);
    put_duration(b, c);
    put(b, "kbs_http_request_bytes_total", "counter", "Bytes of request bodies", c->request_bytes);
    put(b, "kbs_http_response_bytes_total", "counter", "Bytes of answers from keys", c->response_bytes);
    put(b, "kbs_http_active_connections", "gauge", "Open connections", server_connections(f->server));
    put(b, "kbs_auth_requests_total", "counter", "POST auth", c->auth_requests);
    put(b, "kbs_auth_successes_total", "counter", "Challenges given", c->auth_successes);
    put(b, "kbs_auth_errors_total", "counter", "POST auth refused", c->auth_errors);
    put(b, "kbs_attestation_requests_total", "counter", "POST attest", c->attest_requests);
    put(b, "kbs_attestation_successes_total", "counter", "Tokens given", c->attest_successes);
    put(b, "kbs_attestation_failures_total", "counter", "POST attest refused", c->attest_failures);
    put(b, "kbs_policy_evaluations_total", "counter", "Release policy evaluations", c->policy_evaluations);
    put(b, "kbs_policy_approvals_total", "counter", "Release policy said yes", c->policy_approvals);
    put(b, "kbs_policy_violations_total", "counter", "Release policy said no", c->policy_violations);
    put(b, "kbs_policy_errors_total", "counter", "Release policy failed", c->policy_errors);
    put(b, "kbs_resource_reads_total", "counter", "Resources released", c->resource_reads);
    buf_text(b, "# HELP kbs_build_info Build\n# TYPE kbs_build_info gauge\nkbs_build_info{version=\"" CASEMATE_VERSION
                "\"} 1\n");
}

void front_metrics(void *front, struct exchange *x, const struct http_request *r, struct bytes body)
{
    (void)body;
    if (!bytes_is(r->path, "/metrics") || r->method != HTTP_GET) {
        front_empty(x, bytes_is(r->path, "/metrics") ? 405 : 404);
        return;
    }
    SCOPED(buf) struct buf text;
    buf_init(&text, 64 * KIB);
    put_all(front, &text);
    server_answer(x, 200, "text/plain; version=0.0.4", NULL, buf_view(&text));
}
