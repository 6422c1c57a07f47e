#include "host/options.h"

#include <assert.h>
#include <string.h>

static struct host_option *find_row(struct host_option *rows, const char *name, size_t n)
{
    for (; rows->name != NULL; rows++)
        if (strlen(rows->name) == n && memcmp(rows->name, name, n) == 0)
            return rows;
    return NULL;
}

static struct err take_option(struct host_option *rows, int argc, const char *const *argv, int *at)
{
    const char *name = argv[*at] + 2;
    size_t n = strcspn(name, "=");
    struct host_option *row = find_row(rows, name, n);
    if (row == NULL)
        return FAIL(ERR_FORMAT, "no such option");
    if (row->given != NULL)
        return FAIL(ERR_FORMAT, "an option is given twice");
    if (row->value == NULL && name[n] == '=')
        return FAIL(ERR_FORMAT, "this option takes no value");
    if (row->value == NULL) {
        row->given = "";
        return OK;
    }
    if (name[n] == '=') {
        row->given = name + n + 1;
        return OK;
    }
    if (*at + 1 >= argc)
        return FAIL(ERR_FORMAT, "this option needs a value");
    *at += 1;
    row->given = argv[*at];
    return OK;
}

struct err options_parse(struct host_option *rows, int argc, const char *const *argv, const char **operands,
                         size_t operand_max, size_t *operand_count, const char **what)
{
    *operand_count = 0;
    for (int at = 0; at < argc; at++) {
        *what = argv[at];
        if (strncmp(argv[at], "--", 2) == 0) {
            TRY(take_option(rows, argc, argv, &at));
            continue;
        }
        if (argv[at][0] == '-' || *operand_count == operand_max)
            return FAIL(ERR_FORMAT, "one argument too many");
        operands[(*operand_count)++] = argv[at];
    }
    return OK;
}

const char *options_find(const struct host_option *rows, const char *name, const char *otherwise)
{
    for (; rows->name != NULL; rows++)
        if (strcmp(rows->name, name) == 0)
            return rows->given != NULL ? rows->given : otherwise;
    assert(rows->name != NULL);
    return otherwise;
}

struct err options_number(const struct host_option *rows, const char *name, unsigned min, unsigned max,
                          unsigned otherwise, unsigned *out)
{
    const char *text = options_find(rows, name, NULL);
    unsigned v = 0;
    if (text == NULL) {
        *out = otherwise;
        return OK;
    }
    if (*text == '\0' || strlen(text) > 9 || text[strspn(text, "0123456789")] != '\0')
        return FAIL(ERR_FORMAT, "a number is expected");
    for (; *text != '\0'; text++)
        v = v * 10 + (unsigned)(*text - '0');
    if (v < min || v > max)
        return FAIL(ERR_FORMAT, "a number is out of its bounds");
    *out = v;
    return OK;
}
