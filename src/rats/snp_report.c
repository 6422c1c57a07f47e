#include "rats/snp_report.h"

#include "base/rd.h"

#define VERSION_MIN   2
#define VERSION_CPUID 3
#define VERSION_MIT   5
#define VERSION_MAX   5
#define NUMBER_FIELD  72
#define NUMBER_BYTES  48

/* r or s: little-endian in 72 bytes, of which 48 are used. */
static struct err read_number(struct rd *r, uint8_t *big_endian)
{
    struct bytes le;
    TRY(rd_take(r, NUMBER_BYTES, &le));
    TRY(rd_zero(r, NUMBER_FIELD - NUMBER_BYTES));
    for (size_t i = 0; i < NUMBER_BYTES; i++)
        big_endian[i] = le.p[NUMBER_BYTES - 1 - i];
    return OK;
}

static struct err read_identity(struct rd *r, struct snp_report *s)
{
    TRY(rd_u32le(r, &s->guest_svn));
    TRY(rd_u64le(r, &s->policy));
    TRY(rd_take(r, 16, &s->family_id));
    TRY(rd_take(r, 16, &s->image_id));
    TRY(rd_u32le(r, &s->vmpl));
    TRY(rd_u32le(r, &s->signature_algo));
    TRY(rd_u64le(r, &s->raw_current_tcb));
    TRY(rd_u64le(r, &s->platform_info));
    TRY(rd_u32le(r, &s->key_info));
    TRY(rd_zero(r, 4));
    TRY(rd_take(r, 64, &s->report_data));
    TRY(rd_take(r, 48, &s->measurement));
    TRY(rd_take(r, 32, &s->host_data));
    TRY(rd_take(r, 48, &s->id_key_digest));
    TRY(rd_take(r, 48, &s->author_key_digest));
    TRY(rd_take(r, 32, &s->report_id));
    return rd_take(r, 32, &s->report_id_ma);
}

static struct err read_cpuid(struct rd *r, struct snp_report *s)
{
    if (s->version < VERSION_CPUID)
        return rd_zero(r, 24);
    TRY(rd_u8(r, &s->cpuid_family));
    TRY(rd_u8(r, &s->cpuid_model));
    TRY(rd_u8(r, &s->cpuid_step));
    return rd_zero(r, 21);
}

/* Firmware versions: build, minor, major; nothing of ours rests on them. */
static struct err skip_firmware(struct rd *r)
{
    struct bytes version;
    TRY(rd_take(r, 3, &version));
    return rd_zero(r, 1);
}

static struct err read_platform(struct rd *r, struct snp_report *s)
{
    TRY(rd_u64le(r, &s->raw_reported_tcb));
    TRY(read_cpuid(r, s));
    TRY(rd_take(r, 64, &s->chip_id));
    TRY(rd_u64le(r, &s->raw_committed_tcb));
    TRY(skip_firmware(r));
    TRY(skip_firmware(r));
    TRY(rd_u64le(r, &s->raw_launch_tcb));
    if (s->version < VERSION_MIT)
        return rd_zero(r, 16 + 152);
    TRY(rd_u64le(r, &s->launch_mit_vector));
    TRY(rd_u64le(r, &s->current_mit_vector));
    return rd_zero(r, 152);
}

static struct err read_report(struct rd *r, struct snp_report *s)
{
    TRY(read_identity(r, s));
    TRY(read_platform(r, s));
    TRY(read_number(r, s->signature));
    TRY(read_number(r, s->signature + NUMBER_BYTES));
    TRY(rd_zero(r, 368));
    TRY(rd_end(r));
    if ((s->key_info >> 5) != 0)
        return FAIL(ERR_FORMAT, "reserved bits of the key information are set");
    return OK;
}

struct err snp_report_decode(struct bytes in, struct snp_report *out)
{
    struct snp_report s = {0};
    struct rd r = rd_of(in);
    if (in.n != SNP_REPORT_SIZE)
        return REFUSE(ERR_FORMAT, REASON_SNP_FORMAT, "a report of a wrong size");
    TRY_AS(REASON_SNP_FORMAT, rd_u32le(&r, &s.version));
    if (s.version < VERSION_MIN || s.version > VERSION_MAX)
        return REFUSE(ERR_UNSUPPORTED, REASON_SNP_VERSION, "a report version outside 2..5");
    s.signed_part = bytes_of(in.p, SNP_SIGNED_SIZE);
    TRY_AS(REASON_SNP_FORMAT, read_report(&r, &s));
    *out = s;
    return OK;
}

enum snp_product snp_report_product(const struct snp_report *r)
{
    if (r->cpuid_family == 0x19 && r->cpuid_model <= 0x0f)
        return SNP_MILAN;
    if (r->cpuid_family == 0x19 && ((r->cpuid_model & 0xf0) == 0x10 || (r->cpuid_model & 0xf0) == 0xa0))
        return SNP_GENOA;
    if (r->cpuid_family == 0x1a && r->cpuid_model <= 0x11)
        return SNP_TURIN;
    return SNP_NONE;
}

static const char *const names[] = {
    [SNP_NONE] = "", [SNP_MILAN] = "Milan", [SNP_GENOA] = "Genoa", [SNP_TURIN] = "Turin"};

const char *snp_product_name(enum snp_product product)
{
    return names[product];
}

enum snp_product snp_product_named(struct bytes name)
{
    for (enum snp_product p = SNP_MILAN; p <= SNP_TURIN; p++) {
        struct bytes want = bytes_of_text(names[p]);
        if (bytes_starts(name, want) && (name.n == want.n || name.p[want.n] == '-'))
            return p;
    }
    return SNP_NONE;
}

struct snp_tcb snp_tcb_split(enum snp_product product, uint64_t raw, bool *reserved_ok)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)(raw >> (8 * i));
    if (product == SNP_TURIN) {
        *reserved_ok = (b[4] | b[5] | b[6]) == 0;
        return (struct snp_tcb){.fmc = b[0], .bootloader = b[1], .tee = b[2], .snp = b[3], .microcode = b[7]};
    }
    *reserved_ok = (b[2] | b[3] | b[4] | b[5]) == 0;
    return (struct snp_tcb){.bootloader = b[0], .tee = b[1], .snp = b[6], .microcode = b[7]};
}
