/*
 * Upstream's guests do not send the report but a JSON rendering of a structure. The signature is over the raw bytes, so
 * they are built again here, and everything after this reads the raw report only.
 */
#include "rats/snp_report.h"

/* A number of the rendering: exact, and within its width. u64 fields pass what int64 holds, so they are read as text.
 */
static struct err need_number(const struct json *o, const char *key, uint64_t max, uint64_t *out)
{
    const struct json *v = json_at(o, key);
    if (!json_is(v, JSON_NUMBER) || v->text.n == 0)
        return FAIL(ERR_FORMAT, "a member is missing or no number");
    uint64_t n = 0;
    for (size_t i = 0; i < v->text.n; i++) {
        uint8_t c = v->text.p[i];
        if (c < '0' || c > '9')
            return FAIL(ERR_FORMAT, "a member is no whole number");
        if (n > (UINT64_MAX - (uint64_t)(c - '0')) / 10)
            return FAIL(ERR_FORMAT, "a number is too large");
        n = n * 10 + (uint64_t)(c - '0');
    }
    if (n > max)
        return FAIL(ERR_FORMAT, "a number is wider than its field");
    *out = n;
    return OK;
}

/* The same for a member that may be null or absent: then zero. */
static struct err may_number(const struct json *o, const char *key, uint64_t max, uint64_t *out)
{
    const struct json *v = json_at(o, key);
    *out = 0;
    return v == NULL || v->type == JSON_NULL ? OK : need_number(o, key, max, out);
}

static struct err put_u8(const struct json *o, const char *key, struct buf *out)
{
    uint64_t n = 0;
    TRY(need_number(o, key, UINT8_MAX, &n));
    buf_u8(out, (uint8_t)n);
    return OK;
}

static struct err put_u32(const struct json *o, const char *key, struct buf *out)
{
    uint64_t n = 0;
    TRY(need_number(o, key, UINT32_MAX, &n));
    buf_u32le(out, (uint32_t)n);
    return OK;
}

static struct err put_u64(const struct json *o, const char *key, struct buf *out)
{
    uint64_t n = 0;
    TRY(need_number(o, key, UINT64_MAX, &n));
    buf_u64le(out, n);
    return OK;
}

/* A list of exactly `size` bytes. */
static struct err put_array(const struct json *o, const char *key, size_t size, struct buf *out)
{
    const struct json *list = NULL;
    TRY(json_need_array(o, key, &list));
    if (list->count != size)
        return FAIL(ERR_FORMAT, "a list of a wrong length");
    for (size_t i = 0; i < size; i++) {
        const struct json *v = list->items[i];
        if (!json_is(v, JSON_NUMBER) || !v->is_int || v->as_int < 0 || v->as_int > UINT8_MAX)
            return FAIL(ERR_FORMAT, "an item is no byte");
        buf_u8(out, (uint8_t)v->as_int);
    }
    return OK;
}

/* With an "fmc" the layout is Turin's, without one the older. */
static struct err put_tcb(const struct json *report, const char *key, struct buf *out)
{
    const struct json *tcb = NULL;
    TRY(json_need_object(report, key, &tcb));
    const struct json *fmc = json_at(tcb, "fmc");
    bool turin = fmc != NULL && fmc->type != JSON_NULL;
    if (turin)
        TRY(put_u8(tcb, "fmc", out));
    TRY(put_u8(tcb, "bootloader", out));
    TRY(put_u8(tcb, "tee", out));
    if (turin)
        TRY(put_u8(tcb, "snp", out));
    buf_fill(out, 0, turin ? 3 : 4);
    if (!turin)
        TRY(put_u8(tcb, "snp", out));
    return put_u8(tcb, "microcode", out);
}

static struct err put_firmware(const struct json *report, const char *key, struct buf *out)
{
    const struct json *version = NULL;
    TRY(json_need_object(report, key, &version));
    TRY(put_u8(version, "build", out));
    TRY(put_u8(version, "minor", out));
    TRY(put_u8(version, "major", out));
    buf_u8(out, 0);
    return OK;
}

static struct err put_identity(const struct json *o, struct buf *out)
{
    TRY(put_u32(o, "version", out));
    TRY(put_u32(o, "guest_svn", out));
    TRY(put_u64(o, "policy", out));
    TRY(put_array(o, "family_id", 16, out));
    TRY(put_array(o, "image_id", 16, out));
    TRY(put_u32(o, "vmpl", out));
    TRY(put_u32(o, "sig_algo", out));
    TRY(put_tcb(o, "current_tcb", out));
    TRY(put_u64(o, "plat_info", out));
    TRY(put_u32(o, "key_info", out));
    buf_u32le(out, 0);
    TRY(put_array(o, "report_data", 64, out));
    TRY(put_array(o, "measurement", 48, out));
    TRY(put_array(o, "host_data", 32, out));
    TRY(put_array(o, "id_key_digest", 48, out));
    TRY(put_array(o, "author_key_digest", 48, out));
    TRY(put_array(o, "report_id", 32, out));
    return put_array(o, "report_id_ma", 32, out);
}

static struct err put_platform(const struct json *o, struct buf *out)
{
    static const char *const cpuid[] = {"cpuid_fam_id", "cpuid_mod_id", "cpuid_step"};
    uint64_t n = 0;
    TRY(put_tcb(o, "reported_tcb", out));
    for (int i = 0; i < 3; i++) {
        TRY(may_number(o, cpuid[i], UINT8_MAX, &n));
        buf_u8(out, (uint8_t)n);
    }
    buf_fill(out, 0, 21);
    TRY(put_array(o, "chip_id", 64, out));
    TRY(put_tcb(o, "committed_tcb", out));
    TRY(put_firmware(o, "current", out));
    TRY(put_firmware(o, "committed", out));
    TRY(put_tcb(o, "launch_tcb", out));
    TRY(may_number(o, "launch_mit_vector", UINT64_MAX, &n));
    buf_u64le(out, n);
    TRY(may_number(o, "current_mit_vector", UINT64_MAX, &n));
    buf_u64le(out, n);
    buf_fill(out, 0, 152);
    return OK;
}

static struct err put_report(const struct json *o, struct buf *out)
{
    const struct json *signature = NULL;
    TRY(json_need_object(o, "signature", &signature));
    TRY(put_identity(o, out));
    TRY(put_platform(o, out));
    TRY(put_array(signature, "r", 72, out));
    TRY(put_array(signature, "s", 72, out));
    buf_fill(out, 0, 368);
    struct bytes view;
    return buf_end(out, &view);
}

struct err snp_report_from_json(const struct json *report, struct buf *out)
{
    if (!json_is(report, JSON_OBJECT))
        return REFUSE(ERR_FORMAT, REASON_SNP_FORMAT, "the report is no object");
    TRY_AS(REASON_SNP_FORMAT, put_report(report, out));
    return OK;
}
