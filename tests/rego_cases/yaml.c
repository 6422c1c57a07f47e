/*
 * YAML by libyaml's events, with a bound on nesting; no anchors.
 */
#include <yaml.h>

#include "base/limits.h"
#include "cases.h"

struct reader {
    yaml_parser_t parser;
    struct arena *arena;
};

static struct err next(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event) != 1)
        return FAIL(ERR_FORMAT, "not YAML");
    return OK;
}

static struct err plain(struct arena *a, struct bytes text, const struct json **out)
{
    if (text.n == 0 || bytes_is(text, "null") || bytes_is(text, "~"))
        return json_new_null(a, out);
    if (bytes_is(text, "true") || bytes_is(text, "false"))
        return json_new_bool(a, bytes_is(text, "true"), out);
    struct err number = json_new_number(a, text, out);
    if (!failed(number) || number.code == ERR_NOMEM)
        return number;
    return json_new_string(a, text, out);
}

static struct err scalar(struct reader *r, const yaml_event_t *event, const struct json **out)
{
    struct bytes text = bytes_of(event->data.scalar.value, event->data.scalar.length);
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        return plain(r->arena, text, out);
    return json_new_string(r->arena, text, out);
}

static struct err value(struct reader *r, const yaml_event_t *event, unsigned depth, const struct json **out);

static struct err sequence(struct reader *r, unsigned depth, const struct json **out)
{
    struct values items = {.arena = r->arena};
    for (;;) {
        yaml_event_t event;
        const struct json *v;
        TRY(next(r, &event));
        bool ended = event.type == YAML_SEQUENCE_END_EVENT;
        struct err done = ended ? OK : value(r, &event, depth + 1, &v);
        yaml_event_delete(&event);
        TRY(done);
        if (ended)
            return json_new_array(r->arena, items.items, items.count, out);
        TRY(values_add(&items, v));
    }
}

static struct err mapping(struct reader *r, unsigned depth, const struct json **out)
{
    struct members members = {.arena = r->arena};
    const struct json *key = NULL;
    for (;;) {
        yaml_event_t event;
        const struct json *v;
        TRY(next(r, &event));
        bool ended = event.type == YAML_MAPPING_END_EVENT;
        struct err done = ended ? OK : value(r, &event, depth + 1, &v);
        yaml_event_delete(&event);
        TRY(done);
        if (ended)
            return value_object(r->arena, members.items, members.count, NULL, out);
        if (key == NULL) {
            key = v;
            continue;
        }
        TRY(members_add(&members, key, v));
        key = NULL;
    }
}

static struct err value(struct reader *r, const yaml_event_t *event, unsigned depth, const struct json **out)
{
    if (depth > JSON_DEPTH_MAX)
        return FAIL(ERR_LIMIT, "nested too deeply");
    if (event->type == YAML_SCALAR_EVENT)
        return scalar(r, event, out);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return sequence(r, depth, out);
    if (event->type == YAML_MAPPING_START_EVENT)
        return mapping(r, depth, out);
    return FAIL(ERR_UNSUPPORTED, "an anchor");
}

static struct err document(struct reader *r, const struct json **out)
{
    for (;;) {
        yaml_event_t event;
        TRY(next(r, &event));
        bool ended = event.type == YAML_STREAM_END_EVENT;
        bool starts = event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_START_EVENT;
        struct err done = ended ? FAIL(ERR_FORMAT, "an empty document") : starts ? OK : value(r, &event, 0, out);
        yaml_event_delete(&event);
        if (failed(done) || !starts)
            return done;
    }
}

struct err yaml_decode(struct arena *a, struct bytes text, const struct json **out)
{
    struct reader r = {.arena = a};
    if (text.n > 0 && text.p[0] == '{')
        return json_decode(a, text, NULL, NULL, out);
    if (yaml_parser_initialize(&r.parser) != 1)
        return FAIL(ERR_NOMEM, "no memory for YAML");
    yaml_parser_set_input_string(&r.parser, text.p, text.n);
    struct err done = document(&r, out);
    yaml_parser_delete(&r.parser);
    return done;
}
