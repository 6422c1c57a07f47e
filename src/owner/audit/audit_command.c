/*
 * The audit log is hostile to its reader: whoever wrote the directory may have changed it, and its texts come from
 * peers. Nothing of it reaches the terminal unescaped.
 */
#include "owner/audit/audit_command.h"

#include "audit/audit.h"
#include "codec/hex.h"
#include "sys/file.h"

#define HASH_SIZE  32
#define LINE_ARENA (4 * 1024 * 1024UL)

struct expected {
    uint64_t seq;
    uint8_t hash[HASH_SIZE];
    bool is_given;
};

struct err audit_command_key(struct invocation *in, const char *directory, struct key **out)
{
    char beside[4096];
    SCOPED(buf) struct buf pem;
    buf_init(&pem, 64 * 1024);
    if ((size_t)snprintf(beside, sizeof(beside), "%s/../keys/audit.pub", directory) >= sizeof(beside))
        return FAIL(ERR_LIMIT, "the path is too long");
    const char *path = command_text(in, "key", beside);
    struct err e = file_read(path, &pem);
    if (!failed(e))
        e = key_from_pem(buf_view(&pem), false, out);
    if (failed(e))
        command_explain(in, "%s is no public key in PEM that can be read", path);
    return e;
}

static struct err take_head(const struct json *v, struct expected *out)
{
    if (json_at(v, "head") != NULL)
        v = json_at(v, "head");
    int64_t seq;
    struct bytes hash;
    TRY(json_need_int(v, "seq", 1, INT64_MAX, &seq));
    TRY(json_need_string(v, "hash", &hash));
    TRY(hex_decode_fixed(hash, out->hash, sizeof(out->hash)));
    out->seq = (uint64_t)seq;
    out->is_given = true;
    return OK;
}

/* A copied head: {"seq","hash"}, or an object with such a "head": what `audit verify --format json` prints. */
static struct err read_expected(struct invocation *in, struct expected *out)
{
    const char *path = command_text(in, "expect-head", NULL);
    if (path == NULL)
        return OK;
    struct arena a;
    arena_init(&a, 1024 * 1024);
    SCOPED(buf) struct buf text;
    buf_init(&text, 64 * 1024);
    const struct json *v;
    struct err e = file_read(path, &text);
    if (!failed(e))
        e = json_decode(&a, buf_view(&text), NULL, NULL, &v);
    if (!failed(e))
        e = take_head(v, out);
    if (failed(e))
        command_explain(in, "%s is no head {\"seq\",\"hash\"} that can be read", path);
    arena_clear(&a);
    return e;
}

static void print_report_text(const struct invocation *in, const struct audit_report *r, struct err e)
{
    if (e.code == ERR_UNVERIFIED && r->bad_line > 0)
        fprintf(in->out, "broken at line %llu: %s\n", (unsigned long long)r->bad_line, r->bad_what);
    else if (e.code == ERR_UNVERIFIED)
        fprintf(in->out, "broken: %s\n", r->bad_what);
    else if (r->anchored)
        fprintf(in->out, "complete to %llu, anchored at %llu\n", (unsigned long long)r->last_seq,
                (unsigned long long)r->anchored_at);
    else
        fprintf(in->out, "complete to %llu, tail unanchored\n", (unsigned long long)r->last_seq);
}

static struct err report_json(struct arena *a, const struct audit_report *r, struct err e, const struct json **out)
{
    struct json_object head, o;
    const struct json *v;
    json_object_init(&head, a);
    json_object_hex(&head, "hash", BYTES_OF(r->last_hash));
    json_object_int(&head, "seq", (int64_t)r->last_seq);
    TRY(json_object_end(&head, &v));
    json_object_init(&o, a);
    json_object_text(&o, "format", "casemate-audit/1");
    json_object_text(&o, "result", failed(e) ? "broken" : "ok");
    json_object_int(&o, "lines", (int64_t)r->lines);
    json_object_add(&o, "head", v);
    json_object_bool(&o, "anchored", r->anchored);
    if (r->anchored)
        json_object_int(&o, "anchored_at", (int64_t)r->anchored_at);
    if (failed(e)) {
        json_object_text(&o, "what", r->bad_what);
        json_object_text(&o, "reason", reason_code(e.reason));
        json_object_text(&o, "threat", reason_threat(e.reason));
    }
    if (r->bad_line > 0)
        json_object_int(&o, "line", (int64_t)r->bad_line);
    return json_object_end(&o, out);
}

static struct err print_report(struct invocation *in, const struct audit_report *r, struct err outcome)
{
    if (!in->is_json) {
        print_report_text(in, r, outcome);
        return OK;
    }
    struct arena a;
    arena_init(&a, 64 * 1024);
    const struct json *v;
    struct err e = report_json(&a, r, outcome, &v);
    if (!failed(e))
        e = command_print_json(in, v);
    arena_clear(&a);
    return e;
}

static struct err verify(struct invocation *in)
{
    SCOPED_KEY struct key *key = NULL;
    struct expected head = {0};
    struct audit_report report;
    TRY(audit_command_key(in, in->operands[0], &key));
    TRY(read_expected(in, &head));
    struct err e = audit_verify(in->operands[0], key, head.seq, head.is_given ? head.hash : NULL, &report);
    if (failed(e) && e.code != ERR_UNVERIFIED)
        return e;
    TRY(print_report(in, &report, e));
    in->has_explained = true; /* the report is the explanation */
    return e;
}

struct shown {
    struct invocation *in;
    const char *session; /* NULL: all */
    struct arena arena;
    bool has_line;
};

static void print_member(FILE *out, const struct json *line, const char *name, const char *label)
{
    const struct json *v = json_at(line, name);
    if (!json_is(v, JSON_STRING))
        return;
    fprintf(out, " %s", label);
    command_print_bytes(out, v->text);
}

static void print_line(FILE *out, const struct json *line)
{
    const struct json *seq = json_at(line, "seq");
    fprintf(out, "%lld", json_is(seq, JSON_NUMBER) ? (long long)seq->as_int : 0);
    print_member(out, line, "at", "");
    print_member(out, line, "kind", "");
    print_member(out, line, "subject", "");
    print_member(out, line, "verdict", "verdict=");
    print_member(out, line, "reason", "reason=");
    print_member(out, line, "threat", "threat=");
    print_member(out, line, "rule", "rule=");
    print_member(out, line, "session", "session=");
    fputc('\n', out);
}

static struct err show_line(void *context, struct bytes text)
{
    struct shown *s = context;
    const struct json *line;
    arena_reset(&s->arena);
    TRY(json_decode(&s->arena, text, NULL, NULL, &line));
    const struct json *session = json_at(line, "session");
    if (s->session != NULL && !(json_is(session, JSON_STRING) && bytes_is(session->text, s->session)))
        return OK;
    if (!s->in->is_json) {
        print_line(s->in->out, line);
        return OK;
    }
    /* The line was checked to be canonical JSON: it is shown as it stands. */
    fputs(s->has_line ? ",\n  " : "\n  ", s->in->out);
    fwrite(text.p, 1, text.n, s->in->out);
    s->has_line = true;
    return OK;
}

static struct err show(struct invocation *in)
{
    SCOPED_KEY struct key *key = NULL;
    TRY(audit_command_key(in, in->operands[0], &key));
    struct shown s = {.in = in, .session = command_text(in, "session", NULL)};
    struct audit_report report;
    arena_init(&s.arena, LINE_ARENA);
    if (in->is_json)
        fputs("{\"format\": \"casemate-audit-show/1\", \"lines\": [", in->out);
    struct err e = audit_walk(in->operands[0], key, show_line, &s, &report);
    if (in->is_json)
        fprintf(in->out, "\n], \"verified\": %s}\n", failed(e) ? "false" : "true");
    arena_clear(&s.arena);
    if (e.code == ERR_UNVERIFIED)
        command_explain(in, "the log is broken at line %llu: %s", (unsigned long long)report.bad_line, report.bad_what);
    return e;
}

static const struct option_row verify_options[] = {
    {.name = "key",
     .value = "FILE",
     .is_required = true,
     .help = "a public key of the audit log, the first or a later one, PEM"},
    {.name = "expect-head", .value = "FILE", .help = "a head copied before, JSON {\"seq\",\"hash\"}: it must occur"},
    {0},
};

static const struct option_row show_options[] = {
    {.name = "key", .value = "FILE", .help = "public key of the audit log, PEM; DIR/../keys/audit.pub if not given"},
    {.name = "session", .value = "DIGEST", .help = "only the lines of this session"},
    {0},
};

const struct command command_audit_verify = {
    .noun = "audit",
    .verb = "verify",
    .options = verify_options,
    .operands = "DIR",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "check an audit log against its public key",
    .help = "Reads every line: each must be the next of the chain, and each group must be closed by a signed head. A\n"
            "chain alone cannot show that its tail was cut: without --expect-head the answer is \"tail unanchored\".\n"
            "Exit status: 0 the log holds, 1 it is broken, 3 it cannot be read.",
    .example = "casemate audit verify audit --key keys/audit.pub --format json > head.json\n"
               "casemate audit verify audit --key keys/audit.pub --expect-head head.json",
    .run = verify,
};

const struct command command_audit_show = {
    .noun = "audit",
    .verb = "show",
    .options = show_options,
    .operands = "DIR",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "print the lines of an audit log",
    .help = "Prints the log, or the lines of one session, and checks the chain and its signatures on the way. A line\n"
            "is printed before the head behind it was checked: what was printed holds if the exit status is 0.",
    .example = "casemate audit show audit --session 5f2b... --format json",
    .run = show,
};
