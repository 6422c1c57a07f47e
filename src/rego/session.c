/*
 * Evaluations. A session keeps memory and compiled queries between them; an evaluation without one makes its own.
 */
#include "base/limits.h"
#include "base/mem.h"
#include "rego/passes.h"
#include "rego/query.h"

#define FIRST_FRAMES 16384U
#define QUERIES_MAX  64
#define QUERY_MEMORY (16UL * 1024 * 1024)
#define SPARE_MAX    65536U /* a longer text's memory is not kept */
#define REGEXES_MAX  (1024UL * 1024)

struct kept_query {
    struct kept_query *next;
    struct bytes text;
    struct query_code code;
};

struct rego_session {
    const struct rego_policy *policy;
    struct arena arena;   /* of one evaluation */
    struct arena queries; /* compiled */
    struct kept_query *kept;
    size_t kept_count;
    struct query_room room;
    size_t pattern_memory; /* the bound under which the room's patterns were compiled; 0: ours */
    struct buf text;       /* the result */
    uint8_t *frames;
};

struct rego_result {
    struct buf text;
};

static void forget_queries(struct rego_session *s)
{
    arena_clear(&s->queries);
    s->kept = NULL;
    s->kept_count = 0;
}

static struct err open_session(struct rego_session *s, const struct rego_policy *policy)
{
    *s = (struct rego_session){.policy = policy};
    s->frames = mem_new_raw(FIRST_FRAMES);
    if (s->frames == NULL)
        return FAIL(ERR_NOMEM, "no memory for a session");
    arena_init(&s->arena, 0);
    arena_init(&s->queries, QUERY_MEMORY);
    buf_init(&s->text, JSON_TEXT_MAX);
    query_room_init(&s->room, policy, 0);
    return OK;
}

static void close_session(struct rego_session *s)
{
    arena_clear(&s->arena);
    arena_clear(&s->queries);
    query_room_clear(&s->room);
    buf_clear(&s->text);
    mem_free(s->frames);
}

static struct err keep_query(struct rego_session *s, struct bytes text, struct rego_error *error,
                             struct query_code **out)
{
    struct kept_query *k;
    TRY(arena_new(&s->queries, &k));
    TRY(arena_copy(&s->queries, text, &k->text));
    TRY(query_prepare(s->policy, k->text, QUERY_VALUE, &s->queries, error, &k->code));
    k->next = s->kept;
    s->kept = k;
    s->kept_count++;
    *out = &k->code;
    return OK;
}

/* Queries that do not compile are not kept, nor is what they left behind. */
static struct err find_query(struct rego_session *s, struct bytes text, struct rego_error *error,
                             struct query_code **out)
{
    for (struct kept_query *k = s->kept; k != NULL; k = k->next)
        if (bytes_equal(k->text, text)) {
            *out = &k->code;
            return OK;
        }
    if (s->kept_count >= QUERIES_MAX)
        forget_queries(s);
    struct err done = keep_query(s, text, error, out);
    if (failed(done))
        forget_queries(s);
    return done;
}

static struct err evaluate(struct rego_session *s, const struct rego_call *call, struct rego_error *error,
                           const struct json **out)
{
    struct query q = {.text = bytes_of_text(call->query), .strict = call->strict};
    struct query_code *code;
    const struct json *solutions;
    TRY(query_documents(call, &s->arena, error, &q));
    TRY(find_query(s, q.text, error, &code));
    s->room.frames = (struct frames){.bytes = s->frames, .cap = FIRST_FRAMES};
    TRY(query_solve(s->policy, code, call, &q, &s->room, &s->arena, error, &solutions));
    *out = solutions->count == 0 ? NULL : solutions->items[0];
    return OK;
}

static struct err encode(struct rego_session *s, const struct json *v)
{
    struct bytes text;
    json_encode(v, &s->text);
    return buf_end(&s->text, &text);
}

/* What one large evaluation took is not kept for all the small ones. */
static void keep_little(struct rego_session *s)
{
    if (s->room.spare.cap > SPARE_MAX)
        buf_clear(&s->room.spare);
    if (s->room.regexes.arena.used > REGEXES_MAX)
        regex_cache_clear(&s->room.regexes);
}

/* Patterns count as memory of the evaluation: those compiled under another bound are not used under this one. */
static void bound_patterns(struct rego_session *s, size_t memory)
{
    if (memory == s->pattern_memory)
        return;
    regex_cache_clear(&s->room.regexes);
    regex_cache_init(&s->room.regexes, s->policy->policy.regexes, memory);
    s->pattern_memory = memory;
}

enum rego_status rego_session_eval(struct rego_session *s, const struct rego_call *call, struct rego_text *out,
                                   struct rego_error *error)
{
    struct rego_error local = {0};
    struct rego_error *report = error != NULL ? error : &local;
    const struct json *v = NULL;
    *report = (struct rego_error){0};
    buf_reset(&s->text);
    s->arena.cap = call->limits.memory == 0 ? EVAL_MEMORY : call->limits.memory;
    bound_patterns(s, call->limits.memory);
    struct err done = evaluate(s, call, report, &v);
    if (!failed(done) && v != NULL)
        done = encode(s, v);
    arena_reset(&s->arena);
    keep_little(s);
    if (failed(done))
        return query_status(done, report);
    *report = (struct rego_error){0};
    if (v == NULL)
        return REGO_UNDEFINED;
    *out = (struct rego_text){(const char *)s->text.p, s->text.n};
    return REGO_OK;
}

enum rego_status rego_session_new(const struct rego_policy *policy, struct rego_session **out)
{
    struct rego_session *s = mem_new(sizeof(*s));
    if (s == NULL)
        return REGO_ERR_MEMORY;
    if (failed(open_session(s, policy))) {
        mem_free(s);
        return REGO_ERR_MEMORY;
    }
    *out = s;
    return REGO_OK;
}

void rego_session_free(struct rego_session *session)
{
    if (session == NULL)
        return;
    close_session(session);
    mem_free(session);
}

/* The result takes over the session's text. */
static struct err keep_result(struct rego_session *s, struct rego_result **out)
{
    struct rego_result *r = mem_new(sizeof(*r));
    if (r == NULL)
        return FAIL(ERR_NOMEM, "no memory for a result");
    r->text = s->text;
    s->text = (struct buf){0};
    *out = r;
    return OK;
}

enum rego_status rego_eval(const struct rego_policy *policy, const struct rego_call *call, struct rego_result **out,
                           struct rego_error *error)
{
    struct rego_session s;
    struct rego_text text;
    struct rego_error local = {0};
    struct rego_error *report = error != NULL ? error : &local;
    *report = (struct rego_error){0};
    struct err opened = open_session(&s, policy);
    if (failed(opened))
        return query_status(opened, report);
    enum rego_status status = rego_session_eval(&s, call, &text, report);
    struct err kept = status == REGO_OK ? keep_result(&s, out) : OK;
    close_session(&s);
    return failed(kept) ? query_status(kept, report) : status;
}

struct rego_text rego_result_json(const struct rego_result *result)
{
    return (struct rego_text){(const char *)result->text.p, result->text.n};
}

void rego_result_free(struct rego_result *result)
{
    if (result == NULL)
        return;
    buf_clear(&result->text);
    mem_free(result);
}
