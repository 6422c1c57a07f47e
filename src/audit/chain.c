/*
 * One line of the audit log at a time. The texts of an event are hostile and go through the JSON encoder; a checked
 * line is hostile as a whole.
 */
#include "audit/chain.h"

#include <assert.h>

#include "base/clock.h"
#include "codec/base64.h"
#include "codec/hex.h"
#include "json/json.h"

#define TEXT_MAX     512 /* bytes kept of a hostile text */
#define LINE_ARENA   (4 * 1024 * 1024UL)
#define LINE_MEMBERS 32
#define SIG_MAX      64 /* both kinds of key have signatures of 64 bytes */

static const char head_domain[] = "casemate-audit-head/1"; /* its NUL is part of what is signed */

struct err audit_chain_init(struct audit_chain *c, const struct key *key)
{
    *c = (struct audit_chain){.has_own_head = false};
    arena_init(&c->arena, LINE_ARENA);
    buf_init(&c->line, AUDIT_LINE_MAX);
    buf_init(&c->signed_as, AUDIT_LINE_MAX + sizeof(head_domain));
    return audit_signer_init(&c->signer, key);
}

void audit_chain_clear(struct audit_chain *c)
{
    audit_change_clear(&c->change);
    key_free(c->owned);
    arena_clear(&c->arena);
    buf_clear(&c->line);
    buf_clear(&c->signed_as);
    *c = (struct audit_chain){0};
}

/* Add a hostile text: cut at a character's border; what is no UTF-8 keeps its ASCII only. */
static void add_text(struct json_object *o, const char *name, struct bytes text)
{
    uint8_t copy[TEXT_MAX];
    if (text.n == 0)
        return;
    if (text.n > TEXT_MAX) {
        text.n = TEXT_MAX;
        while (text.n > TEXT_MAX - 3 && (text.p[text.n] & 0xc0) == 0x80)
            text.n--;
    }
    if (!bytes_is_utf8(text)) {
        for (size_t i = 0; i < text.n; i++)
            copy[i] = text.p[i] < 0x80 ? text.p[i] : '?';
        text = bytes_of(copy, text.n);
    }
    json_object_string(o, name, text);
}

static void add_common(struct json_object *o, const struct audit_position *p, int64_t at_sec, const char *kind)
{
    char at[RFC3339_LEN + 1];
    clock_format(at_sec, at);
    json_object_text(o, "at", at);
    json_object_text(o, "kind", kind);
    json_object_hex(o, "prev", BYTES_OF(p->hash));
    json_object_int(o, "seq", (int64_t)(p->seq + 1));
}

static void add_store(struct json_object *o, uint64_t generation, const uint8_t *root)
{
    json_object_int(o, "generation", (int64_t)generation);
    json_object_hex(o, "root", bytes_of(root, 32));
}

static void add_event(struct json_object *o, const struct audit_event *e, const struct json *detail)
{
    add_text(o, "session", e->session);
    add_text(o, "subject", e->subject);
    add_text(o, "evidence", e->evidence);
    add_text(o, "rule", e->rule);
    if (e->has_verdict)
        json_object_text(o, "verdict", verdict_name(e->verdict));
    if (e->reason != REASON_NONE)
        json_object_text(o, "reason", reason_code(e->reason));
    if (reason_threat(e->reason)[0] != '\0')
        json_object_text(o, "threat", reason_threat(e->reason));
    if (e->count > 1)
        json_object_int(o, "count", e->count > INT64_MAX ? INT64_MAX : (int64_t)e->count);
    if (e->root != NULL)
        add_store(o, e->generation, e->root);
    if (detail != NULL)
        json_object_add(o, "detail", detail);
}

/* Append the line to `out` and let the position stand on it. */
static struct err finish_line(struct audit_position *position, struct bytes line, struct buf *out)
{
    struct digest d;
    TRY(hash_of(HASH_SHA256, line, &d));
    buf_add(out, line);
    buf_u8(out, '\n');
    struct bytes all;
    TRY(buf_end(out, &all));
    position->seq++;
    memcpy(position->hash, d.p, sizeof(position->hash));
    return OK;
}

static struct err encode_event(struct audit_chain *c, const struct audit_position *position,
                               const struct audit_event *event, int64_t at_sec, const struct json *detail,
                               struct bytes *line)
{
    struct json_object o;
    json_object_init(&o, &c->arena);
    add_common(&o, position, at_sec, event->kind);
    add_event(&o, event, detail);
    const struct json *v;
    TRY(json_object_end(&o, &v));
    buf_reset(&c->line);
    TRY(json_encode_jcs(v, &c->line));
    return buf_end(&c->line, line);
}

static struct err omitted_detail(struct audit_chain *c, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, &c->arena);
    json_object_bool(&o, "omitted", true);
    return json_object_end(&o, out);
}

struct err audit_chain_event(struct audit_chain *c, struct audit_position *position, const struct audit_event *event,
                             int64_t at_sec, struct buf *out)
{
    assert(strcmp(event->kind, "head") != 0);
    arena_reset(&c->arena);
    struct bytes line;
    struct err e = encode_event(c, position, event, at_sec, event->detail, &line);
    /* A detail that is too long, or holds a number that canonical JSON cannot, must not hide the decision itself. */
    if ((e.code == ERR_LIMIT || e.code == ERR_FORMAT) && event->detail != NULL) {
        const struct json *omitted;
        TRY(omitted_detail(c, &omitted));
        e = encode_event(c, position, event, at_sec, omitted, &line);
    }
    TRY(e);
    TRY(finish_line(position, line, out));
    if (event->root == NULL)
        return OK;
    position->has_root = true;
    position->generation = event->generation;
    memcpy(position->root, event->root, sizeof(position->root));
    return OK;
}

/* What a head's signature is over: the domain, and the canonical line without its "sig". */
static struct err signed_text(struct audit_chain *c, const struct json *unsigned_head, struct bytes *out)
{
    buf_reset(&c->signed_as);
    buf_add(&c->signed_as, bytes_of(head_domain, sizeof(head_domain)));
    TRY(json_encode_jcs(unsigned_head, &c->signed_as));
    return buf_end(&c->signed_as, out);
}

static void add_head(struct json_object *o, const struct audit_chain *c, const struct audit_position *position,
                     int64_t at_sec)
{
    add_common(o, position, at_sec, "head");
    json_object_text(o, "key", c->signer.id);
    if (position->has_root)
        add_store(o, position->generation, position->root);
}

struct err audit_chain_head(struct audit_chain *c, struct audit_position *position, int64_t at_sec, struct buf *out)
{
    arena_reset(&c->arena);
    struct json_object o;
    json_object_init(&o, &c->arena);
    add_head(&o, c, position, at_sec);
    const struct json *v;
    TRY(json_object_end(&o, &v));
    struct bytes text;
    TRY(signed_text(c, v, &text));
    buf_reset(&c->line);
    TRY(key_sign(c->signer.key, c->signer.alg, text, &c->line));
    struct bytes sig, sig_text;
    TRY(buf_end(&c->line, &sig));
    TRY(base64_encode_arena(&c->arena, BASE64_URL, sig, &sig_text));

    json_object_init(&o, &c->arena);
    add_head(&o, c, position, at_sec);
    json_object_string(&o, "sig", sig_text);
    TRY(json_object_end(&o, &v));
    buf_reset(&c->line);
    TRY(json_encode_jcs(v, &c->line));
    struct bytes line;
    TRY(buf_end(&c->line, &line));
    return finish_line(position, line, out);
}

/* A broken line is one answer whatever broke it; only our own troubles keep their code. */
static struct err broken(const char *why, const char **what)
{
    *what = why;
    return REFUSE(ERR_UNVERIFIED, REASON_AUDIT_BROKEN, "a line of the audit log does not hold");
}

static bool is_own_trouble(struct err e)
{
    return e.code == ERR_NOMEM || e.code == ERR_BUG || e.code == ERR_IO;
}

/* The line without its signature, as it was signed. */
static struct err text_of_head(struct audit_chain *c, const struct json *v, struct bytes *out)
{
    struct json_member members[LINE_MEMBERS];
    size_t count = 0;
    for (size_t i = 0; i < v->count; i++)
        if (!bytes_is(v->members[i].key, "sig"))
            members[count++] = v->members[i];
    const struct json *unsigned_head;
    TRY(json_new_object(&c->arena, members, count, &unsigned_head));
    return signed_text(c, unsigned_head, out);
}

static struct err check_signature(struct audit_chain *c, const struct json *v, const char **what)
{
    struct bytes text, key_id, sig_text;
    uint8_t sig[SIG_MAX];
    if (failed(json_need_string(v, "key", &key_id)) || failed(json_need_string(v, "sig", &sig_text)))
        return broken("a head without key or signature", what);
    if (failed(base64_decode_fixed(BASE64_URL, sig_text, sig, sizeof(sig))))
        return broken("a malformed signature", what);
    const struct audit_signer *by = audit_signer_named(c, key_id);
    if (by == NULL && c->has_own_head)
        return broken(AUDIT_OTHER_KEY, what);
    if (by == NULL) {
        c->awaits_own_head = true;
        return OK;
    }
    TRY(text_of_head(c, v, &text));
    struct err e = key_verify(by->key, by->alg, text, BYTES_OF(sig));
    if (is_own_trouble(e))
        return e;
    if (failed(e))
        return broken("the signature of a head does not verify", what);
    audit_chain_signed(c, by);
    return OK;
}

/* A change of the key stands directly before the two heads that make it. */
static struct err follow_change(struct audit_chain *c, const struct json *v, struct bytes kind, const char **what)
{
    audit_change_clear(&c->change);
    if (!bytes_is(kind, AUDIT_KEY_CHANGE))
        return OK;
    struct err e = audit_change_read(&c->arena, v, &c->change);
    if (is_own_trouble(e))
        return e;
    return failed(e) ? broken("a change of the key that names none", what) : OK;
}

/* Parse a line and hold it against its own canonical form, so that one content has one text. */
static struct err parse_line(struct audit_chain *c, struct bytes line, const struct json **out, const char **what)
{
    arena_reset(&c->arena);
    struct err e = json_decode(&c->arena, line, &(struct json_bounds){AUDIT_LINE_MAX, 0}, NULL, out);
    if (is_own_trouble(e))
        return e;
    if (failed(e) || !json_is(*out, JSON_OBJECT))
        return broken("not a JSON object", what);
    if ((*out)->count > LINE_MEMBERS)
        return broken("too many members", what);
    buf_reset(&c->line);
    e = json_encode_jcs(*out, &c->line);
    if (is_own_trouble(e))
        return e;
    struct bytes canonical;
    if (failed(e) || failed(buf_end(&c->line, &canonical)) || !bytes_equal(canonical, line))
        return broken("not in canonical form", what);
    return OK;
}

static struct err take_store(const struct json *v, struct audit_position *next, const char **what)
{
    if (json_at(v, "generation") == NULL && json_at(v, "root") == NULL)
        return OK;
    int64_t generation;
    struct bytes root;
    if (failed(json_need_int(v, "generation", 0, INT64_MAX, &generation)) ||
        failed(json_need_string(v, "root", &root)) || failed(hex_decode_fixed(root, next->root, sizeof(next->root))))
        return broken("a malformed root of the store", what);
    next->has_root = true;
    next->generation = (uint64_t)generation;
    return OK;
}

struct err audit_chain_check(struct audit_chain *c, struct audit_position *position, struct bytes line, bool *is_head,
                             const char **what)
{
    const struct json *v;
    TRY(parse_line(c, line, &v, what));
    struct bytes at, kind, prev;
    int64_t seq, at_sec;
    uint8_t hash[32];
    if (failed(json_need_int(v, "seq", 1, INT64_MAX, &seq)) || (uint64_t)seq != position->seq + 1)
        return broken("a gap: not the next sequence number", what);
    if (failed(json_need_string(v, "prev", &prev)) || failed(hex_decode_fixed(prev, hash, sizeof(hash))) ||
        !bytes_equal(BYTES_OF(hash), BYTES_OF(position->hash)))
        return broken("the line before is not the one that this line names", what);
    if (failed(json_need_string(v, "at", &at)) || failed(clock_parse(at, &at_sec)) ||
        failed(json_need_string(v, "kind", &kind)))
        return broken("no time or no kind", what);

    struct audit_position next = *position;
    TRY(take_store(v, &next, what));
    bool head = bytes_is(kind, "head");
    if (head)
        TRY(check_signature(c, v, what));
    else
        TRY(follow_change(c, v, kind, what));
    struct digest d;
    TRY(hash_of(HASH_SHA256, line, &d));
    next.seq = position->seq + 1;
    memcpy(next.hash, d.p, sizeof(next.hash));
    *position = next;
    *is_head = head;
    return OK;
}

struct err audit_chain_adopt(struct audit_chain *c, struct audit_position *position, struct bytes line)
{
    const struct json *v;
    const char *what;
    TRY(parse_line(c, line, &v, &what));
    struct audit_position before = {0};
    struct bytes prev;
    int64_t seq;
    if (failed(json_need_int(v, "seq", 1, INT64_MAX, &seq)) || failed(json_need_string(v, "prev", &prev)) ||
        failed(hex_decode_fixed(prev, before.hash, sizeof(before.hash))))
        return broken("no sequence number or no hash", &what);
    before.seq = (uint64_t)seq - 1;
    bool is_head;
    TRY(audit_chain_check(c, &before, line, &is_head, &what));
    if (!is_head)
        return broken("a segment that does not end with a signed head", &what);
    *position = before;
    return OK;
}

bool audit_chain_is_head(struct bytes line)
{
    static const char mark[] = "\"kind\":\"head\"";
    return line.n > 0 && memmem(line.p, line.n, mark, sizeof(mark) - 1) != NULL;
}
