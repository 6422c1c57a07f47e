/*
 * What the parts of the page share: putting text, and how each crossing stands.
 */
#include "report/page.h"

#include <stdarg.h>

#include "report/escape.h"
#include "trust/catalogue.h"

void page_put(struct buf *out, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    for (const char *at = format; *at != '\0'; at++) {
        const char *mark = strchr(at, '@');
        size_t n = mark == NULL ? strlen(at) : (size_t)(mark - at);
        buf_add(out, bytes_of(at, n));
        if (mark == NULL)
            break;
        at = mark + 1;
        if (*at == 't')
            escape_html(va_arg(list, struct bytes), out);
        else if (*at == 's')
            buf_text(out, va_arg(list, const char *));
        else
            buf_decimal(out, (int64_t)va_arg(list, size_t));
    }
    va_end(list);
}

enum light page_light(const struct json *finding)
{
    switch (field_status(finding)) {
    case STATUS_UNANSWERED:
    case STATUS_WEAK:
        if (field_severity(finding) >= SEVERITY_HIGH)
            return LIGHT_RED;
        return field_severity(finding) >= SEVERITY_LOW ? LIGHT_AMBER : LIGHT_ANSWERED;
    case STATUS_ACCEPTED:
        return LIGHT_AMBER;
    case STATUS_NOT_SHOWN:
        return LIGHT_NOT_SHOWN;
    case STATUS_ANSWERED:
        return LIGHT_ANSWERED;
    case STATUS_OUT_OF_SCOPE:
    case STATUS_NOT_APPLICABLE:
        break;
    }
    return LIGHT_NOT_APPLICABLE;
}

static const char *const light_classes[LIGHT_COUNT] = {"na", "ok", "unk", "warn", "bad"};
static const char *const light_words[LIGHT_COUNT] = {"no threat applies", "answered", "not shown",
                                                     "open: medium or low, or accepted", "open: critical or high"};

const char *page_light_class(enum light l)
{
    return light_classes[l];
}

const char *page_light_words(enum light l)
{
    return light_words[l];
}

bool page_crosses(const struct json *row, struct bytes crossing)
{
    const struct threat *t = threat_find(field_text(row, "id"));
    for (const char *const *at = t == NULL ? NULL : t->crossings; at != NULL && *at != NULL; at++)
        if (bytes_is(crossing, *at))
            return true;
    return bytes_equal(field_text(row, "crossing"), crossing);
}

static void see_finding(struct crossing_state *c, const struct json *f)
{
    enum light l = page_light(f);
    c->open += finding_is_open(f) && field_severity(f) > SEVERITY_INFO;
    bool is_worse = l > c->light || (l == c->light && c->worst != NULL && field_severity(f) > field_severity(c->worst));
    if (is_worse) {
        c->light = l;
        c->worst = l > LIGHT_ANSWERED ? f : NULL;
    }
}

static void see_rows(struct page *p, struct crossing_state *c, struct bytes id)
{
    const struct json *findings = field_list(p->document, "findings"), *answered = field_list(p->document, "answered");
    for (size_t i = 0; i < answered->count; i++) {
        if (!page_crosses(answered->items[i], id))
            continue;
        c->answered++;
        c->light = LIGHT_ANSWERED;
    }
    for (size_t i = 0; i < findings->count; i++)
        if (page_crosses(findings->items[i], id))
            see_finding(c, findings->items[i]);
}

void page_crossings(struct page *p)
{
    const struct json *list = field_list(p->model, "crossings");
    struct bytes layout = field_text(json_at(p->document, "context"), "layout");
    bool is_known = field_row(field_list(p->model, "layouts"), layout) != NULL;
    for (size_t i = 0; i < list->count && p->crossing_count < CROSSINGS_MAX; i++) {
        struct crossing_state *c = &p->crossings[p->crossing_count++];
        *c = (struct crossing_state){.row = list->items[i]};
        bool applies = !is_known || field_list_has(field_list(c->row, "layouts"), layout);
        if (applies)
            see_rows(p, c, field_text(c->row, "id"));
    }
}
