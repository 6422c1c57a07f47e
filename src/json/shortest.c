#include "json/shortest.h"

#include <stdio.h>
#include <stdlib.h>

static double value_of(const struct shortest *s)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "0.%se%d", s->digits, s->point);
    return strtod(text, NULL);
}

/* The double rounded to so many digits. */
static void round_to(double v, int count, struct shortest *out)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%.*e", count - 1, v);
    out->count = 0;
    const char *p = text;
    for (; *p != 'e'; p++)
        if (*p != '.')
            out->digits[out->count++] = *p;
    out->digits[out->count] = 0;
    out->point = (int)strtol(p + 1, NULL, 10) + 1;
}

/* Adds one to the last digit. */
static void step_up(struct shortest *s)
{
    int i = s->count - 1;
    while (i >= 0 && s->digits[i] == '9')
        s->digits[i--] = '0';
    if (i >= 0) {
        s->digits[i]++;
        return;
    }
    s->digits[0] = '1';
    s->point++;
}

/*
 * The fewest digits that read back as the same double. Beside a power of two the doubles below lie closer than those
 * above, so the nearest decimal (below) may fail where the next one above holds: hence the second try.
 */
struct shortest shortest_of(double v)
{
    struct shortest s = {0};
    for (int count = 1; count <= DOUBLE_DIGITS; count++) {
        round_to(v, count, &s);
        if (value_of(&s) == v)
            break;
        struct shortest above = s;
        step_up(&above);
        if (value_of(&above) == v) {
            s = above;
            break;
        }
    }
    while (s.count > 1 && s.digits[s.count - 1] == '0')
        s.digits[--s.count] = 0;
    return s;
}
