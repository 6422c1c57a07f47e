/*
 * Bytes written as hexadecimal text, for the tables of known answers.
 */
#pragma once

#include <string.h>

#include "check.h"

#define SAMPLE_MAX 4096

/* Spaces are skipped. The result lives until eight more are made. */
static inline struct bytes hex(const char *text)
{
    static uint8_t kept[8][SAMPLE_MAX];
    static unsigned next;
    static const char digits[] = "0123456789abcdef";
    uint8_t *out = kept[next++ % 8];
    size_t half = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ')
            continue;
        const char *at = strchr(digits, *text);
        assert_non_null(at);
        assert_true(half / 2 < SAMPLE_MAX);
        uint8_t v = (uint8_t)(at - digits);
        out[half / 2] = half % 2 == 0 ? (uint8_t)(v << 4) : (uint8_t)(out[half / 2] | v);
        half++;
    }
    assert_int_equal(half % 2, 0);
    return bytes_of(out, half / 2);
}

/* A copy that may be changed; it lives until eight more are made, as hex does. */
static inline uint8_t *changeable(struct bytes in)
{
    static uint8_t kept[8][SAMPLE_MAX];
    static unsigned next;
    uint8_t *out = kept[next++ % 8];
    assert_true(in.n <= SAMPLE_MAX);
    memcpy(out, in.p, in.n);
    return out;
}
