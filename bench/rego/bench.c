/*
 * usage: rego-bench [--reference] [--v0] [--rounds N] [--reload | --parts] [--data FILE] --policy FILE..
 *                   --requests FILE
 *
 * Times a policy over recorded requests: one JSON object a line, {"name", "query", "input", "want"}. Every answer is
 * compared with `want` inside the timed path, as text. Prints one line for the requests of one name: name, mean of
 * their medians, slowest, allocations, count; and one for the load. --parts: what the first request's total is made of
 * (its input read, the query evaluated), and CPU time per request with two threads at work over that with one.
 */
#include <pthread.h>
#include <time.h>

#include "base/buf.h"
#include "casemate/rego.h"
#include "rego/query.h"
#include "json/json.h"

#define POLICIES_MAX 8
#define REQUESTS_MAX 4096

struct request {
    char name[200];
    char query[200];
    struct buf input;
    struct buf want;
};

struct bench {
    enum rego_mode mode;
    bool v0;
    bool reload;
    bool parts;
    unsigned rounds;
    const char *files[POLICIES_MAX];
    struct buf texts[POLICIES_MAX];
    size_t file_count;
    struct buf data;
    struct request *requests;
    size_t request_count;
    struct arena arena;
};

/* Counts what the engine takes from the C library. */
static _Thread_local unsigned long allocations;
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
void *malloc(size_t n)
{
    allocations++;
    return __libc_malloc(n);
}
void *calloc(size_t n, size_t size)
{
    allocations++;
    return __libc_calloc(n, size);
}
void *realloc(void *p, size_t n)
{
    allocations++;
    return __libc_realloc(p, n);
}

__attribute__((noreturn)) static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "rego-bench: %s: %s\n", what, why);
    exit(3);
}

static double cpu_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        die(path, "cannot be opened");
    buf_init(out, 64UL << 20);
    for (size_t n = 1; n > 0;) {
        uint8_t chunk[8192];
        n = fread(chunk, 1, sizeof(chunk), f);
        buf_add(out, bytes_of(chunk, n));
    }
    (void)fclose(f);
}

static struct rego_policy *load(const struct bench *b)
{
    struct rego_module modules[POLICIES_MAX];
    struct rego_policy *p;
    struct rego_error error;
    for (size_t i = 0; i < b->file_count; i++)
        modules[i] = (struct rego_module){b->files[i], (const char *)b->texts[i].p, b->texts[i].n, b->v0};
    if (rego_policy_new(modules, b->file_count, (const char *)b->data.p, b->data.n, NULL, 0, &p, &error) != REGO_OK) {
        (void)fprintf(stderr, "%s:%u: ", error.file, error.row);
        die(error.code, error.message);
    }
    return p;
}

static void copy_text(const struct json *v, char *out, size_t size)
{
    (void)snprintf(out, size, "%.*s", (int)v->text.n, (const char *)v->text.p);
}

static void read_request(struct bench *b, struct bytes line)
{
    const struct json *v;
    if (failed(json_decode(&b->arena, line, NULL, NULL, &v)) || b->request_count == REQUESTS_MAX)
        die("a request", "cannot be read");
    struct request *r = &b->requests[b->request_count++];
    const struct json *query = json_at(v, "query");
    const struct json *name = json_at(v, "name");
    const struct json *input = json_at(v, "input");
    const struct json *want = json_at(v, "want");
    if (query == NULL)
        die("a request", "has no query");
    copy_text(query, r->query, sizeof(r->query));
    copy_text(name != NULL ? name : query, r->name, sizeof(r->name));
    buf_init(&r->input, 64UL << 20);
    buf_init(&r->want, 64UL << 20);
    if (input != NULL)
        json_encode(input, &r->input);
    if (want != NULL)
        json_encode(want, &r->want);
}

static void read_requests(struct bench *b, const char *path)
{
    struct buf text;
    read_file(path, &text);
    b->requests = calloc(REQUESTS_MAX, sizeof(*b->requests));
    arena_init(&b->arena, 512UL << 20);
    for (size_t i = 0; i < text.n;) {
        const uint8_t *end = memchr(text.p + i, '\n', text.n - i);
        size_t n = end == NULL ? text.n - i : (size_t)(end - text.p) - i;
        if (n > 0)
            read_request(b, bytes_of(text.p + i, n));
        i += n + 1;
    }
}

/* One answer, compared in the timed path: a fast engine that says something else is worth nothing. */
static void answer(const struct bench *b, struct rego_session *s, const struct request *r)
{
    struct rego_error error;
    struct rego_text have = {"", 0};
    struct rego_call call = {.query = r->query, .mode = b->mode, .input_length = r->input.n};
    call.input = r->input.n == 0 ? NULL : (const char *)r->input.p;
    enum rego_status status = rego_session_eval(s, &call, &have, &error);
    if (status != REGO_OK && status != REGO_UNDEFINED)
        die(error.code, error.message);
    if (have.n != r->want.n || (have.n != 0 && memcmp(have.p, r->want.p, have.n) != 0)) {
        (void)fprintf(stderr, "%.*s\n", (int)have.n, have.p);
        die(r->query, "another answer");
    }
}

static struct rego_session *begin(const struct rego_policy *p)
{
    struct rego_session *s;
    if (rego_session_new(p, &s) != REGO_OK)
        die("a session", "no memory");
    return s;
}

static void load_and_answer(const struct bench *b, const struct request *r)
{
    struct rego_policy *p = load(b);
    struct rego_session *s = begin(p);
    answer(b, s, r);
    rego_session_free(s);
    rego_policy_free(p);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_us(const struct bench *b, struct rego_session *s, const struct request *r)
{
    static double runs[31];
    for (size_t i = 0; i < 31; i++) {
        double before = cpu_us();
        for (unsigned k = 0; k < b->rounds; k++) {
            if (b->reload)
                load_and_answer(b, r);
            else
                answer(b, s, r);
        }
        runs[i] = (cpu_us() - before) / b->rounds;
    }
    qsort(runs, 31, sizeof(runs[0]), by_value);
    return runs[15];
}

/* Requests of one name are one row: their mean. */
static void print_rows(const struct bench *b, struct rego_session *s)
{
    for (size_t i = 0; i < b->request_count; i++) {
        double sum = 0;
        double worst = 0;
        unsigned long taken = 0;
        size_t count = 0;
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again = again || strcmp(b->requests[j].name, b->requests[i].name) == 0;
        for (size_t j = i; !again && j < b->request_count; j++) {
            if (strcmp(b->requests[j].name, b->requests[i].name) != 0)
                continue;
            double t = median_us(b, s, &b->requests[j]);
            unsigned long before = allocations;
            answer(b, s, &b->requests[j]);
            taken += allocations - before;
            sum += t;
            worst = t > worst ? t : worst;
            count++;
        }
        if (!again) {
            printf("%s\t%.3f\t%.3f\t%.1f\t%zu\n", b->requests[i].name, sum / (double)count, worst,
                   (double)taken / (double)count, count);
            (void)fflush(stdout);
        }
    }
}

static void print_load(const struct bench *b)
{
    double runs[15];
    for (size_t i = 0; i < 15; i++) {
        double before = cpu_us();
        rego_policy_free(load(b));
        runs[i] = cpu_us() - before;
    }
    qsort(runs, 15, sizeof(runs[0]), by_value);
    printf("load\t%.3f\t%.3f\t0\t15\n", runs[7], runs[14]);
}

#define PARTS 31

static double median(double runs[PARTS])
{
    qsort(runs, PARTS, sizeof(runs[0]), by_value);
    return runs[PARTS / 2];
}

static double parse_us(const struct bench *b, const struct request *r)
{
    static double runs[PARTS];
    const struct json *v;
    struct arena a;
    arena_init(&a, 64UL << 20);
    for (size_t i = 0; i < PARTS; i++) {
        double before = cpu_us();
        for (unsigned k = 0; k < b->rounds; k++) {
            arena_reset(&a);
            if (failed(json_decode(&a, buf_view(&r->input), NULL, NULL, &v)))
                die(r->name, "its input cannot be read");
        }
        runs[i] = (cpu_us() - before) / b->rounds;
    }
    arena_clear(&a);
    return median(runs);
}

/* The evaluation alone: the input is read already, and the answer is compared as a value. */
static double evaluate_us(struct bench *b, const struct rego_policy *p, const struct request *r)
{
    static double runs[PARTS];
    static uint8_t frames[16384];
    struct rego_error error = {0};
    struct rego_call call = {.query = r->query, .mode = b->mode};
    struct query q = {.text = bytes_of_text(r->query)};
    struct query_code code;
    struct query_room room;
    const struct json *want;
    const struct json *have;
    struct arena a;
    arena_init(&a, 64UL << 20);
    query_room_init(&room, p, 0);
    if (failed(json_decode(&b->arena, buf_view(&r->input), NULL, NULL, &q.input)) ||
        failed(json_decode(&b->arena, buf_view(&r->want), NULL, NULL, &want)) ||
        failed(query_prepare(p, q.text, QUERY_VALUE, &b->arena, &error, &code)))
        die(r->name, "cannot be prepared");
    for (size_t i = 0; i < PARTS; i++) {
        double before = cpu_us();
        for (unsigned k = 0; k < b->rounds; k++) {
            room.frames = (struct frames){.bytes = frames, .cap = sizeof(frames)};
            if (failed(query_solve(p, &code, &call, &q, &room, &a, &error, &have)) || have->count != 1 ||
                !json_equal(have->items[0], want))
                die(r->name, "another answer");
            arena_reset(&a);
        }
        runs[i] = (cpu_us() - before) / b->rounds;
    }
    query_room_clear(&room);
    arena_clear(&a);
    return median(runs);
}

struct worker {
    const struct bench *b;
    const struct rego_policy *policy;
    double us;
};

static void *work(void *state)
{
    struct worker *w = state;
    struct rego_session *s = begin(w->policy);
    answer(w->b, s, &w->b->requests[0]);
    double before = cpu_us();
    for (unsigned k = 0; k < w->b->rounds * PARTS; k++)
        answer(w->b, s, &w->b->requests[0]);
    w->us = (cpu_us() - before) / (w->b->rounds * PARTS);
    rego_session_free(s);
    return NULL;
}

/* Threads share a policy without locks: a request costs each of them what it costs one alone. */
static double threads_ratio(const struct bench *b, const struct rego_policy *p)
{
    struct worker alone = {.b = b, .policy = p};
    struct worker pair[2] = {alone, alone};
    pthread_t other;
    (void)work(&alone);
    if (pthread_create(&other, NULL, work, &pair[1]) != 0)
        die("a thread", "cannot be started");
    (void)work(&pair[0]);
    if (pthread_join(other, NULL) != 0)
        die("a thread", "cannot be joined");
    return (pair[0].us + pair[1].us) / 2 / alone.us;
}

static void print_parts(struct bench *b, const struct rego_policy *p)
{
    printf("parse\t%.3f\n", parse_us(b, &b->requests[0]));
    printf("evaluate\t%.3f\n", evaluate_us(b, p, &b->requests[0]));
    printf("threads\t%.3f\n", threads_ratio(b, p));
}

static void read_options(struct bench *b, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--reference") == 0)
            b->mode = REGO_REFERENCE;
        else if (strcmp(argv[i], "--v0") == 0)
            b->v0 = true;
        else if (strcmp(argv[i], "--reload") == 0)
            b->reload = true;
        else if (strcmp(argv[i], "--parts") == 0)
            b->parts = true;
        else if (strcmp(argv[i], "--rounds") == 0)
            b->rounds = (unsigned)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--data") == 0)
            read_file(argv[++i], &b->data);
        else if (strcmp(argv[i], "--requests") == 0)
            read_requests(b, argv[++i]);
        else if (strcmp(argv[i], "--policy") == 0 && b->file_count < POLICIES_MAX) {
            b->files[b->file_count] = next;
            read_file(argv[++i], &b->texts[b->file_count++]);
        } else
            die(argv[i], "unknown option");
    }
}

int main(int argc, char **argv)
{
    static struct bench b = {.rounds = 20};
    read_options(&b, argc, argv);
    if (b.file_count == 0 || b.request_count == 0)
        die("usage", "--policy FILE --requests FILE");
    if (b.data.n == 0) {
        buf_init(&b.data, 16);
        buf_text(&b.data, "{}");
    }
    struct rego_policy *p = load(&b);
    struct rego_session *s = begin(p);
    if (b.rounds == 0) { /* for instruction counts: each request once */
        for (size_t i = 0; i < b.request_count; i++)
            answer(&b, s, &b.requests[i]);
    } else if (b.parts) {
        print_parts(&b, p);
    } else {
        print_rows(&b, s);
        print_load(&b);
    }
    rego_session_free(s);
    rego_policy_free(p);
    return 0;
}
