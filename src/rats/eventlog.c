#include "rats/eventlog.h"

#include "base/limits.h"
#include "base/rd.h"
#include "rats/tpm_alg.h"

#define ALGORITHMS_MAX   8
#define END_MARK         8 /* bytes */
#define LOCALITY         "StartupLocality\0"
#define LOCALITY_HIGHEST 4

struct algorithm {
    uint16_t id;
    uint16_t size;
};

/* What the header says: which digests each event may carry, and how long they are. */
struct header {
    struct algorithm algorithms[ALGORITHMS_MAX];
    size_t count;
};

static struct err read_algorithm(struct rd *r, struct header *h)
{
    struct algorithm alg = {0};
    TRY(rd_u16le(r, &alg.id));
    TRY(rd_u16le(r, &alg.size));
    size_t real = hash_size(tpm_alg_hash(alg.id));
    if (alg.size == 0 || alg.size > HASH_SIZE_MAX || (real != 0 && real != alg.size))
        return FAIL(ERR_FORMAT, "a digest size that is not the algorithm's");
    for (size_t i = 0; i < h->count; i++)
        if (h->algorithms[i].id == alg.id)
            return FAIL(ERR_FORMAT, "an algorithm named twice");
    h->algorithms[h->count++] = alg;
    return OK;
}

static struct err read_spec_id(struct rd *r, struct header *h)
{
    struct bytes field;
    uint32_t count = 0;
    uint8_t vendor = 0;
    TRY(rd_take(r, 16, &field));
    if (!bytes_equal(field, BYTES_LIT("Spec ID Event03\0")))
        return FAIL(ERR_FORMAT, "not a crypto-agile log");
    TRY(rd_take(r, 8, &field)); /* platform class, version, errata, uintn size */
    TRY(rd_u32le(r, &count));
    if (count == 0 || count > ALGORITHMS_MAX)
        return FAIL(ERR_FORMAT, "no algorithms, or too many");
    for (uint32_t i = 0; i < count; i++)
        TRY(read_algorithm(r, h));
    TRY(rd_u8(r, &vendor));
    TRY(rd_take(r, vendor, &field));
    return rd_end(r);
}

/* The first record, still in the old form: TCG_PCR_EVENT around TCG_EfiSpecIdEvent. */
static struct err read_header(struct rd *r, struct header *h)
{
    uint32_t index = 0;
    uint32_t type = 0;
    uint32_t size = 0;
    struct rd event;
    TRY(rd_u32le(r, &index));
    TRY(rd_u32le(r, &type));
    TRY(rd_zero(r, 20));
    TRY(rd_u32le(r, &size));
    /* Logs of confidential guests count from 1 here; nothing is extended by it. */
    if (index > 1 || type != EV_NO_ACTION)
        return FAIL(ERR_FORMAT, "the log does not begin with its header");
    TRY(rd_sub(r, size, &event));
    return read_spec_id(&event, h);
}

static struct err digest_size(const struct header *h, uint16_t id, size_t *out)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->algorithms[i].id == id) {
            *out = h->algorithms[i].size;
            return OK;
        }
    return FAIL(ERR_FORMAT, "a digest of an algorithm that the header does not name");
}

static struct err read_digests(struct rd *r, const struct header *h, enum hash_alg bank, struct bytes *out)
{
    uint32_t count = 0;
    TRY(rd_u32le(r, &count));
    if (count > h->count)
        return FAIL(ERR_FORMAT, "more digests than algorithms");
    struct bytes found = BYTES_EMPTY;
    for (uint32_t i = 0; i < count; i++) {
        uint16_t id = 0;
        size_t size = 0;
        struct bytes digest;
        TRY(rd_u16le(r, &id));
        TRY(digest_size(h, id, &size));
        TRY(rd_take(r, size, &digest));
        if (tpm_alg_hash(id) != bank)
            continue;
        if (found.n != 0)
            return FAIL(ERR_FORMAT, "two digests of one algorithm");
        found = digest;
    }
    *out = found;
    return OK;
}

static struct err read_event(struct rd *r, const struct header *h, enum hash_alg bank, struct eventlog_event *e)
{
    uint32_t size = 0;
    TRY(rd_u32le(r, &e->index));
    TRY(rd_u32le(r, &e->type));
    TRY(read_digests(r, h, bank, &e->digest));
    TRY(rd_u32le(r, &size));
    TRY(rd_take(r, size, &e->data));
    if (e->type == EV_NO_ACTION) {
        e->digest = BYTES_EMPTY;
        return OK;
    }
    if (e->index >= EVENTLOG_REGISTERS)
        return FAIL(ERR_FORMAT, "a register that no TPM has");
    if (e->digest.n == 0)
        return FAIL(ERR_FORMAT, "an event without a digest of this bank");
    return OK;
}

/* The log ends with the input, or where the rest is filled with one byte. */
static struct err is_end(const struct rd *r, bool *out)
{
    struct rd ahead = *r;
    struct bytes mark;
    *out = rd_left(r) == 0;
    if (*out || failed(rd_take(&ahead, END_MARK, &mark)))
        return OK;
    bool zeros = bytes_all(mark, 0);
    if (!zeros && !bytes_all(mark, 0xff))
        return OK;
    if (!bytes_all(rd_rest(&ahead), zeros ? 0 : 0xff))
        return FAIL(ERR_FORMAT, "bytes behind the end of the log");
    *out = true;
    return OK;
}

/* One pass over the events; with `events` NULL it only counts. */
static struct err read_events(struct rd r, const struct header *h, enum hash_alg bank, struct eventlog_event *events,
                              size_t *count)
{
    size_t n = 0;
    bool end = false;
    for (;;) {
        TRY(is_end(&r, &end));
        if (end)
            break;
        if (n == EVENTLOG_EVENTS_MAX)
            return FAIL(ERR_LIMIT, "too many events");
        struct eventlog_event e = {.digest = BYTES_EMPTY, .data = BYTES_EMPTY};
        TRY(read_event(&r, h, bank, &e));
        if (events != NULL)
            events[n] = e;
        n++;
    }
    *count = n;
    return OK;
}

/* The record that says from which locality the firmware started: it makes register 0 start from another value. */
static struct err read_locality(struct eventlog *log)
{
    struct bytes mark = BYTES_LIT(LOCALITY);
    bool seen = false;
    for (size_t i = 0; i < log->count; i++) {
        struct bytes data = log->events[i].data;
        if (log->events[i].type != EV_NO_ACTION || data.n != mark.n + 1 || !bytes_starts(data, mark))
            continue;
        if (seen || data.p[mark.n] > LOCALITY_HIGHEST)
            return FAIL(ERR_FORMAT, "a second startup locality, or one that does not exist");
        log->startup_locality = data.p[mark.n];
        seen = true;
    }
    return OK;
}

static struct err decode(struct arena *a, struct bytes in, struct eventlog *log)
{
    if (in.n > EVENTLOG_MAX)
        return FAIL(ERR_LIMIT, "the log is too long");
    struct rd r = rd_of(in);
    struct header h = {0};
    TRY(read_header(&r, &h));
    TRY(read_events(r, &h, log->bank, NULL, &log->count));
    TRY(arena_array(a, log->count + 1, &log->events));
    TRY(read_events(r, &h, log->bank, log->events, &log->count));
    return read_locality(log);
}

struct err eventlog_decode(struct arena *a, struct bytes log, enum hash_alg bank, struct eventlog *out)
{
    struct eventlog made = {.bank = bank};
    TRY_AS(REASON_TPM_EVENTLOG_FORMAT, decode(a, log, &made));
    *out = made;
    return OK;
}

struct err eventlog_replay(const struct eventlog *log, struct eventlog_registers *out)
{
    struct eventlog_registers regs = {0};
    size_t size = hash_size(log->bank);
    for (int i = 0; i < EVENTLOG_REGISTERS; i++)
        regs.value[i].n = size;
    regs.value[0].p[size - 1] = log->startup_locality;
    for (size_t i = 0; i < log->count; i++) {
        const struct eventlog_event *e = &log->events[i];
        if (e->type == EV_NO_ACTION)
            continue;
        TRY(hash_extend(log->bank, &regs.value[e->index], e->digest));
        regs.extended |= 1U << e->index;
    }
    *out = regs;
    return OK;
}

static bool covers_data(uint32_t type)
{
    return type == EV_SEPARATOR || type == EV_S_CRTM_VERSION || type == EV_EFI_ACTION || type == EV_EFI_GPT_EVENT ||
           type == EV_EFI_VARIABLE_DRIVER_CONFIG || type == EV_EFI_VARIABLE_AUTHORITY;
}

struct err eventlog_check_events(const struct eventlog *log)
{
    for (size_t i = 0; i < log->count; i++) {
        struct digest d;
        if (!covers_data(log->events[i].type))
            continue;
        TRY(hash_of(log->bank, log->events[i].data, &d));
        if (!bytes_equal_ct(digest_view(&d), log->events[i].digest))
            return REFUSE(ERR_UNVERIFIED, REASON_TPM_EVENTLOG_EVENT, "an event's data is not what was measured");
    }
    return OK;
}

/* Whether the event is the one that systemd's stub makes of a section's name: its digest is over the name and NUL. */
static struct err is_name_of(const struct eventlog *log, const struct eventlog_event *e, const char *name, bool *out)
{
    struct digest d;
    TRY(hash_of(log->bank, bytes_of(name, strlen(name) + 1), &d));
    *out = e->index == 11 && e->type == EV_IPL && bytes_equal(digest_view(&d), e->digest);
    return OK;
}

struct err eventlog_uki_part(const struct eventlog *log, const char *name, struct bytes *out)
{
    char section[16];
    (void)snprintf(section, sizeof(section), ".%s", name);
    *out = BYTES_EMPTY;
    bool named = false;
    for (size_t i = 0; i < log->count; i++) {
        const struct eventlog_event *e = &log->events[i];
        if (e->index != 11 || e->type != EV_IPL)
            continue;
        if (named) {
            *out = e->digest;
            return OK;
        }
        TRY(is_name_of(log, e, section, &named));
    }
    return OK;
}

struct bytes eventlog_tagged(const struct eventlog *log, uint32_t tag)
{
    for (size_t i = 0; i < log->count; i++) {
        const struct eventlog_event *e = &log->events[i];
        struct rd r = rd_of(e->data);
        uint32_t id = 0;
        if (e->index == 9 && e->type == EV_EVENT_TAG && !failed(rd_u32le(&r, &id)) && id == tag)
            return e->digest;
    }
    return BYTES_EMPTY;
}
