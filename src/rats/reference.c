#include "rats/reference.h"

#include "codec/base64.h"

struct err reference_message_decode(struct arena *a, struct bytes text, const struct json **out)
{
    const struct json *message;
    struct bytes member = BYTES_EMPTY;
    TRY(json_decode(a, text, NULL, NULL, &message));
    if (!json_is(message, JSON_OBJECT))
        return FAIL(ERR_FORMAT, "the message is no object");
    if (json_at(message, "version") != NULL) {
        TRY(json_need_string(message, "version", &member));
        if (!bytes_is(member, "0.1.0"))
            return FAIL(ERR_UNSUPPORTED, "a message version other than 0.1.0");
    }
    TRY(json_need_string(message, "type", &member));
    if (!bytes_is(member, "sample"))
        return FAIL(ERR_UNSUPPORTED, "a message type other than sample");
    TRY(json_need_string(message, "payload", &member));
    struct bytes payload;
    TRY(base64_decode(a, BASE64_PADDED, member, &payload));
    const struct json *values;
    TRY(json_decode(a, payload, NULL, NULL, &values));
    if (!json_is(values, JSON_OBJECT))
        return FAIL(ERR_FORMAT, "the payload is no object");
    *out = values;
    return OK;
}

/* Null, "", [] and {} accept nothing and count as not registered. */
static bool is_empty(const struct json *v)
{
    switch (v->type) {
    case JSON_NULL:
        return true;
    case JSON_STRING:
        return v->text.n == 0;
    case JSON_ARRAY:
    case JSON_OBJECT:
    case JSON_SET:
        return v->count == 0;
    case JSON_BOOL:
    case JSON_NUMBER:
        return false;
    }
    return true;
}

bool reference_holds_value(const struct json *references, const char *name, const struct json *value, bool *registered)
{
    const struct json *accepted = json_at(references, name);
    *registered = accepted != NULL && !is_empty(accepted);
    if (!*registered || value == NULL)
        return false;
    if (accepted->type != JSON_ARRAY && accepted->type != JSON_SET)
        return json_equal(accepted, value);
    for (size_t i = 0; i < accepted->count; i++)
        if (json_equal(accepted->items[i], value))
            return true;
    return false;
}

bool reference_holds(const struct json *references, const char *name, struct bytes value, bool *registered)
{
    struct json text = {.type = JSON_STRING, .text = value};
    return reference_holds_value(references, name, &text, registered);
}
