/*
 * From TOML to the values of the table. The text is the operator's: it is trusted, but a slip in it must not weaken
 * anything, so whatever is not a row of the table in its own type and range refuses the whole file.
 */
#include <ctype.h>

#include "codec/toml.h"
#include "settings/settings_row.h"
#include "json/json.h"

#define ITEMS_MAX 64

struct decoding {
    struct arena *arena;
    struct bytes text;
    const char *directory;
    struct settings_fault *fault;
    struct settings *settings;
};

/* The next line of `rest` without its end and without the white space around it. */
static struct bytes take_line(struct bytes *rest)
{
    const uint8_t *end = memchr(rest->p, '\n', rest->n);
    size_t n = end == NULL ? rest->n : (size_t)(end - rest->p);
    struct bytes line = bytes_of(rest->p, n);
    *rest = end == NULL ? BYTES_EMPTY : bytes_of(rest->p + n + 1, rest->n - n - 1);
    while (line.n > 0 && isspace(line.p[0]))
        line = bytes_of(line.p + 1, line.n - 1);
    while (line.n > 0 && isspace(line.p[line.n - 1]))
        line.n--;
    return line;
}

/* Whether a line defines `key` ("name = ..."), a plain key; whatever else TOML allows only costs the line number. */
static bool line_defines(struct bytes line, struct bytes key)
{
    if (!bytes_starts(line, key))
        return false;
    size_t i = key.n;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    return i < line.n && line.p[i] == '=';
}

/*
 * The line on which a dotted key is defined, for the operator's eyes: the document model keeps no positions. 0 if it
 * is written in a way that this search does not know.
 */
static size_t find_line(struct bytes text, struct bytes key)
{
    char section[80] = "";
    struct bytes rest = text;
    for (size_t number = 1; rest.n > 0; number++) {
        struct bytes line = take_line(&rest);
        if (line.n > 2 && line.p[0] == '[' && line.p[line.n - 1] == ']') {
            snprintf(section, sizeof(section), "%.*s", (int)line.n - 2, (const char *)line.p + 1);
            if (bytes_is(key, section))
                return number;
        }
        size_t n = strlen(section);
        bool inside = n > 0 && n < key.n && memcmp(key.p, section, n) == 0 && key.p[n] == '.';
        struct bytes name = inside ? bytes_of(key.p + n + 1, key.n - n - 1) : key;
        if ((inside || n == 0) && line_defines(line, name))
            return number;
    }
    return 0;
}

static struct err refuse(const struct decoding *d, const char *key, const char *expected)
{
    if (d->fault != NULL) {
        d->fault->line = find_line(d->text, bytes_of_text(key));
        snprintf(d->fault->key, sizeof(d->fault->key), "%s", key);
        d->fault->expected = expected;
    }
    return FAIL(ERR_FORMAT, "a setting is refused");
}

static struct err refuse_row(const struct decoding *d, const struct setting_row *row, const char *expected)
{
    char key[80];
    snprintf(key, sizeof(key), "%s.%s", row->section, row->name);
    return refuse(d, key, expected);
}

static bool is_section(const char *path)
{
    size_t n = strlen(path);
    for (int id = 0; id < SETTING_COUNT; id++) {
        const char *section = setting_row(id)->section;
        if (strncmp(section, path, n) == 0 && (section[n] == '\0' || section[n] == '.'))
            return true;
    }
    return false;
}

static bool is_row(const char *section, struct bytes name)
{
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_row *row = setting_row(id);
        if (strcmp(row->section, section) == 0 && bytes_is(name, row->name))
            return true;
    }
    return false;
}

/* Refuse every key that is no row of the table. The depth is that of the table's sections. */
static struct err refuse_unknown(const struct decoding *d, const struct json *table, const char *section)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct json_member *m = &table->members[i];
        if (is_row(section, m->key))
            continue;
        char path[80];
        int n = snprintf(path, sizeof(path), "%s%s%.*s", section, section[0] == '\0' ? "" : ".", (int)m->key.n,
                         (const char *)m->key.p);
        /* A key with a NUL would print as another one. */
        bool is_whole = n > 0 && (size_t)n < sizeof(path) && memchr(m->key.p, '\0', m->key.n) == NULL;
        if (!is_whole || !is_section(path))
            return refuse(d, path, "a key that exists: this one is unknown");
        if (!json_is(m->value, JSON_OBJECT))
            return refuse(d, path, "a table");
        TRY(refuse_unknown(d, m->value, path));
    }
    return OK;
}

/* A copy of a text without control characters: none of our values needs one. */
static struct err take_text(const struct decoding *d, const struct setting_row *row, const struct json *v,
                            const char **out)
{
    if (!json_is(v, JSON_STRING))
        return refuse_row(d, row, "a text in quotes");
    for (size_t i = 0; i < v->text.n; i++)
        if (v->text.p[i] < 0x20 || v->text.p[i] == 0x7f)
            return refuse_row(d, row, "a text without control characters");
    char *copy;
    TRY(arena_text(d->arena, v->text, &copy));
    *out = copy;
    return OK;
}

/* A path as it is used: "" stays, a relative one is taken from the directory, both behind `prefix`. */
static struct err resolve_path(const struct decoding *d, const char *prefix, const char *path, const char **out)
{
    bool is_relative = path[0] != '/' && path[0] != '\0' && d->directory[0] != '\0';
    size_t n = strlen(prefix) + strlen(d->directory) + strlen(path) + 2;
    void *p;
    TRY(arena_alloc(d->arena, n, &p));
    snprintf(p, n, "%s%s%s%s", prefix, is_relative ? d->directory : "", is_relative ? "/" : "", path);
    *out = p;
    return OK;
}

/* HOST:PORT with a port of 0..65535; an IPv6 host stands in brackets. */
static bool is_tcp_address(const char *text)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text)
        return false;
    bool is_bracketed = text[0] == '[' && colon[-1] == ']';
    if (!is_bracketed && memchr(text, ':', (size_t)(colon - text)) != NULL)
        return false;
    size_t digits = strspn(colon + 1, "0123456789");
    return digits > 0 && digits <= 5 && colon[1 + digits] == '\0' && strtol(colon + 1, NULL, 10) <= UINT16_MAX;
}

static struct err resolve_address(const struct decoding *d, const struct setting_row *row, const char *text,
                                  const char **out)
{
    if (strncmp(text, "unix:", 5) == 0 && text[5] != '\0')
        return resolve_path(d, "unix:", text + 5, out);
    if (!is_tcp_address(text))
        return refuse_row(d, row, "addresses like \"127.0.0.1:8443\", \"[::1]:8443\" or \"unix:admin.sock\"");
    *out = text;
    return OK;
}

static struct err take_choice(const struct decoding *d, const struct setting_row *row, const char *text,
                              const char **out)
{
    size_t n = strlen(text);
    const char *at = row->initial;
    for (;;) {
        size_t len = strcspn(at, "|");
        if (len == n && memcmp(at, text, n) == 0) {
            *out = text;
            return OK;
        }
        if (at[len] == '\0')
            return refuse_row(d, row, "one of the values in the manual");
        at += len + 1;
    }
}

static struct err take_list(const struct decoding *d, const struct setting_row *row, const struct json *v,
                            struct setting_value *out)
{
    if (!json_is(v, JSON_ARRAY))
        return refuse_row(d, row, "a list of texts in brackets");
    if ((int64_t)v->count < row->min || (int64_t)v->count > row->max)
        return refuse_row(d, row, "another number of items");
    const char **items;
    TRY(arena_array(d->arena, v->count, &items));
    for (size_t i = 0; i < v->count; i++) {
        const char *text;
        TRY(take_text(d, row, v->items[i], &text));
        if (text[0] == '\0')
            return refuse_row(d, row, "items that are not empty");
        if (row->type == SETTING_ADDRESSES)
            TRY(resolve_address(d, row, text, &items[i]));
        else
            TRY(resolve_path(d, "", text, &items[i]));
    }
    out->items = items;
    out->count = v->count;
    return OK;
}

static struct err take_value(const struct decoding *d, const struct setting_row *row, const struct json *v,
                             struct setting_value *out)
{
    switch (row->type) {
    case SETTING_BOOL:
        if (!json_is(v, JSON_BOOL))
            return refuse_row(d, row, "true or false");
        out->as_bool = v->as_bool;
        return OK;
    case SETTING_INT:
        if (!json_is(v, JSON_NUMBER) || !v->is_int)
            return refuse_row(d, row, "a whole number");
        if (v->as_int < row->min || v->as_int > row->max)
            return refuse_row(d, row, "a number within the bounds in the manual");
        out->as_int = v->as_int;
        return OK;
    case SETTING_TEXT:
    case SETTING_PATH:
        TRY(take_text(d, row, v, &out->text));
        if ((int64_t)strlen(out->text) < row->min || (int64_t)strlen(out->text) > row->max)
            return refuse_row(d, row, "a text of another length");
        return row->type == SETTING_PATH ? resolve_path(d, "", out->text, &out->text) : OK;
    case SETTING_CHOICE:
        TRY(take_text(d, row, v, &out->text));
        return take_choice(d, row, out->text, &out->text);
    case SETTING_PATHS:
    case SETTING_ADDRESSES:
        return take_list(d, row, v, out);
    }
    return FAIL(ERR_BUG, "a setting of no type");
}

/* The default of a row as the value that a file would give, so that both take the same way. */
static struct err default_json(const struct decoding *d, const struct setting_row *row, const struct json **out)
{
    const struct json *items[ITEMS_MAX];
    size_t count = 0;
    switch (row->type) {
    case SETTING_BOOL:
        return json_new_bool(d->arena, strcmp(row->initial, "true") == 0, out);
    case SETTING_INT:
        return json_new_number(d->arena, bytes_of_text(row->initial), out);
    case SETTING_TEXT:
    case SETTING_PATH:
        return json_new_string(d->arena, bytes_of_text(row->initial), out);
    case SETTING_CHOICE:
        return json_new_string(d->arena, bytes_of(row->initial, strcspn(row->initial, "|")), out);
    case SETTING_PATHS:
    case SETTING_ADDRESSES:
        for (const char *at = row->initial; *at != '\0' && count < ITEMS_MAX;) {
            size_t n = strcspn(at, ",");
            TRY(json_new_string(d->arena, bytes_of(at, n), &items[count++]));
            at += at[n] == ',' ? n + 1 : n;
        }
        return json_new_array(d->arena, items, count, out);
    }
    return FAIL(ERR_BUG, "a setting of no type");
}

static const struct json *find_value(const struct json *root, const struct setting_row *row)
{
    const char *dot = strchr(row->section, '.');
    if (dot == NULL)
        return json_at(json_at(root, row->section), row->name);
    const struct json *outer = json_find(root, bytes_of(row->section, (size_t)(dot - row->section)));
    return json_at(json_at(outer, dot + 1), row->name);
}

/* Remember the settings that weaken, by their full names. */
static struct err note_insecure(const struct decoding *d)
{
    size_t count = 0;
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_row *row = setting_row(id);
        const struct setting_value *v = &d->settings->values[id];
        bool in_force = v->as_bool || v->count > 0 || v->as_int != 0 || (v->text != NULL && v->text[0] != '\0');
        bool by_name = in_force && strstr(row->name, "insecure") != NULL;
        bool by_value = row->type == SETTING_CHOICE && strstr(v->text, "insecure") != NULL;
        if (!by_name && !by_value)
            continue;
        char *name;
        TRY(arena_array(d->arena, strlen(row->section) + strlen(row->name) + 2, &name));
        snprintf(name, strlen(row->section) + strlen(row->name) + 2, "%s.%s", row->section, row->name);
        d->settings->insecure[count++] = name;
    }
    return OK;
}

static struct err decode_root(struct decoding *d, const struct json *root)
{
    TRY(arena_new(d->arena, &d->settings));
    TRY(refuse_unknown(d, root, ""));
    for (int id = 0; id < SETTING_COUNT; id++) {
        const struct setting_row *row = setting_row(id);
        const struct json *v = find_value(root, row);
        if (v == NULL)
            TRY(default_json(d, row, &v));
        TRY(take_value(d, row, v, &d->settings->values[id]));
    }
    if (settings_bool(d->settings, SETTING_VERIFIER_SAMPLE_INSECURE_ENABLED) && !settings_sample_is_built())
        return refuse(d, "verifier.sample.insecure_enabled",
                      "a build with -Dinsecure_sample=true: this one has no sample TEE");
    return note_insecure(d);
}

struct err settings_decode(struct arena *a, struct bytes text, const char *directory, struct settings_fault *fault,
                           const struct settings **out)
{
    struct toml_fault where = {0};
    const struct json *root;
    if (fault != NULL)
        *fault = (struct settings_fault){.expected = "memory"};
    struct err e = toml_decode(a, text, &where, &root);
    if (failed(e)) {
        if (fault != NULL && where.expected != NULL)
            *fault = (struct settings_fault){.line = where.line, .expected = where.expected};
        return e;
    }
    struct decoding d = {.arena = a, .text = text, .directory = directory, .fault = fault};
    TRY(decode_root(&d, root));
    *out = d.settings;
    return OK;
}
