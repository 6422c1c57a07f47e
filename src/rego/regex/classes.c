/*
 * The characters that a program tells apart. The edges of all its sets cut the characters into intervals; then each set
 * splits the classes that it cuts through.
 */
#include "rego/regex/program.h"

#define EDGES_MAX     20000
#define INTERVALS_MAX 4000
#define WORK_MAX      200000 /* intervals beneath all sets */

struct partition {
    struct arena *arena;
    struct class_span *spans;
    uint32_t count;
    uint32_t classes;
    uint32_t *sizes;   /* by class: its intervals */
    uint32_t *touched; /* by class: those beneath the set at hand */
    uint32_t *moved;   /* by class: where these go */
    uint64_t work;
    bool ascii_edge[128];
    struct charset_builder edges; /* the others */
    size_t edge_count;
};

static struct err add_edge(struct partition *p, uint32_t c)
{
    if (c < 128) {
        p->ascii_edge[c] = true;
        return OK;
    }
    if (c > CHARACTER_MAX || ++p->edge_count > EDGES_MAX)
        return OK;
    return charset_add(&p->edges, c, c);
}

static struct err add_edges(struct partition *p, struct charset set)
{
    for (size_t i = 0; i < set.count; i++) {
        TRY(add_edge(p, set.spans[i].first));
        TRY(add_edge(p, set.spans[i].last + 1));
    }
    return OK;
}

/* One interval from each edge to the next, all of one class. */
static struct err cut(struct partition *p)
{
    struct charset edges;
    TRY(charset_make(&p->edges, false, &edges));
    p->ascii_edge[0] = true;
    TRY(arena_array(p->arena, 128 + p->edge_count, &p->spans));
    for (uint32_t c = 0; c < 128; c++)
        if (p->ascii_edge[c])
            p->spans[p->count++] = (struct class_span){c, 0};
    for (size_t i = 0; i < edges.count; i++)
        for (uint32_t c = edges.spans[i].first; c <= edges.spans[i].last; c++)
            p->spans[p->count++] = (struct class_span){c, 0};
    TRY(arena_array(p->arena, p->count, &p->sizes));
    TRY(arena_array(p->arena, p->count, &p->touched));
    TRY(arena_array(p->arena, p->count, &p->moved));
    p->sizes[0] = p->count;
    p->classes = 1;
    return OK;
}

/* The interval that holds a character. */
static uint32_t find_interval(const struct class_span *spans, uint32_t count, uint32_t c)
{
    uint32_t low = 0;
    uint32_t high = count;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (spans[mid].first <= c)
            low = mid;
        else
            high = mid;
    }
    return low;
}

/* Calls `visit` for each interval of a set. */
static void each_interval(struct partition *p, struct charset set, void (*visit)(struct partition *p, uint32_t i))
{
    for (size_t s = 0; s < set.count; s++) {
        uint32_t i = find_interval(p->spans, p->count, set.spans[s].first);
        for (; i < p->count && p->spans[i].first <= set.spans[s].last; i++)
            visit(p, i);
    }
}

static void count_touched(struct partition *p, uint32_t i)
{
    p->touched[p->spans[i].class]++;
    p->work++;
}

static void move(struct partition *p, uint32_t i)
{
    uint32_t class = p->spans[i].class;
    if (p->touched[class] == 0 || p->touched[class] == p->sizes[class])
        return;
    if (p->moved[class] == 0)
        p->moved[class] = p->classes++;
    p->spans[i].class = p->moved[class];
    p->sizes[p->moved[class]]++;
}

static void forget_touched(struct partition *p, uint32_t i)
{
    p->touched[p->spans[i].class] = 0;
}

/* A class that the set cuts through loses what lies inside to a new class. */
static void split(struct partition *p, struct charset set)
{
    if (p->work > WORK_MAX || p->classes > CLASSES_MAX)
        return;
    uint32_t before = p->classes;
    each_interval(p, set, count_touched);
    each_interval(p, set, move);
    each_interval(p, set, forget_touched);
    for (uint32_t class = 0; class < before; class ++) {
        if (p->moved[class] == 0)
            continue;
        p->sizes[class] -= p->sizes[p->moved[class]];
        p->moved[class] = p->touched[class] = 0;
    }
}

static struct err keep(const struct partition *p, struct regex *r)
{
    uint32_t *samples;
    TRY(arena_array(p->arena, p->classes, &samples));
    for (uint32_t i = 0; i < p->count; i++)
        samples[p->spans[i].class] = p->spans[i].first;
    r->spans = p->spans;
    r->span_count = p->count;
    r->samples = samples;
    r->class_count = p->classes;
    for (uint32_t c = 0; c < 128; c++)
        r->ascii[c] = (uint8_t)p->spans[find_interval(p->spans, p->count, c)].class;
    return OK;
}

struct err classes_make(struct arena *a, const struct charset_list *sets, struct regex *r)
{
    static const struct unicode_span line_end = {'\n', '\n'};
    struct charset_list lines = {{NULL, 0}, sets};
    struct charset_list words = {{NULL, 0}, &lines};
    struct partition p = {.arena = a, .edges = {.arena = a}};
    if ((r->looks & (LOOK_LINE_BEGIN | LOOK_LINE_END)) != 0)
        lines.set = (struct charset){&line_end, 1};
    if ((r->looks & (LOOK_WORD_EDGE | LOOK_NO_WORD_EDGE)) != 0)
        (void)charset_perl('w', &words.set);
    for (const struct charset_list *l = &words; l != NULL; l = l->next)
        TRY(add_edges(&p, l->set));
    if (p.edge_count > EDGES_MAX)
        return OK;
    TRY(cut(&p));
    if (p.count > INTERVALS_MAX)
        return OK;
    for (const struct charset_list *l = &words; l != NULL; l = l->next)
        split(&p, l->set);
    return p.work > WORK_MAX || p.classes > CLASSES_MAX ? OK : keep(&p, r);
}

uint32_t classes_find(const struct regex *r, uint32_t c)
{
    return c < 128 ? r->ascii[c] : r->spans[find_interval(r->spans, r->span_count, c)].class;
}
