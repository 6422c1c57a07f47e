/*
 * Inside rego/: one verb of sprintf with its flags, applied to one argument. The forms are those of the fmt package
 * of Go, which policies are written against.
 */
#pragma once

#include "json/json.h"

struct verb {
    uint32_t letter;
    bool minus, plus, space, sharp, zero;
    bool has_width, has_precision;
    size_t width;
    size_t precision;
};

enum verb_kind { VERB_INT, VERB_BIG, VERB_FLOAT, VERB_TEXT };

struct verb_arg {
    enum verb_kind kind;
    int64_t integer;     /* INT */
    struct bytes number; /* BIG: its decimal text */
    double real;         /* FLOAT */
    struct bytes text;   /* TEXT */
};

/*
 * verb_put - append an argument in the form of a verb; a verb that does not fit gives "%!d(string=x)".
 * verb_type - the name of an argument's type in such messages.
 *
 * in       a: for digits in another base
 * out      appended to *out, sticky
 * errors   NOMEM, LIMIT
 */
MUST_CHECK struct err verb_put(struct arena *a, const struct verb *v, const struct verb_arg *arg, struct buf *out);
const char *verb_type(const struct verb_arg *arg);

/* The parts: pad a text to the width; one kind each. *fits says whether the verb has a form for that kind. */
void verb_pad(const struct verb *v, struct bytes text, struct buf *out);
void verb_put_character(const struct verb *v, int64_t character, struct buf *out);
void verb_put_text(const struct verb *v, struct bytes text, bool *fits, struct buf *out);
void verb_put_float(const struct verb *v, double x, bool *fits, struct buf *out);
void verb_put_int(const struct verb *v, int64_t x, bool *fits, struct buf *out);
MUST_CHECK struct err verb_put_big(struct arena *a, const struct verb *v, struct bytes x, bool *fits, struct buf *out);
