/*
 * Where values come from, and which of them are secret. Documents are learned before the query runs; a value that a
 * policy passes around, even through a function, keeps its address and so its name.
 */
#include "rego/parse.h"
#include "rego/record.h"

#define PLACES_FIRST  256
#define SECRET_PART   4 /* shorter texts of a secret are no reason to hide what contains them */
#define SECRET_HIDDEN "<secret>"

static const struct json hidden = {.type = JSON_STRING,
                                   .text = {(const uint8_t *)SECRET_HIDDEN, sizeof(SECRET_HIDDEN) - 1}};

static size_t slot_of(const struct record *r, const struct json *v)
{
    uint64_t h = (uint64_t)(uintptr_t)v * 0x9E3779B97F4A7C15U;
    size_t i = (size_t)(h >> 20) & (r->place_cap - 1);
    while (r->places[i] != NULL && r->places[i]->value != v)
        i = (i + 1) & (r->place_cap - 1);
    return i;
}

struct record_place *record_place(const struct record *r, const struct json *v)
{
    return v == NULL || r->place_cap == 0 ? NULL : r->places[slot_of(r, v)];
}

static struct err grow(struct record *r)
{
    struct record_place **old = r->places;
    size_t count = r->place_cap;
    size_t cap = count == 0 ? PLACES_FIRST : count * 2;
    TRY(arena_array(&r->arena, cap, &r->places));
    r->place_cap = cap;
    for (size_t i = 0; i < count; i++)
        if (old[i] != NULL)
            r->places[slot_of(r, old[i]->value)] = old[i];
    return OK;
}

struct err record_add_place(struct record *r, struct record_place place, struct record_place **out)
{
    if (r->place_count * 2 >= r->place_cap)
        TRY(grow(r));
    struct record_place **slot = &r->places[slot_of(r, place.value)];
    if (*slot == NULL) {
        TRY(arena_new(&r->arena, slot));
        **slot = place;
        r->place_count++;
    }
    *out = *slot;
    return OK;
}

/* Values that stand for themselves everywhere say nothing about where they come from. */
static bool is_shared(const struct json *v)
{
    return v == &value_null || v == value_bool(true) || v == value_bool(false) || v == &value_empty_array ||
           v == &value_empty_object || v == &value_empty_set;
}

/* Depth: that of a document. */
static struct err learn(struct record *r, struct record_place place)
{
    struct record_place *here;
    const struct json *v = place.value;
    if (record_place(r, v) != NULL || is_shared(v))
        return OK;
    TRY(record_add_place(r, place, &here));
    for (size_t i = 0; v->type >= JSON_ARRAY && i < v->count; i++) {
        struct record_place below = {.parent = here, .root = place.root};
        if (v->type == JSON_OBJECT) {
            below.value = v->members[i].value;
            TRY(value_key(&r->arena, &v->members[i], &below.key));
        } else {
            below.value = v->items[i];
            TRY(value_int(&r->arena, (int64_t)i, &below.key));
        }
        TRY(learn(r, below));
    }
    return OK;
}

struct err record_learn(struct record *r, const struct json *v, const char *root)
{
    return v == NULL ? OK : learn(r, (struct record_place){.value = v, .root = root});
}

static bool is_name(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return text.n > 0;
}

struct err record_path_key(struct record *r, struct bytes path, const struct json *key, struct bytes *out)
{
    SCOPED(buf) struct buf text;
    struct bytes whole;
    buf_init(&text, 64UL * 1024);
    buf_add(&text, path);
    if (key->type == JSON_STRING && is_name(key->text)) {
        buf_text(&text, ".");
        buf_add(&text, key->text);
    } else {
        buf_text(&text, "[");
        json_encode(key, &text);
        buf_text(&text, "]");
    }
    TRY(buf_end(&text, &whole));
    return arena_copy(&r->arena, whole, out);
}

struct err record_path_below(struct record *r, const struct json *parent, struct bytes path, const struct json *key,
                             struct bytes *out)
{
    const struct record_place *place = record_place(r, parent);
    bool is_secret = (place != NULL && place->is_secret) || record_is_secret(r, key);
    return record_path_key(r, path, is_secret ? &hidden : key, out);
}

struct err record_path(struct record *r, const struct record_place *p, struct bytes *out)
{
    if (p->parent == NULL) {
        *out = bytes_of_text(p->root == NULL ? "" : p->root);
        return OK;
    }
    TRY(record_path(r, p->parent, out));
    return record_path_below(r, p->parent->value, *out, p->key, out);
}

static struct err add_secret_text(struct record *r, struct bytes text)
{
    if (text.n < SECRET_PART)
        return OK;
    if (r->secret_text_count == r->secret_text_cap) {
        size_t cap = r->secret_text_cap == 0 ? 16 : r->secret_text_cap * 2;
        struct bytes *grown;
        TRY(arena_array(&r->arena, cap, &grown));
        for (size_t i = 0; i < r->secret_text_count; i++)
            grown[i] = r->secret_texts[i];
        r->secret_texts = grown;
        r->secret_text_cap = cap;
    }
    r->secret_texts[r->secret_text_count++] = text;
    return OK;
}

/* Depth: that of a value. */
struct err record_mark(struct record *r, const struct json *v)
{
    struct record_place *place;
    if (v->type <= JSON_BOOL)
        return OK;
    TRY(record_add_place(r, (struct record_place){.value = v}, &place));
    if (place->is_secret)
        return OK;
    place->is_secret = true;
    if (v->type == JSON_STRING || v->type == JSON_NUMBER)
        return add_secret_text(r, v->text);
    for (size_t i = 0; i < v->count; i++) {
        if (v->type == JSON_OBJECT)
            TRY(add_secret_text(r, v->members[i].key));
        TRY(record_mark(r, v->type == JSON_OBJECT ? v->members[i].value : v->items[i]));
    }
    return OK;
}

static struct err refuse_path(const struct eval *e, const char *path)
{
    return note_fail(e->error, REGO_ERR_INPUT, "rego_input_error", (struct place){NULL, 0, 0},
                     "not a path of a secret: %.100s", path);
}

/* All values under `v` that the rest of a path names; a variable stands for every key. */
static struct err mark_at(struct record *r, const struct json *v, const struct term *path, size_t at)
{
    if (v == NULL)
        return OK;
    if (at == path->count)
        return record_mark(r, v);
    const struct term *key = path->items[at];
    if (key->kind == TERM_CONST)
        return mark_at(r, value_index(v, key->value), path, at + 1);
    for (size_t i = 0; v->type >= JSON_ARRAY && i < v->count; i++)
        TRY(mark_at(r, v->type == JSON_OBJECT ? v->members[i].value : v->items[i], path, at + 1));
    return OK;
}

static struct err mark_path(struct record *r, struct eval *e, const char *text)
{
    struct parser p;
    struct term *path;
    struct rego_error ignored = {0};
    struct bytes copy;
    TRY(arena_copy(&r->arena, bytes_of_text(text), &copy));
    struct err parsed = parser_start(&p, &r->arena, &ignored, "secret", copy);
    if (!failed(parsed))
        parsed = parse_term(&p, &path);
    if (parsed.code == ERR_NOMEM)
        return parsed;
    if (failed(parsed) || p.tok.kind != TOKEN_END)
        return refuse_path(e, text);
    const struct term *head = path->kind == TERM_REF ? path->items[0] : path;
    bool is_input = head->kind == TERM_VAR && bytes_is(head->name, "input");
    bool is_data = head->kind == TERM_VAR && bytes_is(head->name, "data");
    if (!is_input && !is_data)
        return refuse_path(e, text);
    const struct json *root = is_input ? e->scene->input : e->scene->data;
    return path->kind == TERM_REF ? mark_at(r, root, path, 1) : root == NULL ? OK : record_mark(r, root);
}

static bool names_function(const char *text)
{
    size_t n = strlen(text);
    return n > 2 && strcmp(text + n - 2, "()") == 0;
}

bool record_marks_function(const struct record *r, struct bytes name)
{
    for (size_t i = 0; i < r->secret_count; i++)
        if (names_function(r->secrets[i]) && bytes_equal(bytes_of(r->secrets[i], strlen(r->secrets[i]) - 2), name))
            return true;
    return false;
}

struct err record_mark_secrets(struct record *r, struct eval *e)
{
    for (size_t i = 0; i < r->secret_count; i++)
        if (!names_function(r->secrets[i]))
            TRY(mark_path(r, e, r->secrets[i]));
    return OK;
}

static bool holds_text(struct bytes whole, struct bytes part)
{
    return part.n <= whole.n && memmem(whole.p, whole.n, part.p, part.n) != NULL;
}

static bool shows_secret(const struct record *r, struct bytes text)
{
    for (size_t i = 0; i < r->secret_text_count; i++)
        if (holds_text(text, r->secret_texts[i]))
            return true;
    return false;
}

/* Depth: that of a value. */
bool record_is_secret(const struct record *r, const struct json *v)
{
    if (r->secret_count == 0 || v == NULL || v->type <= JSON_BOOL)
        return false;
    const struct record_place *p = record_place(r, v);
    if (p != NULL && p->is_secret)
        return true;
    if (v->type == JSON_STRING || v->type == JSON_NUMBER)
        return shows_secret(r, v->text);
    for (size_t i = 0; i < v->count; i++) {
        if (v->type == JSON_OBJECT && shows_secret(r, v->members[i].key))
            return true;
        if (record_is_secret(r, v->type == JSON_OBJECT ? v->members[i].value : v->items[i]))
            return true;
    }
    return false;
}

struct bytes record_shown_text(const struct record *r, struct bytes text)
{
    return shows_secret(r, text) ? BYTES_LIT(SECRET_HIDDEN) : text;
}

static struct err shown_items(struct record *r, const struct json *v, const struct json **out)
{
    struct values items = {.arena = &r->arena};
    for (size_t i = 0; i < v->count; i++) {
        const struct json *item;
        TRY(record_shown(r, v->items[i], &item));
        TRY(values_add(&items, item));
    }
    return v->type == JSON_SET ? value_set(&r->arena, items.items, items.count, out)
                               : value_array(&r->arena, items.items, items.count, out);
}

static struct err shown_members(struct record *r, const struct json *v, const struct json **out)
{
    struct members members = {.arena = &r->arena};
    for (size_t i = 0; i < v->count; i++) {
        const struct json *key;
        const struct json *value;
        TRY(value_key(&r->arena, &v->members[i], &key));
        TRY(record_shown(r, key, &key));
        TRY(record_shown(r, v->members[i].value, &value));
        TRY(members_add(&members, key, value));
    }
    return value_object(&r->arena, members.items, members.count, NULL, out);
}

/* Depth: that of a value. */
struct err record_shown(struct record *r, const struct json *v, const struct json **out)
{
    *out = v;
    if (!record_is_secret(r, v))
        return OK;
    const struct record_place *p = record_place(r, v);
    *out = &hidden;
    if ((p != NULL && p->is_secret) || v->type < JSON_ARRAY)
        return OK;
    return v->type == JSON_OBJECT ? shown_members(r, v, out) : shown_items(r, v, out);
}
