#include "guest/report.h"

#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "json/json.h"

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void report_begin(struct report *r)
{
    *r = (struct report){.begun_ms = now_ms()};
    r->last_ms = r->begun_ms;
}

void report_step(struct report *r, const char *step)
{
    int64_t now = now_ms();
    if (r->step_count < REPORT_STEPS_MAX) {
        r->step[r->step_count] = step;
        r->step_ms[r->step_count++] = now - r->last_ms;
    }
    printf("casemate: %s (%lld ms)\n", step, (long long)(now - r->last_ms));
    fflush(stdout);
    r->last_ms = now;
}

void report_ready(void)
{
    printf("casemate-guest: ready\n");
    fflush(stdout);
}

static const char *outcome(const struct report *r, struct err e)
{
    if (!failed(e))
        return "ok";
    return r->by_broker || e.reason != REASON_NONE ? "refused" : "failed";
}

static void put_member(struct buf *b, const char *name, const char *value)
{
    buf_text(b, ",\"");
    buf_text(b, name);
    buf_text(b, "\":");
    json_quote(bytes_of_text(value), b);
}

int report_result(const struct report *r, struct err e)
{
    SCOPED(buf) struct buf b;
    buf_init(&b, 16 * KIB);
    buf_text(&b, "casemate-guest: {\"result\":");
    json_quote(bytes_of_text(outcome(r, e)), &b);
    put_member(&b, "by", r->by_broker ? "broker" : "guest");
    put_member(&b, "reason", r->by_broker ? "" : reason_code(e.reason));
    put_member(&b, "session", r->session);
    put_member(&b, "resource", r->resource);
    put_member(&b, "sha256", r->sha256);
    if (failed(e))
        put_member(&b, "at", e.at != NULL ? e.at : "");
    buf_text(&b, ",\"steps\":[");
    for (size_t i = 0; i < r->step_count; i++) {
        buf_text(&b, i == 0 ? "{\"name\":" : ",{\"name\":");
        json_quote(bytes_of_text(r->step[i]), &b);
        buf_text(&b, ",\"ms\":");
        buf_decimal(&b, r->step_ms[i]);
        buf_text(&b, "}");
    }
    buf_text(&b, "]}\n");
    fwrite(b.p, 1, b.n, stdout);
    fflush(stdout);
    if (!failed(e))
        return 0;
    return r->by_broker || e.reason != REASON_NONE ? 1 : 4;
}
