/*
 * Reading of the document and of the catalogue, with a safe answer for whatever is not there.
 */
#include "report/field.h"

static const struct json empty_list = {.type = JSON_ARRAY};

struct bytes field_text(const struct json *object, const char *key)
{
    const struct json *v = json_at(object, key);
    return json_is(v, JSON_STRING) ? v->text : BYTES_EMPTY;
}

const struct json *field_list(const struct json *object, const char *key)
{
    const struct json *v = json_at(object, key);
    return json_is(v, JSON_ARRAY) ? v : &empty_list;
}

int64_t field_int(const struct json *object, const char *key, int64_t otherwise)
{
    const struct json *v = json_at(object, key);
    return json_is(v, JSON_NUMBER) && v->is_int ? v->as_int : otherwise;
}

bool field_flag(const struct json *object, const char *key)
{
    const struct json *v = json_at(object, key);
    return json_is(v, JSON_BOOL) && v->as_bool;
}

bool field_list_has(const struct json *list, struct bytes text)
{
    for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->count; i++)
        if (json_is(list->items[i], JSON_STRING) && bytes_equal(list->items[i]->text, text))
            return true;
    return false;
}

void field_join(const struct json *list, const char *separator, struct buf *out)
{
    bool is_first = true;
    for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->count; i++) {
        if (!json_is(list->items[i], JSON_STRING))
            continue;
        if (!is_first)
            buf_text(out, separator);
        buf_add(out, list->items[i]->text);
        is_first = false;
    }
}

enum severity field_severity(const struct json *finding)
{
    enum severity s = SEVERITY_CRITICAL;
    return severity_named(field_text(finding, "severity"), &s) ? s : SEVERITY_CRITICAL;
}

static const char *const status_names[STATUS_COUNT] = {"not-applicable", "out-of-scope", "answered",  "not-shown",
                                                       "accepted",       "weak",         "unanswered"};

const char *status_name(enum status s)
{
    return status_names[s];
}

enum status field_status(const struct json *finding)
{
    struct bytes text = field_text(finding, "status");
    for (int s = 0; s < STATUS_COUNT; s++)
        if (bytes_is(text, status_names[s]))
            return (enum status)s;
    return STATUS_UNANSWERED;
}

bool finding_is_open(const struct json *finding)
{
    return field_status(finding) >= STATUS_WEAK;
}

bool finding_is_active(const struct json *finding)
{
    return finding_is_open(finding) || field_status(finding) == STATUS_NOT_SHOWN;
}

const struct json *field_row(const struct json *list, struct bytes id)
{
    for (size_t i = 0; id.n > 0 && json_is(list, JSON_ARRAY) && i < list->count; i++)
        if (bytes_equal(field_text(list->items[i], "id"), id))
            return list->items[i];
    return NULL;
}
