/*
 * The table of settings, the questions to it, and its printed form.
 */
#include "settings/settings_row.h"

#include <assert.h>

#include "json/json.h"

static const struct setting_row rows[SETTING_COUNT] = {
#define SETTING(id_, section_, name_, type_, min_, max_, default_, help_)                                              \
    {section_, name_, SETTING_##type_, min_, max_, default_, help_},
#include "settings/settings.def"
#undef SETTING
};

const struct setting_row *setting_row(enum setting id)
{
    assert((unsigned)id < SETTING_COUNT);
    return &rows[id];
}

bool settings_bool(const struct settings *s, enum setting id)
{
    assert(setting_row(id)->type == SETTING_BOOL);
    return s->values[id].as_bool;
}

int64_t settings_int(const struct settings *s, enum setting id)
{
    assert(setting_row(id)->type == SETTING_INT);
    return s->values[id].as_int;
}

const char *settings_text(const struct settings *s, enum setting id)
{
    enum setting_type type = setting_row(id)->type;
    assert(type == SETTING_TEXT || type == SETTING_CHOICE || type == SETTING_PATH);
    return s->values[id].text;
}

const char *const *settings_list(const struct settings *s, enum setting id, size_t *count)
{
    enum setting_type type = setting_row(id)->type;
    assert(type == SETTING_PATHS || type == SETTING_ADDRESSES);
    *count = s->values[id].count;
    return s->values[id].items;
}

const char *const *settings_insecure(const struct settings *s)
{
    return s->insecure;
}

static void print_list(const struct setting_value *v, struct buf *out)
{
    buf_text(out, "[");
    for (size_t i = 0; i < v->count; i++) {
        buf_text(out, i == 0 ? "" : ", ");
        json_quote(bytes_of_text(v->items[i]), out);
    }
    buf_text(out, "]");
}

static void print_value(enum setting_type type, const struct setting_value *v, struct buf *out)
{
    switch (type) {
    case SETTING_BOOL:
        buf_text(out, v->as_bool ? "true" : "false");
        return;
    case SETTING_INT:
        buf_decimal(out, v->as_int);
        return;
    case SETTING_TEXT:
    case SETTING_CHOICE:
    case SETTING_PATH:
        /* JSON's escapes are all TOML's too, and the decoder lets no other control character in. */
        json_quote(bytes_of_text(v->text), out);
        return;
    case SETTING_PATHS:
    case SETTING_ADDRESSES:
        print_list(v, out);
        return;
    }
}

void settings_print(const struct settings *s, struct buf *out)
{
    const char *section = "";
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_row *row = &rows[id];
        if (strcmp(section, row->section) != 0) {
            buf_text(out, id == 0 ? "[" : "\n[");
            buf_text(out, row->section);
            buf_text(out, "]\n");
            section = row->section;
        }
        buf_text(out, "# ");
        buf_text(out, row->help);
        buf_text(out, "\n");
        buf_text(out, row->name);
        buf_text(out, " = ");
        print_value(row->type, &s->values[id], out);
        buf_text(out, "\n");
    }
}
