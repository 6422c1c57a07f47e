/*
 * Building and reading trees of any size: the model is one large document, and its lists have no bound of their own
 * beyond the arena. Writing is sticky: a failure shows at the end.
 */
#pragma once

#include "json/json.h"

struct tree_list {
    struct arena *arena;
    const struct json **items;
    size_t count;
    size_t cap;
    struct err bad;
};

/*
 * tree_list_init - an empty list. tree_list_add - append a value; tree_list_text - append a string (bytes that are no
 * UTF-8 are refused); tree_list_has - whether such a string stands in it; tree_list_end - the array.
 *
 * in       value: NULL is a failure
 * out      *out only on success
 * errors   tree_list_end: the first failure: NOMEM, FORMAT
 */
void tree_list_init(struct tree_list *l, struct arena *a);
void tree_list_add(struct tree_list *l, const struct json *value);
void tree_list_text(struct tree_list *l, struct bytes text);
bool tree_list_has(const struct tree_list *l, struct bytes text);
MUST_CHECK struct err tree_list_end(struct tree_list *l, const struct json **out);

struct tree_map {
    struct arena *arena;
    struct json_member *members;
    size_t count;
    size_t cap;
    struct err bad;
};

/*
 * tree_map_init - an empty object with keys from outside. tree_map_set - add a member or replace the one of that key;
 * tree_map_add - add a member whose key is new: if it is not, tree_map_end refuses; tree_map_find - its value, or NULL;
 * tree_map_end - the object.
 *
 * in       key: borrowed until the end; value: NULL is a failure
 * out      *out only on success
 * errors   tree_map_end: the first failure: NOMEM, FORMAT
 * cost     tree_map_set and tree_map_find are linear in the members
 */
void tree_map_init(struct tree_map *m, struct arena *a);
void tree_map_set(struct tree_map *m, struct bytes key, const struct json *value);
void tree_map_add(struct tree_map *m, struct bytes key, const struct json *value);
void tree_map_text(struct tree_map *m, struct bytes key, struct bytes text);
const struct json *tree_map_find(const struct tree_map *m, struct bytes key);
MUST_CHECK struct err tree_map_end(struct tree_map *m, const struct json **out);

/*
 * tree_text - the string of a member, empty if there is none. tree_flag - its boolean, false if there is none.
 * tree_int - its integer, or `otherwise`. tree_scalar_text - the text of a scalar: strings as they stand, numbers and
 * booleans as written; false for anything else.
 *
 * in       object: any value or NULL
 * out      borrowed
 * errors   none
 */
struct bytes tree_text(const struct json *object, const char *key);
bool tree_flag(const struct json *object, const char *key);
int64_t tree_int(const struct json *object, const char *key, int64_t otherwise);
bool tree_scalar_text(const struct json *v, struct bytes *out);

/*
 * tree_format - a text put together by printf's rules, in the arena. tree_encode - a tree as JSON text.
 *
 * out      *out only on success
 * errors   NOMEM, LIMIT
 */
MUST_CHECK struct err tree_format(struct arena *a, struct bytes *out, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
MUST_CHECK struct err tree_encode(struct arena *a, const struct json *v, struct bytes *out);

/*
 * tree_with - an object with one member set.
 *
 * in       object: an object or NULL
 * out      *out only on success: a new object; `object` is left as it is
 * errors   NOMEM
 */
MUST_CHECK struct err tree_with(struct arena *a, const struct json *object, const char *key, const struct json *value,
                                const struct json **out);

/*
 * tree_texts - an object whose members are all strings: numbers and booleans as written, others left out. Annotations
 * and settings are texts, whatever a file makes of them.
 *
 * in       object: any value
 * out      *out only on success: a new object
 * errors   NOMEM
 */
MUST_CHECK struct err tree_texts(struct arena *a, const struct json *object, const struct json **out);

/* Each item of an array, none where `array_` is none: `for (TREE_EACH(i, array))` */
#define TREE_EACH(i_, array_)                                                                                          \
    size_t i_ = 0;                                                                                                     \
    i_ < (json_is((array_), JSON_ARRAY) ? (array_)->count : 0);                                                        \
    i_++
#define TREE_MEMBER(i_, object_)                                                                                       \
    size_t i_ = 0;                                                                                                     \
    i_ < (json_is((object_), JSON_OBJECT) ? (object_)->count : 0);                                                     \
    i_++
