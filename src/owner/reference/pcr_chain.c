#include "owner/reference/pcr_chain.h"

#define PCR_SIZE   32
#define ALG_SHA256 0x000b

/* TCG_PCR_EVENT around TCG_EfiSpecIdEvent: version 2.0, UINTN of 64 bits, one algorithm, no vendor data. */
void pcr_log_begin(struct buf *log)
{
    static const uint8_t version[] = {0, 2, 0, 2};
    buf_u32le(log, 0);
    buf_u32le(log, EV_NO_ACTION);
    buf_fill(log, 0, 20);
    buf_u32le(log, 33);
    buf_add(log, BYTES_LIT("Spec ID Event03\0"));
    buf_u32le(log, 0);
    buf_add(log, BYTES_OF(version));
    buf_u32le(log, 1);
    buf_u16le(log, ALG_SHA256);
    buf_u16le(log, PCR_SIZE);
    buf_u8(log, 0);
}

static void add_event(struct buf *log, unsigned index, uint32_t type, const struct digest *digest, struct bytes data)
{
    buf_u32le(log, index);
    buf_u32le(log, type);
    buf_u32le(log, 1);
    buf_u16le(log, ALG_SHA256);
    buf_add(log, digest_view(digest));
    buf_u32le(log, (uint32_t)data.n);
    buf_add(log, data);
}

void pcr_begin(struct pcr_chain *c, unsigned index, struct buf *log)
{
    *c = (struct pcr_chain){.index = index, .value = {.n = PCR_SIZE}, .log = log, .bad = OK};
}

void pcr_digest(struct pcr_chain *c, uint32_t type, const struct digest *digest, struct bytes data)
{
    if (failed(c->bad))
        return;
    c->bad = hash_extend(HASH_SHA256, &c->value, digest_view(digest));
    if (c->log != NULL)
        add_event(c->log, c->index, type, digest, data);
}

void pcr_data(struct pcr_chain *c, uint32_t type, struct bytes data)
{
    struct digest d;
    if (failed(c->bad))
        return;
    c->bad = hash_of(HASH_SHA256, data, &d);
    pcr_digest(c, type, &d, data);
}

void pcr_separator(struct pcr_chain *c)
{
    static const uint8_t zeros[4];
    pcr_data(c, EV_SEPARATOR, BYTES_OF(zeros));
}

struct err pcr_end(const struct pcr_chain *c, struct digest *out)
{
    TRY(c->bad);
    *out = c->value;
    return OK;
}
