/*
 * The table of settings and its values; inside this room only.
 */
#pragma once

#include "settings/settings.h"

struct setting_row {
    const char *section;
    const char *name;
    enum setting_type type;
    int64_t min;
    int64_t max;
    const char *initial;
    const char *help;
};

struct setting_value {
    bool as_bool;
    int64_t as_int;
    const char *text;
    const char *const *items;
    size_t count;
};

struct settings {
    struct setting_value values[SETTING_COUNT];
    const char *insecure[SETTING_COUNT + 1];
};

/* setting_row - the row of a setting. out: borrowed, for ever. errors: none */
const struct setting_row *setting_row(enum setting id);
