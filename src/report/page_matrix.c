/*
 * Who reaches what: one row per crossing, one column per persona; a cell shows the worst that this persona can do
 * there.
 */
#include "report/page.h"
#include "trust/catalogue.h"

struct cell {
    enum light light;
    const struct json *worst;
    size_t count;
};

static bool attacks(const struct threat *t, struct bytes persona)
{
    for (const char *const *at = t->attackers; at != NULL && *at != NULL; at++)
        if (bytes_is(persona, *at))
            return true;
    return false;
}

static struct cell cell_of(const struct page *p, struct bytes crossing, struct bytes persona)
{
    struct cell c = {0};
    const struct json *list = field_list(p->document, "findings"), *answered = field_list(p->document, "answered");
    for (size_t i = 0; i < answered->count; i++) {
        const struct threat *t = threat_find(field_text(answered->items[i], "id"));
        if (t != NULL && page_crosses(answered->items[i], crossing) && attacks(t, persona))
            c.light = LIGHT_ANSWERED;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct json *f = list->items[i];
        if (!page_crosses(f, crossing) || !field_list_has(field_list(f, "attackers"), persona))
            continue;
        enum light l = page_light(f);
        c.count += l >= LIGHT_AMBER;
        if (l > c.light) {
            c.light = l;
            c.worst = f;
        }
    }
    return c;
}

static void print_cell(struct page *p, const struct json *crossing, const struct json *persona)
{
    static const char *const signs[LIGHT_COUNT] = {"·", "✓", "?", "", ""};
    struct cell c = cell_of(p, field_text(crossing, "id"), field_text(persona, "id"));
    page_put(p->out, "<td class=\"c @s\" title=\"@t, @t: @s\">", page_light_class(c.light), field_text(crossing, "id"),
             field_text(persona, "name"), page_light_words(c.light));
    if (c.light >= LIGHT_AMBER)
        page_put(p->out, "<a href=\"#f-@t\"><span class=mk></span>@n</a>", field_text(c.worst, "id"), c.count);
    else
        page_put(p->out, "@s", signs[c.light]);
    page_put(p->out, "</td>");
}

void page_matrix(struct page *p)
{
    const struct json *personas_list = field_list(p->model, "personas");
    page_put(p->out, "<section id=matrix><h2>Who reaches what</h2><p class=lead>A number counts the open or accepted "
                     "threats that a persona can carry out at a crossing; ✓ means all of them are answered, ? that "
                     "nothing supplied shows it, · that no threat is known.</p>"
                     "<div class=beside><table class=matrix><thead><tr><th scope=col>crossing</th>");
    for (size_t i = 0; i < personas_list->count; i++)
        page_put(p->out, "<th scope=col><abbr title=\"@t, @t by default\">@t</abbr></th>",
                 field_text(personas_list->items[i], "name"), field_text(personas_list->items[i], "trust"),
                 field_text(personas_list->items[i], "id"));
    page_put(p->out, "</tr></thead><tbody>");
    for (size_t i = 0; i < p->crossing_count; i++) {
        const struct json *row = p->crossings[i].row;
        if (p->crossings[i].light == LIGHT_NOT_APPLICABLE)
            continue;
        page_put(p->out, "<tr><th scope=row><a href=\"#@t\">@t</a> <span class=wide>@t</span></th>",
                 field_text(row, "id"), field_text(row, "id"), field_text(row, "name"));
        for (size_t k = 0; k < personas_list->count; k++)
            print_cell(p, row, personas_list->items[k]);
        page_put(p->out, "</tr>");
    }
    page_put(p->out, "</tbody></table><dl class=personas>");
    for (size_t i = 0; i < personas_list->count; i++) {
        const struct json *row = personas_list->items[i];
        page_put(p->out, "<div><dt>@t</dt><dd>@t <span class=\"tag @t\">@t</span></dd></div>", field_text(row, "id"),
                 field_text(row, "name"), field_text(row, "trust"), field_text(row, "trust"));
    }
    page_put(p->out, "</dl></div></section>\n");
}
