/*
 * Refusals on the wire give no reason, so that a stranger learns nothing. The owner reads them here: the audit log has
 * the code, and the table of reasons has the words. The log is hostile to its reader, as in `casemate audit`.
 */
#include "owner/explain/explain_command.h"

#include "audit/audit.h"
#include "base/limits.h"
#include "owner/assess/assess_words.h"
#include "owner/audit/audit_command.h"

#define LINE_ARENA         (4 * MIB)
#define SESSION_DIGITS_MIN 4
#define SESSION_DIGITS     64

static struct err reason_json(struct arena *a, enum reason reason, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    json_object_text(&o, "code", reason_code(reason));
    json_object_text(&o, "threat", reason_threat(reason));
    json_object_text(&o, "text", reason_text(reason));
    return json_object_end(&o, out);
}

/* Reasons first..last under the name that says what kind of answer it is. */
static struct err print_reasons_json(struct invocation *in, enum reason first, enum reason last)
{
    const struct json *items[REASON_COUNT], *list, *v;
    struct arena a;
    struct json_object o;
    size_t count = 0;
    arena_init(&a, MIB);
    struct err e = OK;
    for (int r = (int)first; r <= (int)last && !failed(e); r++)
        e = reason_json(&a, (enum reason)r, &items[count++]);
    if (!failed(e))
        e = json_new_array(&a, items, count, &list);
    if (!failed(e)) {
        json_object_init(&o, &a);
        json_object_text(&o, "format", "casemate-explain/1");
        json_object_add(&o, "reasons", list);
        e = json_object_end(&o, &v);
    }
    if (!failed(e))
        e = command_print_json(in, v);
    arena_clear(&a);
    return e;
}

static struct err explain_list(struct invocation *in)
{
    if (in->is_json)
        return print_reasons_json(in, (enum reason)(REASON_NONE + 1), (enum reason)(REASON_COUNT - 1));
    fputs("| code | threat | what it means |\n|---|---|---|\n", in->out);
    for (uint16_t r = REASON_NONE + 1; r < REASON_COUNT; r++)
        fprintf(in->out, "| `%s` | %s | %s |\n", reason_code(r), reason_threat(r), reason_text(r));
    return OK;
}

static void print_reason(FILE *out, const char *indent, uint16_t reason)
{
    const char *threat = reason_threat(reason);
    fprintf(out, "%sreason: %s\n%smeans:  %s\n", indent, reason_code(reason), indent, reason_text(reason));
    if (threat[0] != '\0')
        fprintf(out, "%sthreat: %s\n", indent, threat);
}

static struct err explain_code(struct invocation *in, const char *code)
{
    enum reason reason = reason_find(code);
    if (reason == REASON_NONE) {
        struct err e = assess_explain_id(in, code);
        if (e.code != ERR_ABSENT)
            return e;
        command_explain(in, "no reason has this code, and the catalogue no such id; --list shows all reasons");
        return FAIL(ERR_DENIED, "no such reason");
    }
    if (in->is_json)
        return print_reasons_json(in, reason, reason);
    print_reason(in->out, "", (uint16_t)reason);
    return OK;
}

struct told {
    struct invocation *in;
    struct bytes session; /* the digits given: a prefix */
    struct arena arena;
    size_t count;
};

static struct bytes text_at(const struct json *v, const char *key)
{
    const struct json *member = json_at(v, key);
    return json_is(member, JSON_STRING) ? member->text : BYTES_EMPTY;
}

static void print_labelled(FILE *out, const char *label, struct bytes text)
{
    if (text.n == 0)
        return;
    fputs(label, out);
    command_print_bytes(out, text);
    fputc('\n', out);
}

/* The row of a code from the log; REASON_NONE where this program does not know it. */
static uint16_t known_reason(struct bytes code)
{
    for (uint16_t r = REASON_NONE + 1; r < REASON_COUNT; r++)
        if (bytes_is(code, reason_code(r)))
            return r;
    return REASON_NONE;
}

static void print_json_value(FILE *out, const char *label, const struct json *v)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, LINE_ARENA);
    json_encode(v, &text);
    print_labelled(out, label, buf_view(&text));
}

static void print_finding(FILE *out, const struct json *f)
{
    const struct json *expected = json_at(f, "expected");
    print_labelled(out, "  not as registered: ", text_at(f, "claim"));
    print_labelled(out, "    reference: ", text_at(f, "reference"));
    if (expected == NULL || expected->type == JSON_NULL)
        fputs("    expected:  nothing is registered\n", out);
    else
        print_json_value(out, "    expected:  ", expected);
    struct bytes found = text_at(f, "found");
    print_labelled(out, "    found:     ", found.n == 0 ? BYTES_LIT("nothing") : found);
    uint16_t reason = known_reason(text_at(f, "reason"));
    if (reason != REASON_NONE)
        fprintf(out, "    means:     %s\n", reason_text(reason));
}

static void print_why(FILE *out, const struct json *line)
{
    struct bytes code = text_at(line, "reason");
    uint16_t reason = known_reason(code);
    if (reason != REASON_NONE) {
        print_reason(out, "  ", reason);
        return;
    }
    print_labelled(out, "  reason: ", code);
    print_labelled(out, "  threat: ", text_at(line, "threat"));
    if (code.n > 0)
        fputs("  means:  not known to this version\n", out);
}

/* What a kind of line says in plain words, with and without a reason. */
static const char *plain_words(const struct json *line)
{
    struct bytes kind = text_at(line, "kind"), verdict = text_at(line, "verdict");
    bool has_reason = text_at(line, "reason").n > 0;
    if (bytes_is(kind, "attest") && bytes_is(verdict, "affirming"))
        return "the evidence was accepted, and a token was given";
    if (bytes_is(kind, "attest"))
        return verdict.n > 0 ? "the evidence was verified, but is not affirming" : "the evidence was refused";
    if (bytes_is(kind, "release"))
        return has_reason ? "the release was refused" : "the resource was released";
    if (bytes_is(kind, "refused"))
        return "the request was refused";
    return "was recorded";
}

static void print_decision(FILE *out, const struct json *line)
{
    const struct json *seq = json_at(line, "seq");
    fprintf(out, "line %lld: %s\n", json_is(seq, JSON_NUMBER) ? (long long)seq->as_int : 0, plain_words(line));
    print_labelled(out, "  at:     ", text_at(line, "at"));
    print_labelled(out, "  kind:   ", text_at(line, "kind"));
    print_labelled(out, "  about:  ", text_at(line, "subject"));
    print_labelled(out, "  verdict: ", text_at(line, "verdict"));
    print_why(out, line);
    print_labelled(out, "  rule:   ", text_at(line, "rule"));
    print_labelled(out, "  failed: ", text_at(json_at(line, "detail"), "literal"));
    print_labelled(out, "    where: ", text_at(json_at(line, "detail"), "at"));
    print_labelled(out, "    why:   ", text_at(json_at(line, "detail"), "message"));
    const struct json *findings = json_path(line, "detail", "findings", NULL);
    for (size_t i = 0; json_is(findings, JSON_ARRAY) && i < findings->count; i++)
        print_finding(out, findings->items[i]);
}

static struct err print_decision_json(struct invocation *in, struct arena *a, const struct json *line)
{
    const struct json *v;
    struct json_object o;
    json_object_init(&o, a);
    json_object_text(&o, "words", plain_words(line));
    json_object_text(&o, "means", reason_text(known_reason(text_at(line, "reason"))));
    json_object_add(&o, "line", line);
    TRY(json_object_end(&o, &v));
    return command_print_json(in, v);
}

static struct err tell_line(void *context, struct bytes text)
{
    struct told *t = context;
    const struct json *line;
    arena_reset(&t->arena);
    TRY(json_decode(&t->arena, text, NULL, NULL, &line));
    struct bytes session = text_at(line, "session");
    if (session.n == 0 || !bytes_starts(session, t->session))
        return OK;
    if (t->in->is_json) {
        fputs(t->count > 0 ? ",\n" : "\n", t->in->out);
        TRY(print_decision_json(t->in, &t->arena, line));
    } else {
        print_decision(t->in->out, line);
    }
    t->count++;
    return OK;
}

static struct err take_session(struct invocation *in, struct bytes *out)
{
    const char *text = command_text(in, "session", "");
    size_t n = strlen(text);
    if (n < SESSION_DIGITS_MIN || n > SESSION_DIGITS || strspn(text, "0123456789abcdef") != n)
        return command_misuse(in, "--session is the digest of a session or its begin, %d to %d digits a-f 0-9",
                              SESSION_DIGITS_MIN, SESSION_DIGITS);
    *out = bytes_of(text, n);
    return OK;
}

static struct err explain_session(struct invocation *in)
{
    const char *directory = command_text(in, "audit", "");
    SCOPED_KEY struct key *key = NULL;
    struct told t = {.in = in};
    struct audit_report report;
    TRY(take_session(in, &t.session));
    TRY(audit_command_key(in, directory, &key));
    arena_init(&t.arena, LINE_ARENA);
    if (in->is_json)
        fputs("{\"format\": \"casemate-explain/1\", \"decisions\": [", in->out);
    struct err e = audit_walk(directory, key, tell_line, &t, &report);
    if (in->is_json)
        fprintf(in->out, "], \"verified\": %s}\n", failed(e) ? "false" : "true");
    arena_clear(&t.arena);
    if (e.code == ERR_UNVERIFIED)
        command_explain(in, "the log is broken at line %llu: %s", (unsigned long long)report.bad_line, report.bad_what);
    TRY(e);
    if (t.count > 0)
        return OK;
    command_explain(in, "the log has no line of this session");
    return FAIL(ERR_DENIED, "no line of this session");
}

static struct err explain(struct invocation *in)
{
    bool is_list = command_flag(in, "list");
    bool has_audit = command_text(in, "audit", NULL) != NULL, has_session = command_text(in, "session", NULL) != NULL;
    if (in->operand_count + is_list + has_audit != 1 || has_audit != has_session ||
        (!has_audit && command_text(in, "key", NULL) != NULL))
        return command_misuse(in, "give a CODE or an ID, or --list, or --audit and --session");
    if (has_audit)
        return explain_session(in);
    return is_list ? explain_list(in) : explain_code(in, in->operands[0]);
}

static const struct option_row explain_options[] = {
    {.name = "list", .help = "every reason there is, as a table"},
    {.name = "audit", .value = "DIR", .help = "audit log of a broker"},
    {.name = "session", .value = "DIGEST", .help = "digest of a session as the guest prints it, or its begin"},
    {.name = "key", .value = "FILE", .help = "public key of the audit log, PEM; DIR/../keys/audit.pub if not given"},
    {0},
};

const struct command command_explain_reason = {
    .noun = "explain",
    .options = explain_options,
    .operands = "[CODE|ID]",
    .operand_max = 1,
    .formats = "text|json|markdown",
    .summary = "say what a reason or an id of the trust model means, or why a session was refused",
    .help = "With a CODE: what it means and which threat it answers. With an ID (T-API-02, R12, M-POL, X1, S3, A-DATA, "
            "OO,\n"
            "E01): what the catalogue of threats says about it. With --audit and --session: what was decided in\n"
            "that session and why, with every measured part that was not as registered. A line is printed before the\n"
            "signed head behind it was checked: what was printed holds if the exit status is 0.\n"
            "Exit status: 0 explained, 1 no such code or session, or the log is broken, 3 the log cannot be read.",
    .example = "casemate explain tpm.ek-unenrolled\n"
               "casemate explain T-API-02\n"
               "casemate explain --audit audit --session 5f2b90",
    .run = explain,
};
