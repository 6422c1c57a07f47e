#include "owner/reference/pcr_chain.h"

#define PCR_SIZE 32

void pcr_begin(struct pcr_chain *c)
{
    *c = (struct pcr_chain){.value = {.n = PCR_SIZE}, .bad = OK};
}

void pcr_digest(struct pcr_chain *c, const struct digest *digest)
{
    if (!failed(c->bad))
        c->bad = hash_extend(HASH_SHA256, &c->value, digest_view(digest));
}

void pcr_data(struct pcr_chain *c, struct bytes data)
{
    struct digest d;
    if (failed(c->bad))
        return;
    c->bad = hash_of(HASH_SHA256, data, &d);
    pcr_digest(c, &d);
}

void pcr_separator(struct pcr_chain *c)
{
    static const uint8_t zeros[4];
    pcr_data(c, BYTES_OF(zeros));
}

struct err pcr_end(const struct pcr_chain *c, struct digest *out)
{
    TRY(c->bad);
    *out = c->value;
    return OK;
}
