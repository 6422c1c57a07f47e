#include "rats/initdata.h"

#include "base/limits.h"
#include "base/rd.h"
#include "codec/gzip.h"
#include "codec/toml.h"

#define DISK_MAGIC  "initdata"
#define DISK_SECTOR 512
#define POLICY_DATA "policy_data := {"

/* Where the policy's data begins, or policy.n if the text has no such line. */
static size_t policy_data_at(struct bytes policy)
{
    struct bytes mark = BYTES_LIT(POLICY_DATA);
    for (size_t i = 0; i + mark.n <= policy.n; i++)
        if (memcmp(policy.p + i, mark.p, mark.n) == 0)
            return i + mark.n - 1;
    return policy.n;
}

/* The data of an agent policy, if everything behind `policy_data := ` is one JSON value; *out stays NULL if not. */
static struct err policy_claims(struct arena *a, struct bytes policy, const struct json **out)
{
    size_t at = policy_data_at(policy);
    if (at == policy.n)
        return OK;
    struct err e = json_decode(a, bytes_of(policy.p + at, policy.n - at), NULL, NULL, out);
    return e.code == ERR_FORMAT || e.code == ERR_LIMIT ? OK : e;
}

/* The claim that one entry of [data] becomes: aa.toml and cdh.toml parsed where they parse, the rest as it stands. */
static struct err entry_claim(struct arena *a, const struct json_member *entry, struct json_member *out)
{
    *out = *entry;
    if (bytes_is(entry->key, "aa.toml") || bytes_is(entry->key, "cdh.toml")) {
        const struct json *parsed;
        struct err e = toml_decode(a, entry->value->text, NULL, &parsed);
        if (!failed(e))
            out->value = parsed;
        return e.code == ERR_NOMEM ? e : OK;
    }
    if (bytes_is(entry->key, "policy.rego")) {
        const struct json *claims = NULL;
        TRY(policy_claims(a, entry->value->text, &claims));
        if (claims != NULL)
            *out = (struct json_member){BYTES_LIT("agent_policy_claims"), claims};
    }
    return OK;
}

static struct err claims_of(struct arena *a, const struct json *data, const struct json **out)
{
    struct json_member *members;
    TRY(arena_array(a, data->count, &members));
    for (size_t i = 0; i < data->count; i++) {
        if (!json_is(data->members[i].value, JSON_STRING))
            return REFUSE(ERR_FORMAT, REASON_INITDATA_MALFORMED, "an entry of [data] is no string");
        TRY(entry_claim(a, &data->members[i], &members[i]));
    }
    /* A document that names an entry agent_policy_claims itself and also has a policy with data meets a duplicate. */
    TRY_AS(REASON_INITDATA_MALFORMED, json_new_object(a, members, data->count, out));
    return OK;
}

struct err initdata_decode(struct arena *a, struct bytes text, struct initdata *out)
{
    if (text.n > INITDATA_MAX)
        return REFUSE(ERR_LIMIT, REASON_INITDATA_MALFORMED, "initdata longer than its bound");
    struct initdata d = {.text = text};
    const struct json *tree;
    struct bytes version = BYTES_EMPTY;
    struct bytes algorithm = BYTES_EMPTY;
    TRY_AS(REASON_INITDATA_MALFORMED, toml_decode(a, text, NULL, &tree));
    TRY_AS(REASON_INITDATA_MALFORMED, json_need_string(tree, "version", &version));
    TRY_AS(REASON_INITDATA_MALFORMED, json_need_string(tree, "algorithm", &algorithm));
    TRY_AS(REASON_INITDATA_MALFORMED, json_need_object(tree, "data", &d.data));
    if (version.n == 0)
        return REFUSE(ERR_FORMAT, REASON_INITDATA_MALFORMED, "an empty version");
    d.algorithm = hash_named(algorithm);
    if (d.algorithm != HASH_SHA256 && d.algorithm != HASH_SHA384 && d.algorithm != HASH_SHA512)
        return REFUSE(ERR_UNSUPPORTED, REASON_INITDATA_ALGORITHM, "an algorithm other than sha256, sha384, sha512");
    TRY(hash_of(d.algorithm, text, &d.digest));
    TRY(claims_of(a, d.data, &d.claims));
    *out = d;
    return OK;
}

struct err initdata_disk_decode(struct bytes disk, struct buf *out)
{
    struct rd r = rd_of(disk);
    struct bytes magic;
    struct bytes packed;
    uint64_t n = 0;
    if (failed(rd_take(&r, sizeof(DISK_MAGIC) - 1, &magic)) || !bytes_is(magic, DISK_MAGIC))
        return FAIL(ERR_ABSENT, "no initdata disk");
    TRY_AS(REASON_INITDATA_MALFORMED, rd_u64le(&r, &n));
    if (n > rd_left(&r))
        return REFUSE(ERR_FORMAT, REASON_INITDATA_MALFORMED, "the disk is shorter than its initdata");
    TRY_AS(REASON_INITDATA_MALFORMED, rd_take(&r, (size_t)n, &packed));
    if (!bytes_all(rd_rest(&r), 0))
        return REFUSE(ERR_FORMAT, REASON_INITDATA_MALFORMED, "bytes behind the initdata");
    TRY_AS(REASON_INITDATA_MALFORMED, gzip_decode(packed, out));
    return OK;
}

struct err initdata_disk_encode(struct bytes text, struct buf *out)
{
    if (text.n > INITDATA_MAX)
        return FAIL(ERR_LIMIT, "initdata longer than its bound");
    SCOPED(buf) struct buf packed = {0};
    struct bytes view;
    buf_init(&packed, 2 * INITDATA_MAX);
    TRY(gzip_encode(text, &packed));
    TRY(buf_end(&packed, &view));
    size_t used = sizeof(DISK_MAGIC) - 1 + sizeof(uint64_t) + view.n;
    buf_text(out, DISK_MAGIC);
    buf_u64le(out, view.n);
    buf_add(out, view);
    buf_fill(out, 0, (DISK_SECTOR - used % DISK_SECTOR) % DISK_SECTOR);
    return buf_end(out, &view);
}

struct err initdata_pcr8(const struct digest *digest, struct digest *out)
{
    if (digest->n != hash_size(HASH_SHA256))
        return REFUSE(ERR_UNSUPPORTED, REASON_INITDATA_ALGORITHM, "only a digest of 32 bytes fits a PCR");
    struct digest pcr = {.n = hash_size(HASH_SHA256)};
    TRY(hash_extend(HASH_SHA256, &pcr, digest_view(digest)));
    *out = pcr;
    return OK;
}
