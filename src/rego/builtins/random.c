/*
 * Numbers and identifiers that look random: all of them follow from the seed of the call and from the arguments, so an
 * evaluation can be repeated, and equal arguments give the same result in it. And reading identifiers.
 */
#include "codec/hex.h"
#include "crypto/hash.h"
#include "rego/builtins/builtin.h"
#include "rego/eval.h"
#include "rego/value.h"

#define UUID_BYTES    16
#define UUID_URN      "urn:uuid:"
#define UUID_EPOCH    0x01b21dd213814000ULL /* 1970 in units of 100 ns since 15 October 1582 */
#define NS_PER_TICK   100
#define UUID_TEXT_LEN 36

static void put_u64(uint64_t v, uint8_t out[8])
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)(v >> (8 * i));
}

static struct err digest_of(struct call *c, struct bytes key, uint64_t number, struct digest *out)
{
    uint8_t seed[8];
    uint8_t more[8];
    put_u64(c->eval->call->seed, seed);
    put_u64(number, more);
    struct bytes parts[5] = {BYTES_OF(seed), BYTES_OF(more), bytes_of_text(c->name), BYTES_LIT("\0"), key};
    return hash_of_parts(HASH_SHA256, parts, 5, out);
}

static uint64_t number_of(const struct digest *d)
{
    uint64_t v = 0;
    for (size_t i = 0; i < sizeof(v); i++)
        v = v << 8 | d->p[i];
    return v;
}

/* Below n. What does not divide evenly is drawn again, from the digest of the digest.
 */
static struct err bi_intn(struct call *c, const struct json **out)
{
    struct digest d;
    int64_t n;
    TRY(builtin_need_strings(c, 1));
    TRY(builtin_need_int(c, 2, &n));
    uint64_t below = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    if (below == 0)
        return value_int(c->arena, 0, out);
    TRY(digest_of(c, c->args[0]->text, below, &d));
    uint64_t whole = UINT64_MAX - UINT64_MAX % below;
    for (int again = 0; number_of(&d) >= whole && again < 64; again++)
        TRY(hash_of(HASH_SHA256, digest_view(&d), &d));
    return value_int(c->arena, (int64_t)(number_of(&d) % below), out);
}

static struct err put_uuid(struct call *c, const uint8_t *id, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    static const size_t parts[] = {4, 2, 2, 2, 6};
    buf_init(&b, UUID_TEXT_LEN);
    for (size_t i = 0, at = 0; i < 5; at += parts[i++]) {
        buf_text(&b, i > 0 ? "-" : "");
        hex_encode(bytes_of(id + at, parts[i]), &b);
    }
    return builtin_string(c, &b, out);
}

static struct err bi_uuid_new(struct call *c, const struct json **out)
{
    struct digest d;
    TRY(builtin_need_strings(c, 1));
    TRY(digest_of(c, c->args[0]->text, 0, &d));
    d.p[6] = (uint8_t)((d.p[6] & 0x0f) | 0x40);
    d.p[8] = (uint8_t)((d.p[8] & 0x3f) | 0x80);
    return put_uuid(c, d.p, out);
}

/* The sixteen bytes of a text with hyphens, in braces, behind "urn:uuid:", or bare. */
static bool read_uuid(struct bytes text, uint8_t out[UUID_BYTES])
{
    uint8_t digits[2 * UUID_BYTES];
    size_t n = 0;
    size_t prefix = sizeof(UUID_URN) - 1;
    if (text.n == UUID_TEXT_LEN + prefix && strncasecmp((const char *)text.p, UUID_URN, prefix) == 0)
        text = bytes_of(text.p + prefix, UUID_TEXT_LEN);
    if (text.n == UUID_TEXT_LEN + 2 && text.p[0] == '{' && text.p[text.n - 1] == '}')
        text = bytes_of(text.p + 1, UUID_TEXT_LEN);
    if (text.n != UUID_TEXT_LEN && text.n != sizeof(digits))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        bool hyphen = text.n == UUID_TEXT_LEN && (i == 8 || i == 13 || i == 18 || i == 23);
        if (hyphen != (text.p[i] == '-'))
            return false;
        if (!hyphen)
            digits[n++] = text.p[i];
    }
    return !failed(hex_decode_fixed(bytes_of(digits, n), out, UUID_BYTES));
}

static const char *variant_of(const uint8_t *id)
{
    if ((id[8] & 0xc0) == 0x80)
        return "RFC4122";
    if ((id[8] & 0xe0) == 0xc0)
        return "Microsoft";
    return (id[8] & 0xe0) == 0xe0 ? "Future" : "Reserved";
}

static int64_t time_of(const uint8_t *id)
{
    uint64_t low = (uint64_t)id[0] << 24 | (uint64_t)id[1] << 16 | (uint64_t)id[2] << 8 | id[3];
    uint64_t middle = (uint64_t)id[4] << 8 | id[5];
    uint64_t high = (uint64_t)(id[6] & 0x0f) << 8 | id[7];
    uint64_t ticks = (high << 48 | middle << 32 | low) - UUID_EPOCH;
    return (int64_t)(ticks * NS_PER_TICK);
}

/* What versions 1 and 2 tell: when and on which machine. */
static void add_origin(struct json_object *o, const uint8_t *id)
{
    char node[3 * 6 + 1];
    const uint8_t *m = id + 10;
    const char *place = (m[0] & 2) != 0 ? "local" : "global";
    char kind[24];
    (void)snprintf(node, sizeof(node), "%02x-%02x-%02x-%02x-%02x-%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
    (void)snprintf(kind, sizeof(kind), "%s:%s", place, (m[0] & 1) != 0 ? "multicast" : "unicast");
    json_object_int(o, "time", time_of(id));
    json_object_text(o, "nodeid", node);
    json_object_text(o, "macvariables", kind);
    json_object_int(o, "clocksequence", (id[8] & 0x3f) << 8 | id[9]);
}

static void add_owner(struct json_object *o, const uint8_t *id)
{
    static const char *const domains[] = {"Person", "Group", "Org"};
    char other[16];
    (void)snprintf(other, sizeof(other), "Domain%u", id[9]);
    json_object_text(o, "domain", id[9] < 3 ? domains[id[9]] : other);
    json_object_int(o, "id", (int64_t)id[0] << 24 | (int64_t)id[1] << 16 | (int64_t)id[2] << 8 | id[3]);
}

static struct err bi_uuid_parse(struct call *c, const struct json **out)
{
    uint8_t id[UUID_BYTES];
    struct json_object o;
    TRY(builtin_need_strings(c, 1));
    *out = NULL;
    if (!read_uuid(c->args[0]->text, id))
        return OK;
    json_object_init(&o, c->arena);
    int version = id[6] >> 4;
    json_object_int(&o, "version", version);
    json_object_text(&o, "variant", variant_of(id));
    if (version == 1 || version == 2)
        add_origin(&o, id);
    if (version == 2)
        add_owner(&o, id);
    return json_object_end(&o, out);
}

const struct builtin builtins_random[] = {
    {"rand.intn", 2, false, bi_intn},
    {"uuid.rfc4122", 1, false, bi_uuid_new},
    {"uuid.parse", 1, false, bi_uuid_parse},
};
BUILTIN_ROWS(random)
