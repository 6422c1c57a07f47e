/*
 * Formats of strings in JSON Schema. Most are patterns; what a pattern cannot say is checked beside it.
 */
#include "rego/builtins/ip.h"
#include "rego/builtins/match.h"
#include "rego/builtins/schema.h"
#include "rego/civil.h"

#define DATE  "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
#define TIME  "([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
#define LABEL "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

static const struct format {
    const char *name;
    const char *pattern; /* NULL: checked in code */
    bool has_date;       /* the text begins with one, whose day must exist in its month */
} FORMATS[] = {
    {"date", "^" DATE "$", true},
    {"date-time", "^" DATE "[Tt]" TIME "$", true},
    {"time", "^" TIME "$", false},
    {"email", "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@" LABEL "(\\." LABEL ")*$", false},
    {"hostname", "^" LABEL "(\\." LABEL ")*\\.?$", false},
    {"ipv4", NULL, false},
    {"ipv6", NULL, false},
    {"json-pointer", "^(/([^~/]|~[01])*)*$", false},
    {"relative-json-pointer", "^(0|[1-9][0-9]*)(#|(/([^~/]|~[01])*)*)$", false},
    {"regex", NULL, false},
    {"uri", "^[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#@!$&'()*+,;=\\[\\]-]|%[0-9A-Fa-f]{2})+$", false},
    {"uri-reference", "^([A-Za-z0-9._~:/?#@!$&'()*+,;=\\[\\]-]|%[0-9A-Fa-f]{2})*$", false},
    {"uuid", "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$", false},
};

static const struct format *find(struct bytes name)
{
    for (size_t i = 0; i < sizeof(FORMATS) / sizeof(FORMATS[0]); i++)
        if (bytes_is(name, FORMATS[i].name))
            return &FORMATS[i];
    return NULL;
}

bool schema_knows_format(struct bytes name)
{
    return find(name) != NULL;
}

static int digits(const uint8_t *p, size_t n)
{
    int v = 0;
    for (size_t i = 0; i < n; i++)
        v = v * 10 + p[i] - '0';
    return v;
}

struct err schema_is_format(struct call *c, struct bytes name, struct bytes text, bool *out)
{
    const struct format *f = find(name);
    struct matcher m;
    struct ip_range address;
    *out = false;
    if (f == NULL)
        return builtin_error(c, "the format %.*s is not checked here", NOTE_TEXT(name));
    if (bytes_is(name, "regex"))
        return match_is_pattern(c, text, out);
    if (f->pattern == NULL) {
        bool is_long = memchr(text.p, ':', text.n) != NULL;
        *out = ip_parse(text, &address) && is_long == bytes_is(name, "ipv6");
        return OK;
    }
    TRY(match_begin(c, bytes_of_text(f->pattern), text, &m));
    TRY(match_any(&m, out));
    if (*out && f->has_date)
        *out = digits(text.p + 8, 2) <= civil_days_in(digits(text.p, 4), digits(text.p + 5, 2));
    return OK;
}
