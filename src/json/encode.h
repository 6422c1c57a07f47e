/*
 * Inside json/: the one writer of JSON text, with what differs between its styles.
 */
#pragma once

#include "json/json.h"

struct encoder {
    struct buf *out;
    bool pretty;
    struct arena scratch;
    struct err (*number)(const struct json *v, struct buf *out); /* NULL: the exact text */
    struct err (*order)(struct arena *scratch, const struct json *object,
                        const struct json_member **out); /* NULL: as they stand */
};

/*
 * encode_value - append the text of a value.
 *
 * out      appended to e->out
 * errors   sticky in e->out; else those of the two hooks
 * source: RFC 8259
 */
MUST_CHECK struct err encode_value(struct encoder *e, const struct json *v, size_t depth);
