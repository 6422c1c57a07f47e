/*
 * graph.reachable and graph.reachable_paths: a graph is an object that maps each vertex to a list of its neighbours.
 */
#include "rego/builtins/builtin.h"
#include "rego/value.h"

#define NOWHERE SIZE_MAX

/* Where the vertex stands among the graph's members. */
static size_t find_vertex(const struct json *graph, const struct json *vertex)
{
    struct json_member wanted = value_member(vertex, NULL);
    size_t low = 0;
    size_t high = graph->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = json_compare_keys(&graph->members[mid], &wanted);
        if (order == 0)
            return mid;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NOWHERE;
}

static size_t edge_count(const struct json *edges)
{
    return edges->type == JSON_ARRAY || edges->type == JSON_SET ? edges->count : 0;
}

static struct err need_graph(struct call *c, bool **seen_out)
{
    TRY(builtin_need(c, 1, JSON_OBJECT));
    TRY(builtin_need_collection(c, 2));
    TRY(builtin_cost_keys(c, c->args[0]));
    return arena_array(c->arena, c->args[0]->count, seen_out);
}

/* Vertices that wait; each enters once. */
struct queue {
    size_t *items;
    size_t count;
    bool *seen;
};

static void enqueue(struct queue *q, const struct json *graph, const struct json *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = find_vertex(graph, list->items[i]);
        if (at == NOWHERE || q->seen[at])
            continue;
        q->seen[at] = true;
        q->items[q->count++] = at;
    }
}

static struct err bi_reachable(struct call *c, const struct json **out)
{
    struct queue q = {0};
    struct values found = {.arena = c->arena};
    TRY(need_graph(c, &q.seen));
    const struct json *graph = c->args[0];
    TRY(arena_array(c->arena, graph->count, &q.items));
    enqueue(&q, graph, c->args[1], c->args[1]->count);
    for (size_t i = 0; i < q.count; i++) {
        const struct json_member *m = &graph->members[q.items[i]];
        const struct json *key;
        TRY(builtin_cost(c, 8 * json_weight(m->value)));
        enqueue(&q, graph, m->value, edge_count(m->value));
        TRY(value_key(c->arena, m, &key));
        TRY(values_add(&found, key));
    }
    return builtin_set(c, found.items, found.count, out);
}

/* A path under construction: the vertices on it, and the next edge of each. A vertex that was left over an edge is not
 * entered again, so a path is never longer than the graph has vertices, and one. */
struct trail {
    const struct json *graph;
    struct {
        size_t vertex, next;
    } * steps;
    const struct json **keys;
    size_t count;
    bool *left;
    struct values *paths;
};

static struct err add_path(struct call *c, struct trail *t)
{
    const struct json *path;
    TRY(builtin_cost(c, 8 * t->count));
    TRY(value_array(c->arena, t->keys, t->count, &path));
    return values_add(t->paths, path);
}

static struct err enter(struct call *c, struct trail *t, size_t vertex)
{
    TRY(value_key(c->arena, &t->graph->members[vertex], &t->keys[t->count]));
    t->steps[t->count].vertex = vertex;
    t->steps[t->count].next = 0;
    t->count++;
    if (edge_count(t->graph->members[vertex].value) == 0) {
        TRY(add_path(c, t));
        t->count--;
    }
    return OK;
}

/* Follows one edge of the last vertex, or goes back over it. */
static struct err follow(struct call *c, struct trail *t)
{
    size_t vertex = t->steps[t->count - 1].vertex;
    const struct json *edges = t->graph->members[vertex].value;
    if (t->steps[t->count - 1].next == edges->count) {
        t->count--;
        return OK;
    }
    const struct json *neighbour = edges->items[t->steps[t->count - 1].next++];
    TRY(builtin_cost(c, 8 + 8 * json_weight(neighbour)));
    size_t next = find_vertex(t->graph, neighbour);
    if (next == NOWHERE || t->left[next])
        return add_path(c, t);
    t->left[vertex] = true;
    return enter(c, t, next);
}

/* All paths over one edge of a root. What is left behind on one of them is not entered by a later one: so does OPA. */
static struct err paths_over(struct call *c, struct trail *t, size_t root, const struct json *neighbour)
{
    TRY(builtin_cost(c, t->graph->count + 8 * json_weight(neighbour)));
    size_t next = find_vertex(t->graph, neighbour);
    for (size_t i = 0; i < t->graph->count; i++)
        t->left[i] = i == root;
    TRY(value_key(c->arena, &t->graph->members[root], &t->keys[0]));
    t->count = 1;
    if (next == NOWHERE || t->left[next])
        return add_path(c, t);
    TRY(enter(c, t, next));
    while (t->count > 1)
        TRY(follow(c, t));
    return OK;
}

static struct err bi_reachable_paths(struct call *c, const struct json **out)
{
    struct values found = {.arena = c->arena};
    struct trail t = {.paths = &found};
    TRY(need_graph(c, &t.left));
    t.graph = c->args[0];
    TRY(arena_array(c->arena, t.graph->count + 1, &t.steps));
    TRY(arena_array(c->arena, t.graph->count + 1, &t.keys));
    for (size_t i = 0; i < c->args[1]->count; i++) {
        size_t root = find_vertex(t.graph, c->args[1]->items[i]);
        if (root == NOWHERE)
            continue;
        const struct json *edges = t.graph->members[root].value;
        t.count = 0;
        if (edge_count(edges) == 0)
            TRY(enter(c, &t, root));
        for (size_t e = 0; e < edge_count(edges); e++)
            TRY(paths_over(c, &t, root, edges->items[e]));
    }
    return builtin_set(c, found.items, found.count, out);
}

const struct builtin builtins_graph[] = {
    {"graph.reachable", 2, false, bi_reachable},
    {"graph.reachable_paths", 2, false, bi_reachable_paths},
};
BUILTIN_ROWS(graph)
