#include "rats/tee.h"

static const struct tee_row {
    const char *wire;
    const char *class;
    size_t report_data_size;
} rows[TEE_COUNT] = {
    [TEE_NONE] = {"", "", 0},
#define TEE(id_, wire_, class_, rd_size_) [TEE_##id_] = {wire_, class_, rd_size_},
#include "rats/tee.def"
#undef TEE
};

static const struct tee_row *row_of(enum tee tee)
{
    return &rows[(unsigned)tee < TEE_COUNT ? tee : TEE_NONE];
}

enum tee tee_named(struct bytes name)
{
    for (int i = TEE_NONE + 1; i < TEE_COUNT; i++)
        if (bytes_is(name, rows[i].wire))
            return (enum tee)i;
    return TEE_NONE;
}

const char *tee_wire(enum tee tee)
{
    return row_of(tee)->wire;
}

const char *tee_class(enum tee tee)
{
    return row_of(tee)->class;
}

size_t tee_report_data_size(enum tee tee)
{
    return row_of(tee)->report_data_size;
}
