/*
 * The boundary, drawn: what is outside on the left, the TEE in the middle, the trusted side on the right, and each
 * crossing as an arrow that says which way it goes, who comes that way and the worst that is open there. Colour never
 * stands alone: each light has a sign and a line of its own. There are two drawings of the same facts: components side
 * by side for a wide window, three lanes from top to bottom for a narrow one; CSS shows the one that fits.
 */
#include "report/page.h"

#define PITCH 50 /* from one arrow to the next */
#define TOP   64 /* of the first arrow's row */

/* One arrow between a component outside and one inside; neighbours of the same name share a box. */
struct drawn {
    const char *crossing, *outside, *who, *inside;
};

static const struct drawn vm_rows[] = {
    {"X3", "VMM, firmware, other VMs", "IO CT", "firmware, kernel, initramfs"},
    {"X4", "VMM, firmware, other VMs", "IO CT", "firmware, kernel, initramfs"},
    {"X1", "shim, containerd, kubelet", "IO OO", "agent"},
    {"X2", "shim, containerd, kubelet", "IO OO", "agent"},
    {"X10", "control plane, webhooks", "OO", "agent"},
    {"X6", "registry, mirror, proxy", "RO NA", "image service"},
    {"X14", "storage, key services", "IO OO", "volumes"},
    {"X11", "clients, pod network", "NA OO", "containers"},
    {0},
};

static const struct drawn peer_rows[] = {
    {"X15", "cloud API, adaptor, user data", "IO OO", "pod VM, paravisor"},
    {"X3", "cloud host, VM images", "IO CT", "pod VM, paravisor"},
    {"X4", "cloud host, VM images", "IO CT", "pod VM, paravisor"},
    {"X1", "shim, forwarder link", "IO OO", "agent"},
    {"X2", "shim, forwarder link", "IO OO", "agent"},
    {"X10", "control plane, webhooks", "OO", "agent"},
    {"X6", "registry, mirror, proxy", "RO NA", "image service"},
    {"X14", "storage, key services", "IO OO", "volumes"},
    {"X11", "clients, pod network", "NA OO", "containers"},
    {0},
};

static const struct drawn enclave_rows[] = {
    {"X16", "host kernel, shim, bundle", "IO", "agent enclave"},
    {"X3", "host kernel, shim, bundle", "IO", "agent enclave"},
    {"X10", "control plane, webhooks", "OO", "agent enclave"},
    {"X6", "registry, mirror, proxy", "RO NA", "agent enclave"},
    {"X14", "storage, sealed files", "IO OO", "application enclaves"},
    {"X11", "clients, pod network", "NA OO", "application enclaves"},
    {0},
};

/* The right side is the same for all: who speaks to the broker. */
static const struct drawn broker_rows[] = {
    {"X7", "TEE vendor", "TV", ""},
    {"X9", "guest-image builder", "GB", ""},
    {"X8", "administrator", "BO", ""},
    {0},
};

static const struct drawn *rows_of(struct bytes layout)
{
    return bytes_is(layout, "enclave") ? enclave_rows : bytes_is(layout, "peer-pods") ? peer_rows : vm_rows;
}

static const struct crossing_state *state_of(const struct page *p, const char *id)
{
    static const struct crossing_state nothing;
    for (size_t i = 0; i < p->crossing_count; i++)
        if (bytes_is(field_text(p->crossings[i].row, "id"), id))
            return &p->crossings[i];
    return &nothing;
}

/* The sign of a light, centred at x, y: octagon, triangle, square, disc; each reads without its colour. */
static void sign(struct page *p, enum light l, size_t x, size_t y)
{
    static const char *const shapes[LIGHT_COUNT] = {"", "<circle r=9 />", "<rect x=-8 y=-8 width=16 height=16 rx=2 />",
                                                    "<path d=\"M0-10 11 9H-11z\"/>",
                                                    "<path d=\"M-4.5-11h9L11-4.5v9L4.5 11h-9L-11 4.5v-9z\"/>"};
    static const char *const marks[LIGHT_COUNT] = {
        "", "<path class=mark d=\"M-4.5.5-1.5 3.5 4.5-3.5\"/>", "<text class=mark y=5>?</text>",
        "<path class=mark d=\"M0-4.5V2.5M0 5.6v.6\"/>", "<path class=mark d=\"M0-6V1.5M0 5v.6\"/>"};
    if (l == LIGHT_NOT_APPLICABLE)
        return;
    page_put(p->out, "<g class=sign transform=\"translate(@n @n)\">@s@s</g>", x, y, shapes[l], marks[l]);
}

static void head(struct page *p, size_t x, size_t y, bool points_left)
{
    if (points_left)
        page_put(p->out, "<path class=head d=\"M@n @nl10-6v12z\"/>", x, y);
    else
        page_put(p->out, "<path class=head d=\"M@n @nl-10-6v12z\"/>", x, y);
}

/* An arrow on the line y from x0 to x1 (x0 < x1). `to_right`, `to_left`: which ends have a head. */
static void arrow(struct page *p, const struct crossing_state *c, size_t x0, size_t x1, size_t y, unsigned heads,
                  const char *who)
{
    struct bytes id = field_text(c->row, "id");
    size_t middle = (x0 + x1) / 2;
    page_put(p->out, "<a href=\"#@t\" class=\"arrow @s\"><title>@t @t: @s", id, page_light_class(c->light), id,
             field_text(c->row, "name"), page_light_words(c->light));
    if (c->worst != NULL)
        page_put(p->out, ", @t @t", field_text(c->worst, "id"), field_text(c->worst, "title"));
    page_put(p->out, "</title><path class=line d=\"M@n @nH@n\"/>", x0, y, x1);
    if ((heads & 1) != 0)
        head(p, x1, y, false);
    if ((heads & 2) != 0)
        head(p, x0, y, true);
    page_put(p->out, "<text class=id x=@n y=@n>@t<tspan class=who> @s</tspan></text>", x0 + 14, y - 8, id, who);
    sign(p, c->light, middle, y);
    if (c->worst != NULL)
        page_put(p->out, "<text class=worst x=@n y=@n>@t</text>", middle, y + 24, field_text(c->worst, "id"));
    page_put(p->out, "</a>");
}

static unsigned heads_of(const struct crossing_state *c, bool starts_left)
{
    struct bytes d = field_text(c->row, "direction");
    if (bytes_is(d, "both") || bytes_is(d, "between"))
        return 3;
    if (bytes_is(d, "out"))
        return starts_left ? 2 : 1;
    return starts_left ? 1 : 2;
}

static void box(struct page *p, const char *class, size_t x, size_t y, size_t w, size_t h, const char *words,
                const char *who)
{
    page_put(p->out, "<rect class=\"box @s\" x=@n y=@n width=@n height=@n rx=8 />", class, x, y, w, h);
    page_put(p->out, "<text class=name x=@n y=@n>@s</text>", x + w / 2,
             y + h / 2 + (who[0] == '\0' ? 5 : 0) - (who[0] != '\0' ? 3 : 0), words);
    if (who[0] != '\0')
        page_put(p->out, "<text class=who x=@n y=@n>@s</text>", x + w / 2, y + h / 2 + 14, who);
}

/* The boxes of one column: neighbours of the same name share one. */
static void column(struct page *p, const struct drawn *rows, bool is_inside, size_t x, size_t w)
{
    size_t i = 0;
    while (rows[i].crossing != NULL) {
        const char *name = is_inside ? rows[i].inside : rows[i].outside;
        size_t n = 1;
        while (rows[i + n].crossing != NULL && strcmp(is_inside ? rows[i + n].inside : rows[i + n].outside, name) == 0)
            n++;
        /* The last box has one more row inside, for what passes between containers. */
        bool is_last = is_inside && rows[i + n].crossing == NULL;
        box(p, is_inside ? "in" : "outer", x, TOP + i * PITCH + 4, w, (n + is_last) * PITCH - 8, is_last ? "" : name,
            is_inside ? "" : rows[i].who);
        if (is_last)
            page_put(p->out, "<text class=name x=@n y=@n>@s</text>", x + w / 2, TOP + i * PITCH + n * PITCH / 2 + 5,
                     name);
        i += n;
    }
}

static void zone(struct page *p, const char *class, size_t x, size_t w, size_t h, const char *words, const char *more)
{
    page_put(p->out,
             "<rect class=\"zone @s\" x=@n y=2 width=@n height=@n rx=14 /><text class=zn x=@n y=28>@s</text>"
             "<text class=zm x=@n y=47>@s</text>",
             class, x, w, h, x + w / 2, words, x + w / 2, more);
}

/* `below`: the worst threat stands under the arrow, because something else stands beside it. */
static void upright(struct page *p, const struct crossing_state *c, size_t x, size_t y0, size_t y1, bool below)
{
    struct bytes id = field_text(c->row, "id");
    size_t middle = (y0 + y1) / 2;
    page_put(p->out,
             "<a href=\"#@t\" class=\"arrow @s\"><title>@t @t: @s</title><path class=line d=\"M@n @nV@n\"/>"
             "<path class=head d=\"M@n @nl-6 10h12z\"/><path class=head d=\"M@n @nl-6-10h12z\"/>",
             id, page_light_class(c->light), id, field_text(c->row, "name"), page_light_words(c->light), x, y0, y1, x,
             y0, x, y1);
    page_put(p->out, "<text class=id x=@n y=@n>@t</text>", x + 16, middle + 5, id);
    sign(p, c->light, x, middle);
    if (c->worst != NULL)
        page_put(p->out, "<text class=\"worst left\" x=@n y=@n>@t</text>", below ? x - 6 : x + 48,
                 below ? y1 + 22 : middle + 5, field_text(c->worst, "id"));
    page_put(p->out, "</a>");
}

/* Inside the TEE, below the rows: containers among themselves, and containers with the guest's services. */
static size_t draw_inside(struct page *p, size_t y)
{
    box(p, "in", 482, y - 6, 92, PITCH - 12, "one", "");
    box(p, "in", 686, y - 6, 92, PITCH - 12, "another", "");
    arrow(p, state_of(p, "X13"), 574, 686, y + PITCH / 2 - 12, 3, "XC");
    y += PITCH;
    upright(p, state_of(p, "X12"), 560, y - 4, y + PITCH + 22, false);
    y += PITCH + 22;
    box(p, "in", 470, y + 4, 320, PITCH + 8, "attester, secrets, local API", "");
    return y;
}

static void draw_trusted(struct page *p, size_t y5, size_t h)
{
    static const char *const processes[] = {"front", "appraise", "keys", "store"};
    size_t middle = TOP + 6 * PITCH;
    box(p, "trust", 950, TOP + 4, 150, y5 + PITCH - TOP, "", "");
    page_put(p->out, "<text class=name x=1025 y=@n>broker</text>", (size_t)TOP + 34);
    for (size_t i = 0; i < 4; i++)
        page_put(p->out, "<text class=zm x=1056 y=@n>@s</text>", middle - 50 + i * 34, processes[i]);
    upright(p, state_of(p, "X17"), 976, middle - 66, middle + 60, true);
    for (size_t i = 0; broker_rows[i].crossing != NULL; i++) {
        size_t y = TOP + i * 2 * PITCH;
        box(p, "trust", 1250, y + 4, 164, PITCH + 12, broker_rows[i].outside, broker_rows[i].who);
        arrow(p, state_of(p, broker_rows[i].crossing), 1100, 1250, y + 4 + (PITCH + 12) / 2, 2, "");
    }
    size_t y18 = h - 40;
    box(p, "trust", 1250, y18 - 34, 164, PITCH + 12, "owner’s tools", "DO WP");
    arrow(p, state_of(p, "X18"), 790, 1250, y18 - 3, 2, "files: initdata, seals, signatures");
}

static void draw_wide(struct page *p, struct bytes layout)
{
    const struct drawn *rows = rows_of(layout);
    size_t count = 0;
    while (rows[count].crossing != NULL)
        count++;
    size_t below = TOP + count * PITCH, y5 = below + 2 * PITCH + 22, h = y5 + 3 * PITCH + 10;
    page_put(p->out,
             "<svg class=\"map wide-map\" viewBox=\"0 0 1440 @n\" role=img aria-labelledby=mapt>"
             "<title id=mapt>The boundary of the TEE and what crosses it</title>",
             h + 4);
    zone(p, "z-out", 2, 270, h, "Outside", "untrusted: host, cluster, network");
    zone(p, "z-tee", 450, 360, h, "TEE", bytes_is(layout, "enclave") ? "enclaves" : "hardware and guest together");
    zone(p, "z-trust", 930, 508, h, "Trusted side", "the data owner’s, or proven to the owner");
    column(p, rows, true, 470, 320);
    column(p, rows, false, 20, 234);
    for (size_t i = 0; i < count; i++) {
        const struct crossing_state *c = state_of(p, rows[i].crossing);
        arrow(p, c, 254, 470, TOP + i * PITCH + PITCH / 2, heads_of(c, true), rows[i].who);
    }
    static const char *const never[] = {"Never trusted, whoever runs it:", "host OS and hypervisor, the",
                                        "provider’s software, other VMs", "and processes, the control plane."};
    for (size_t i = 0; i < 4; i++)
        page_put(p->out, "<text class=zm x=137 y=@n>@s</text>", below + 60 + i * 20, never[i]);
    size_t services = draw_inside(p, below);
    arrow(p, state_of(p, "X5"), 790, 950, services + 4 + (PITCH + 8) / 2, 3, "NA");
    draw_trusted(p, services, h);
    page_put(p->out, "</svg>");
}

static size_t lane_of(const struct json *zones, size_t i)
{
    static const size_t middles[3] = {56, 184, 312};
    struct bytes name = zones->count > i && json_is(zones->items[i], JSON_STRING) ? zones->items[i]->text : BYTES_EMPTY;
    return middles[bytes_is(name, "trusted") ? 2 : bytes_is(name, "tee") ? 1 : 0];
}

#define LANE_TOP   58
#define LANE_PITCH 64

static void draw_lane_row(struct page *p, const struct crossing_state *c, size_t y)
{
    const struct json *zones = field_list(c->row, "zones");
    size_t from = lane_of(zones, 0), to = lane_of(zones, 1);
    struct bytes id = field_text(c->row, "id");
    bool is_inner = from == to;
    size_t x0 = is_inner ? from - 40 : (from < to ? from : to), x1 = is_inner ? from + 40 : (from < to ? to : from);
    unsigned heads =
        bytes_is(field_text(c->row, "direction"), "both") || bytes_is(field_text(c->row, "direction"), "between") ? 3
        : from <= to                                                                                              ? 1
                                                                                                                  : 2;
    page_put(p->out, "<a href=\"#@t\" class=\"arrow @s\"><text class=lt x=8 y=@n>@t <tspan class=ln>@t</tspan></text>",
             id, page_light_class(c->light), y - 17, id, field_text(c->row, "name"));
    page_put(p->out, "<path class=line d=\"M@n @nH@n\"/>", x0, y, x1);
    if ((heads & 1) != 0)
        head(p, x1, y, false);
    if ((heads & 2) != 0)
        head(p, x0, y, true);
    sign(p, c->light, (x0 + x1) / 2, y);
    if (c->worst != NULL)
        page_put(p->out, "<text class=worst x=@n y=@n>@t</text>", (x0 + x1) / 2, y + 25, field_text(c->worst, "id"));
    page_put(p->out, "</a>");
}

static void draw_narrow(struct page *p)
{
    size_t count = 0;
    for (size_t i = 0; i < p->crossing_count; i++)
        count += p->crossings[i].light != LIGHT_NOT_APPLICABLE;
    size_t h = LANE_TOP + count * LANE_PITCH + 8;
    page_put(p->out,
             "<svg class=\"map narrow-map\" viewBox=\"0 0 368 @n\" role=img aria-labelledby=mapn>"
             "<title id=mapn>The boundary of the TEE and what crosses it</title>"
             "<rect class=\"zone z-out\" x=1 y=1 width=110 height=@n rx=10 />"
             "<rect class=\"zone z-tee\" x=121 y=1 width=126 height=@n rx=10 />"
             "<rect class=\"zone z-trust\" x=257 y=1 width=110 height=@n rx=10 />"
             "<text class=zn x=56 y=22>Outside</text><text class=zn x=184 y=22>TEE</text>"
             "<text class=zn x=312 y=22>Trusted</text>",
             h + 2, h, h, h);
    for (size_t i = 0, at = 0; i < p->crossing_count; i++)
        if (p->crossings[i].light != LIGHT_NOT_APPLICABLE)
            draw_lane_row(p, &p->crossings[i], LANE_TOP + 14 + LANE_PITCH * at++);
    page_put(p->out, "</svg>");
}

static void legend(struct page *p)
{
    static const enum light order[] = {LIGHT_RED, LIGHT_AMBER, LIGHT_NOT_SHOWN, LIGHT_ANSWERED, LIGHT_NOT_APPLICABLE};
    page_put(p->out, "<figcaption class=legend>");
    for (size_t i = 0; i < LIGHT_COUNT; i++) {
        page_put(p->out,
                 "<span><svg class=key viewBox=\"0 0 60 24\" width=60 height=24 aria-hidden=true><g class=\"arrow @s\">"
                 "<path class=line d=\"M2 12H58\"/>",
                 page_light_class(order[i]));
        sign(p, order[i], 30, 12);
        page_put(p->out, "</g></svg>@s</span>", page_light_words(order[i]));
    }
    page_put(p->out, "</figcaption>");
}

static void table(struct page *p)
{
    page_put(
        p->out,
        "<details class=crossings><summary>All crossings in words</summary><table class=stack><thead><tr><th>crossing"
        "<th>way<th>what passes<th>validated by<th>state</tr></thead><tbody>");
    for (size_t i = 0; i < p->crossing_count; i++) {
        const struct crossing_state *c = &p->crossings[i];
        page_put(p->out,
                 "<tr id=\"@t\"><th scope=row>@t <span class=nm>@t</span></th><td data-l=way>@t @t @t</td>"
                 "<td data-l=passes>@t<br><small>@t</small></td><td data-l=validated>@t</td>",
                 field_text(c->row, "id"), field_text(c->row, "id"), field_text(c->row, "name"),
                 field_text(c->row, "from"), field_text(c->row, "sign"), field_text(c->row, "to"),
                 field_text(c->row, "carries"), field_text(c->row, "channel"), field_text(c->row, "validated"));
        page_put(p->out, "<td data-l=state><span class=\"light @s\">@s</span>", page_light_class(c->light),
                 page_light_words(c->light));
        if (c->open > 0)
            page_put(p->out, " <small>@n open</small>", c->open);
        if (c->answered > 0)
            page_put(p->out, " <small>@n answered</small>", c->answered);
        page_put(p->out, "</td></tr>");
    }
    page_put(p->out, "</tbody></table></details>");
}

void page_boundary(struct page *p)
{
    page_put(p->out, "<section id=boundary><h2>The boundary</h2><figure>");
    draw_wide(p, field_text(json_at(p->document, "context"), "layout"));
    draw_narrow(p);
    legend(p);
    page_put(p->out, "</figure>");
    table(p);
    page_put(p->out, "</section>\n");
}
