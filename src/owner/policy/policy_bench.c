/*
 * casemate policy bench: how fast a query is answered, and whether the answer stays the same.
 */
#include <time.h>

#include "base/limits.h"
#include "owner/policy/policy_command.h"
#include "owner/policy/policy_files.h"

#define TIMES_MAX 1000000 /* evaluations whose times are kept */

struct bench {
    struct policy_files *files;
    struct rego_call call;
    int64_t *times; /* ns */
    size_t count;
    int64_t took;
    struct buf answer; /* empty: undefined */
};

static int64_t now_ns(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct err run_once(struct bench *b, struct rego_result **out, int64_t *took)
{
    struct rego_error error = {0};
    int64_t start = now_ns();
    enum rego_status status = rego_eval(b->files->policy, &b->call, out, &error);
    *took = now_ns() - start;
    if (status == REGO_OK || status == REGO_UNDEFINED)
        return OK;
    policy_say_error(b->files, b->call.query, &error);
    return policy_fail(status);
}

static struct bytes text_of(const struct rego_result *result)
{
    if (result == NULL)
        return BYTES_EMPTY;
    struct rego_text text = rego_result_json(result);
    return bytes_of(text.p, text.n);
}

/* The same clock and seed each time: whatever differs then is not the policy's to differ in. */
static struct err measure(struct bench *b, int64_t seconds)
{
    struct rego_result *result = NULL;
    int64_t ignored;
    struct bytes unused;
    TRY(run_once(b, &result, &ignored));
    buf_add(&b->answer, text_of(result));
    rego_result_free(result);
    TRY(buf_end(&b->answer, &unused));
    int64_t start = now_ns();
    while (b->count < TIMES_MAX && now_ns() - start < seconds * 1000000000) {
        result = NULL;
        TRY(run_once(b, &result, &b->times[b->count]));
        bool is_same = bytes_equal(text_of(result), buf_view(&b->answer));
        rego_result_free(result);
        b->count++;
        if (!is_same) {
            command_explain(b->files->in, "evaluation %zu has another answer than the first one", b->count + 1);
            return FAIL(ERR_BUG, "an answer that changes");
        }
    }
    b->took = now_ns() - start;
    return OK;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static struct err print_json(struct bench *b)
{
    struct arena *a = &b->files->arena;
    struct json_object o;
    const struct json *v = NULL;
    if (b->answer.n > 0)
        TRY(json_decode(a, buf_view(&b->answer), NULL, NULL, &v));
    json_object_init(&o, a);
    json_object_int(&o, "evaluations", (int64_t)b->count);
    json_object_int(&o, "per_second", (int64_t)((double)b->count * 1e9 / (double)b->took));
    json_object_int(&o, "median_ns", b->times[b->count / 2]);
    json_object_int(&o, "p99_ns", b->times[b->count * 99 / 100]);
    json_object_int(&o, "slowest_ns", b->times[b->count - 1]);
    if (v != NULL)
        json_object_add(&o, "result", v);
    TRY(json_object_end(&o, &v));
    return command_print_json(b->files->in, v);
}

static struct err print(struct bench *b)
{
    FILE *out = b->files->in->out;
    qsort(b->times, b->count, sizeof(b->times[0]), by_size);
    if (b->files->in->is_json)
        return print_json(b);
    fprintf(out, "%zu evaluations, %.0f per second, each with the same answer\n", b->count,
            (double)b->count * 1e9 / (double)b->took);
    fprintf(out, "median %.1f us, 99 %% within %.1f us, slowest %.1f us\n", (double)b->times[b->count / 2] / 1000,
            (double)b->times[b->count * 99 / 100] / 1000, (double)b->times[b->count - 1] / 1000);
    fputs("answer ", out);
    command_print_bytes(out, b->answer.n == 0 ? BYTES_LIT("undefined") : buf_view(&b->answer));
    fputc('\n', out);
    return OK;
}

static struct err bench_files(struct policy_files *f)
{
    struct bench b = {.files = f};
    int64_t seconds;
    TRY(command_int(f->in, "seconds", 1, 600, 1, &seconds));
    TRY(policy_files_load(f, NULL, 0));
    TRY(policy_files_compile(f));
    TRY(arena_array(&f->arena, TIMES_MAX, &b.times));
    b.call = policy_call(f, f->in->operands[0]);
    buf_init(&b.answer, JSON_TEXT_MAX);
    struct err e = measure(&b, seconds);
    if (!failed(e) && b.count == 0)
        e = FAIL(ERR_LIMIT, "one evaluation takes longer than the time to measure");
    if (!failed(e))
        e = print(&b);
    buf_clear(&b.answer);
    return e;
}

static struct err bench(struct invocation *in)
{
    struct policy_files f = {.in = in};
    struct err e = bench_files(&f);
    policy_files_clear(&f);
    return e;
}

static const struct option_row options[] = {
    POLICY_FILE_OPTIONS,
    POLICY_INPUT_OPTIONS,
    {.name = "seconds", .value = "N", .help = "how long to measure; 1 if not given"},
    {0},
};

const struct command command_policy_bench = {
    .noun = "policy",
    .verb = "bench",
    .options = options,
    .operands = "QUERY",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "measure how fast a query is answered",
    .help =
        "Compiles once, evaluates the query again and again for a second, and compares each answer with the first.\n"
        "An evaluation counts with its input's JSON being decoded and its answer being encoded. Exit status: 0; 3 for\n"
        "a policy, query or input that is refused; 4 for an evaluation that fails, or an answer that changes.",
    .example = "casemate policy bench -d release.rego -i request.json data.policy.allow",
    .run = bench,
};
