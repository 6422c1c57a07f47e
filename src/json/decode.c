/*
 * The JSON decoder. It works on a copy of the hostile text with NUL bytes behind it: a NUL is refused wherever it
 * stands, so no scan passes the end, and strings without escapes need no copy of their own.
 */
#include "json/json.h"

#include "base/limits.h"
#include "json/literal.h"
#include "json/number.h"
#include "json/value.h"

/* A finished value that waits for its container to end. */
struct slot {
    struct bytes key;
    struct json value;
};

#define SLOTS_NEAR 96 /* so many wait without memory of their own: enough for most documents */

struct parser {
    uint8_t *at;
    struct arena *arena;
    struct arena scratch; /* holds the waiting values when there are many */
    struct slot *slots;
    size_t count;
    size_t cap;
    bool keep_last;
};

static struct err take_value(struct parser *p, size_t depth, struct json *out);

static void skip_space(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t')
        p->at++;
}

static struct err push(struct parser *p, const struct slot *slot)
{
    if (p->count == p->cap) {
        size_t cap = p->cap * 2;
        struct slot *slots;
        TRY(arena_array(&p->scratch, cap, &slots));
        memcpy(slots, p->slots, p->count * sizeof(*slots));
        p->slots = slots;
        p->cap = cap;
    }
    p->slots[p->count++] = *slot;
    return OK;
}

/* Whether the container ends here; only asked behind its opening bracket. */
static bool ends_at_once(struct parser *p, uint8_t closing)
{
    skip_space(p);
    if (*p->at != closing)
        return false;
    p->at++;
    return true;
}

/* Behind an element: a comma or the closing bracket. */
static struct err take_separator(struct parser *p, uint8_t closing, bool *more)
{
    skip_space(p);
    if (*p->at != ',' && *p->at != closing)
        return FAIL(ERR_FORMAT, "neither a comma nor the end of the container");
    *more = *p->at == ',';
    p->at++;
    return OK;
}

static struct err take_array(struct parser *p, size_t depth, struct json *out)
{
    size_t base = p->count;
    p->at++;
    bool more = !ends_at_once(p, ']');
    while (more) {
        struct slot slot = {0};
        TRY(take_value(p, depth, &slot.value));
        TRY(push(p, &slot));
        TRY(take_separator(p, ']', &more));
    }
    size_t count = p->count - base;
    struct json *values;
    const struct json **items;
    TRY(arena_array(p->arena, count, &values));
    TRY(arena_array(p->arena, count, &items));
    *out = (struct json){.type = JSON_ARRAY, .count = count, .items = items};
    for (size_t i = 0; i < count; i++) {
        values[i] = p->slots[base + i].value;
        items[i] = &values[i];
        out->weight += json_weight(&values[i]);
    }
    p->count = base;
    return OK;
}

static struct err take_key(struct parser *p, struct bytes *key)
{
    skip_space(p);
    if (*p->at != '"')
        return FAIL(ERR_FORMAT, "a key must be a string");
    p->at++;
    TRY(literal_take(&p->at, key));
    skip_space(p);
    if (*p->at != ':')
        return FAIL(ERR_FORMAT, "no colon behind a key");
    p->at++;
    return OK;
}

static struct err take_object(struct parser *p, size_t depth, struct json *out)
{
    size_t base = p->count;
    p->at++;
    bool more = !ends_at_once(p, '}');
    while (more) {
        struct slot slot;
        TRY(take_key(p, &slot.key));
        TRY(take_value(p, depth, &slot.value));
        TRY(push(p, &slot));
        TRY(take_separator(p, '}', &more));
    }
    size_t count = p->count - base;
    struct json *values;
    struct json_member *members;
    TRY(arena_array(p->arena, count, &values));
    TRY(arena_array(p->arena, count, &members));
    uint64_t weight = 0;
    for (size_t i = 0; i < count; i++) {
        values[i] = p->slots[base + i].value;
        weight += json_weight(&values[i]) + 1 + p->slots[base + i].key.n / 64;
        members[i] = (struct json_member){p->slots[base + i].key, &values[i]};
    }
    p->count = base;
    bool twice = value_sort_members(members, count) != NULL;
    if (twice && !p->keep_last)
        return FAIL(ERR_FORMAT, "a key stands twice");
    if (twice)
        count = value_keep_last(members, count);
    *out = (struct json){.type = JSON_OBJECT, .weight = weight, .count = count, .members = members};
    return OK;
}

static struct err take_word(struct parser *p, const char *word, struct json value, struct json *out)
{
    if (strncmp((const char *)p->at, word, strlen(word)) != 0)
        return FAIL(ERR_FORMAT, "not a JSON value");
    p->at += strlen(word);
    *out = value;
    return OK;
}

static struct err take_number(struct parser *p, struct json *out)
{
    TRY(number_scan(p->at, out));
    p->at += out->text.n;
    return OK;
}

static struct err take_string(struct parser *p, struct json *out)
{
    p->at++;
    *out = (struct json){.type = JSON_STRING};
    return literal_take(&p->at, &out->text);
}

/* `depth` containers may still be opened. */
static struct err take_value(struct parser *p, size_t depth, struct json *out)
{
    skip_space(p);
    uint8_t c = *p->at;
    if ((c == '{' || c == '[') && depth == 0)
        return FAIL(ERR_LIMIT, "nested too deep");
    switch (c) {
    case '{':
        return take_object(p, depth - 1, out);
    case '[':
        return take_array(p, depth - 1, out);
    case '"':
        return take_string(p, out);
    case 't':
        return take_word(p, "true", (struct json){.type = JSON_BOOL, .as_bool = true}, out);
    case 'f':
        return take_word(p, "false", (struct json){.type = JSON_BOOL, .as_bool = false}, out);
    case 'n':
        return take_word(p, "null", (struct json){.type = JSON_NULL}, out);
    default:
        return take_number(p, out);
    }
}

/* The text of the whole input: a value, and the end where we know it must be. */
static struct err take_text(struct parser *p, const uint8_t *end, size_t depth, const struct json **out)
{
    struct json *value;
    TRY(arena_new(p->arena, &value));
    TRY(take_value(p, depth, value));
    skip_space(p);
    if (p->at != end)
        return FAIL(ERR_FORMAT, "bytes are left behind the value");
    *out = value;
    return OK;
}

struct err json_decode(struct arena *a, struct bytes text, const struct json_bounds *bounds, struct json_fault *fault,
                       const struct json **out)
{
    size_t text_max = bounds != NULL && bounds->text_max != 0 ? bounds->text_max : JSON_TEXT_MAX;
    size_t depth_max = bounds != NULL && bounds->depth_max != 0 ? bounds->depth_max : JSON_DEPTH_MAX;
    if (fault != NULL)
        fault->offset = 0;
    if (text.n > text_max || text.n > JSON_TEXT_MAX)
        return FAIL(ERR_LIMIT, "the document is too long");
    uint8_t *copy;
    TRY(arena_array(a, text.n + LITERAL_PAD, &copy));
    memcpy(copy, text.p, text.n);
    __attribute__((uninitialized)) struct slot near[SLOTS_NEAR];
    struct parser p = {.at = copy, .arena = a, .slots = near, .cap = SLOTS_NEAR};
    p.keep_last = bounds != NULL && bounds->keep_last;
    arena_init(&p.scratch, a->cap);
    struct err e = take_text(&p, copy + text.n, depth_max, out);
    arena_clear(&p.scratch);
    if (failed(e) && fault != NULL)
        fault->offset = (size_t)(p.at - copy);
    return e;
}
