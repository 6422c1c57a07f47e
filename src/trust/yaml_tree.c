#include "trust/yaml_tree.h"

#include <yaml.h>

#include "base/limits.h"
#include "trust/tree.h"
#include "trust/yaml_scalar.h"

#define CORE_TAG "tag:yaml.org,2002:"

struct yaml_mark {
    const struct json *value;
    size_t line;
};

struct anchor {
    struct anchor *next;
    struct bytes name;
    const struct json *value;
    size_t nodes; /* how many values it stands for */
};

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
    struct yaml *out;
    struct yaml_fault *fault;
    struct anchor *anchors; /* of the current document */
    size_t nodes;
    size_t aliased; /* values that all aliases so far stand for */
};

static struct err refuse(struct reader *r, yaml_mark_t at, struct err e, const char *expected)
{
    r->fault->line = at.line + 1;
    r->fault->column = at.column + 1;
    r->fault->expected = expected;
    return e;
}

static struct err next(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event) == 1)
        return OK;
    if (r->parser.error == YAML_MEMORY_ERROR)
        return FAIL(ERR_NOMEM, "no memory for YAML");
    return refuse(r, r->parser.problem_mark, FAIL(ERR_FORMAT, "not YAML"), "this is not YAML");
}

static size_t slot_of(const struct yaml *y, const struct json *value)
{
    size_t at = ((uintptr_t)value >> 4) * 0x9e3779b1u;
    for (at &= y->mark_cap - 1; y->marks[at].value != NULL && y->marks[at].value != value;)
        at = (at + 1) & (y->mark_cap - 1);
    return at;
}

static struct err marks_grow(struct reader *r)
{
    struct yaml old = *r->out;
    if ((old.mark_count + 1) * 2 <= old.mark_cap)
        return OK;
    r->out->mark_cap = old.mark_cap == 0 ? 256 : old.mark_cap * 2;
    TRY(arena_array(r->arena, r->out->mark_cap, &r->out->marks));
    for (size_t i = 0; i < old.mark_cap; i++)
        if (old.marks[i].value != NULL)
            r->out->marks[slot_of(r->out, old.marks[i].value)] = old.marks[i];
    return OK;
}

static struct err mark(struct reader *r, const struct json *value, size_t line)
{
    TRY(marks_grow(r));
    struct yaml_mark *m = &r->out->marks[slot_of(r->out, value)];
    r->out->mark_count += m->value == NULL;
    *m = (struct yaml_mark){value, line};
    return OK;
}

size_t yaml_line(const struct yaml *y, const struct json *value)
{
    if (y->mark_cap == 0 || value == NULL)
        return 0;
    return y->marks[slot_of(y, value)].line;
}

static struct err keep_anchor(struct reader *r, const yaml_char_t *name, const struct json *value, size_t nodes)
{
    struct anchor *a;
    if (name == NULL)
        return OK;
    TRY(arena_new(r->arena, &a));
    TRY(arena_copy(r->arena, bytes_of_text((const char *)name), &a->name));
    a->value = value;
    a->nodes = nodes;
    a->next = r->anchors;
    r->anchors = a;
    return OK;
}

static struct err alias(struct reader *r, const yaml_event_t *event, const struct json **out)
{
    struct bytes name = bytes_of_text((const char *)event->data.alias.anchor);
    const struct anchor *a = r->anchors;
    while (a != NULL && !bytes_equal(a->name, name))
        a = a->next;
    if (a == NULL)
        return refuse(r, event->start_mark, FAIL(ERR_FORMAT, "an alias without an anchor"),
                      "no complete value of this name stands before the alias");
    r->aliased += a->nodes;
    if (r->aliased > YAML_ALIASED_MAX)
        return refuse(r, event->start_mark, FAIL(ERR_LIMIT, "too much is repeated by aliases"),
                      "aliases stand for at most 1000 values");
    *out = a->value;
    return OK;
}

static bool is_core(const yaml_char_t *tag, const char *name)
{
    if (tag == NULL || strcmp((const char *)tag, "!") == 0)
        return true;
    const char *text = (const char *)tag;
    return strncmp(text, CORE_TAG, strlen(CORE_TAG)) == 0 && strcmp(text + strlen(CORE_TAG), name) == 0;
}

static struct err bad_tag(struct reader *r, const yaml_event_t *event)
{
    return refuse(r, event->start_mark, FAIL(ERR_UNSUPPORTED, "a tag that is not of the core schema"),
                  "only the tags str, int, float, bool, null, map and seq are taken");
}

static struct err scalar(struct reader *r, const yaml_event_t *event, const struct json **out)
{
    const yaml_char_t *tag = event->data.scalar.tag;
    struct bytes text = bytes_of(event->data.scalar.value, event->data.scalar.length);
    bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    static const char *const others[] = {"int", "float", "bool", "null"};
    if (tag == NULL)
        return is_plain ? yaml_plain(r->arena, text, out) : json_new_string(r->arena, text, out);
    if (is_core(tag, "str"))
        return json_new_string(r->arena, text, out);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (is_core(tag, others[i]))
            return yaml_plain(r->arena, text, out);
    return bad_tag(r, event);
}

static struct err value(struct reader *r, const yaml_event_t *event, unsigned depth, const struct json **out);

static struct err sequence(struct reader *r, unsigned depth, const struct json **out)
{
    struct tree_list items;
    tree_list_init(&items, r->arena);
    for (;;) {
        yaml_event_t event;
        const struct json *v = NULL;
        TRY(next(r, &event));
        bool ended = event.type == YAML_SEQUENCE_END_EVENT;
        struct err done = ended ? OK : value(r, &event, depth + 1, &v);
        yaml_event_delete(&event);
        TRY(done);
        if (ended)
            return tree_list_end(&items, out);
        tree_list_add(&items, v);
    }
}

/* Members that a mapping takes from others: `<<: *base`. Its own members win. source: YAML type repository, merge */
static struct err merge(struct reader *r, struct tree_map *own, const struct json *from)
{
    for (TREE_EACH(i, from))
        TRY(merge(r, own, from->items[i]));
    for (TREE_MEMBER(i, from))
        if (tree_map_find(own, from->members[i].key) == NULL)
            tree_map_add(own, from->members[i].key, from->members[i].value);
    return json_is(from, JSON_ARRAY) || json_is(from, JSON_OBJECT) ? own->bad
                                                                   : FAIL(ERR_FORMAT, "a merge key without a mapping");
}

static struct err pair(struct reader *r, const yaml_event_t *key_event, unsigned depth, struct tree_map *own,
                       const struct json **merged)
{
    const struct json *key, *v = NULL;
    struct bytes name;
    yaml_event_t event;
    TRY(value(r, key_event, depth + 1, &key));
    if (!tree_scalar_text(key, &name))
        return refuse(r, key_event->start_mark, FAIL(ERR_FORMAT, "a key that is no word"), "a key is one word");
    bool is_merge = bytes_is(name, "<<") && key_event->type == YAML_SCALAR_EVENT &&
                    key_event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (is_merge && *merged != NULL)
        return refuse(r, key_event->start_mark, FAIL(ERR_FORMAT, "a key that stands twice"),
                      "a mapping has one merge key");
    TRY(next(r, &event));
    struct err done = value(r, &event, depth + 1, &v);
    yaml_event_delete(&event);
    TRY(done);
    if (is_merge)
        *merged = v;
    else
        tree_map_add(own, name, v);
    return OK;
}

/* The finished mapping; a key that stands twice shows only here, where members are sorted. */
static struct err close_mapping(struct reader *r, struct tree_map *own, const struct json *merged,
                                const struct json **out)
{
    const struct json *alone;
    struct err e = tree_map_end(own, &alone);
    if (!failed(e) && merged != NULL)
        e = merge(r, own, merged);
    if (!failed(e))
        e = tree_map_end(own, out);
    if (e.code == ERR_FORMAT)
        return refuse(r, r->parser.mark, e, "a key stands twice in the mapping that ends here, or a merge is none");
    return e;
}

static struct err mapping(struct reader *r, unsigned depth, const struct json **out)
{
    struct tree_map own;
    const struct json *merged = NULL;
    tree_map_init(&own, r->arena);
    for (;;) {
        yaml_event_t event;
        TRY(next(r, &event));
        bool ended = event.type == YAML_MAPPING_END_EVENT;
        struct err done = ended ? OK : pair(r, &event, depth, &own, &merged);
        yaml_event_delete(&event);
        TRY(done);
        if (ended)
            return close_mapping(r, &own, merged, out);
    }
}

static struct err container(struct reader *r, const yaml_event_t *event, unsigned depth, const struct json **out)
{
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return is_core(event->data.sequence_start.tag, "seq") ? sequence(r, depth, out) : bad_tag(r, event);
    if (event->type == YAML_MAPPING_START_EVENT)
        return is_core(event->data.mapping_start.tag, "map") ? mapping(r, depth, out) : bad_tag(r, event);
    return refuse(r, event->start_mark, FAIL(ERR_FORMAT, "no value where one belongs"), "a value belongs here");
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        return event->data.scalar.anchor;
    return event->type == YAML_SEQUENCE_START_EVENT  ? event->data.sequence_start.anchor
           : event->type == YAML_MAPPING_START_EVENT ? event->data.mapping_start.anchor
                                                     : NULL;
}

static struct err value(struct reader *r, const yaml_event_t *event, unsigned depth, const struct json **out)
{
    if (depth > JSON_DEPTH_MAX)
        return refuse(r, event->start_mark, FAIL(ERR_LIMIT, "nested too deeply"), "at most 64 levels are taken");
    if (++r->nodes > YAML_NODES_MAX)
        return refuse(r, event->start_mark, FAIL(ERR_LIMIT, "too many values"), "at most 100000 values are taken");
    if (event->type == YAML_ALIAS_EVENT)
        return alias(r, event, out);
    size_t before = r->nodes + r->aliased;
    if (event->type == YAML_SCALAR_EVENT)
        TRY(scalar(r, event, out));
    else
        TRY(container(r, event, depth, out));
    TRY(mark(r, *out, event->start_mark.line + 1));
    return keep_anchor(r, anchor_of(event), *out, r->nodes + r->aliased - before + 1);
}

static bool is_empty(const yaml_event_t *event)
{
    return event->type == YAML_SCALAR_EVENT && event->data.scalar.length == 0 &&
           event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static struct err document(struct reader *r, struct tree_list *roots, const yaml_event_t *event)
{
    const struct json *v = NULL;
    switch ((int)event->type) {
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        r->anchors = NULL;
        return OK;
    default:
        break;
    }
    if (is_empty(event))
        return OK;
    if (roots->count == YAML_DOCUMENTS_MAX)
        return refuse(r, event->start_mark, FAIL(ERR_LIMIT, "too many documents"), "at most 200 documents are taken");
    TRY(value(r, event, 0, &v));
    tree_list_add(roots, v);
    return roots->bad;
}

static struct err stream(struct reader *r, struct tree_list *roots)
{
    for (;;) {
        yaml_event_t event;
        TRY(next(r, &event));
        bool ended = event.type == YAML_STREAM_END_EVENT;
        struct err done = document(r, roots, &event);
        yaml_event_delete(&event);
        TRY(done);
        if (ended)
            return OK;
    }
}

struct err yaml_decode(struct arena *a, struct bytes text, struct yaml_fault *fault, struct yaml *out)
{
    struct yaml made = {0};
    struct yaml_fault place = {0};
    struct tree_list roots;
    struct reader r = {.arena = a, .out = &made, .fault = &place};
    if (!bytes_is_utf8(text))
        return FAIL(ERR_FORMAT, "a text that is no UTF-8");
    if (bytes_starts(text, BYTES_LIT("\xef\xbb\xbf"))) /* a byte order mark, which editors put there */
        text = bytes_of(text.p + 3, text.n - 3);
    tree_list_init(&roots, a);
    if (yaml_parser_initialize(&r.parser) != 1)
        return FAIL(ERR_NOMEM, "no memory for YAML");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, text.p, text.n);
    struct err done = stream(&r, &roots);
    yaml_parser_delete(&r.parser);
    if (fault != NULL)
        *fault = place;
    TRY(done);
    made.roots = roots.items;
    made.count = roots.count;
    *out = made;
    return OK;
}
