/*
 * The one document model: immutable values in an arena. Numbers keep their exact text, strings are checked UTF-8 and
 * may hold NUL, objects keep no duplicate key and are sorted by key. Policies, claims, tokens and settings all use it.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/err.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT, JSON_SET };

struct json;

struct json_member {
    struct bytes key; /* empty where `name` is set */
    const struct json *value;
    const struct json *name; /* the key of a policy's object that is no string; NULL in everything that was decoded */
};

/* A value. Read it through the functions below; the layout is open so that the policy engine can be fast. */
struct json {
    enum json_type type;
    bool is_int;    /* JSON_NUMBER: the value is an integer of 64 bits (1, 1.0 and 1e0 are), and `as_int` holds it */
    uint16_t depth; /* nesting of a container that a policy built; 0 in decoded ones, which JSON_DEPTH_MAX bounds */
    union {
        bool as_bool;
        int64_t as_int;
        uint64_t weight; /* containers: the weights of what they hold, shared values as often as they are held */
    };
    struct bytes text; /* JSON_STRING: the characters; JSON_NUMBER: the exact text */
    size_t count;      /* JSON_ARRAY, JSON_SET: items; JSON_OBJECT: members */
    union {
        const struct json *const *items;   /* JSON_ARRAY in order; JSON_SET sorted by json_compare, no duplicates */
        const struct json_member *members; /* JSON_OBJECT: sorted by key bytes, no duplicates */
    };
};

/*
 * json_weight - how much there is to read in a value: 1 for each value in it, and one more for each 64 bytes of text.
 * json_key_weight - of a member's key alone. json_weigh - of a container, when all it holds is in place.
 *
 * out      what comparing, printing or walking the value takes at most; v->weight
 * errors   none
 * cost     constant; json_weigh: one pass over what the container holds itself
 */
static inline uint64_t json_weight(const struct json *v)
{
    return 1 + (v->type < JSON_ARRAY ? v->text.n / 64 : v->weight);
}
uint64_t json_key_weight(const struct json_member *m);
void json_weigh(struct json *v);

/*
 * json_compare_keys - the order of members in an object: by key bytes; keys that are no strings by json_compare.
 *
 * out      negative, zero, positive
 * errors   none
 */
int json_compare_keys(const struct json_member *a, const struct json_member *b);

struct json_bounds {
    size_t text_max;  /* bytes; 0 means JSON_TEXT_MAX */
    size_t depth_max; /* nesting; 0 means JSON_DEPTH_MAX */
    bool keep_last; /* a key that stands twice means its last value; for what only shows a text, never for what decides
                     */
};

/* Where a refused text is wrong. */
struct json_fault {
    size_t offset;
};

/*
 * json_decode - one JSON text, strictly: no duplicate key, no invalid UTF-8 or lone surrogate, no raw control
 * character, no leading zero, no byte-order mark, nothing behind the value.
 *
 * in       a: owns the result; text: hostile, copied where it must be kept (the result does not point into it);
 *          bounds, fault: may be NULL
 * out      *out only on success; fault->offset on failure
 * errors   FORMAT; LIMIT (too long, too deep, or a number past JSON_NUMBER_MAX or JSON_EXPONENT_MAX); NOMEM
 * cost     one pass
 * source: RFC 8259; I-JSON RFC 7493 2.3 for duplicates
 */
MUST_CHECK struct err json_decode(struct arena *a, struct bytes text, const struct json_bounds *bounds,
                                  struct json_fault *fault, const struct json **out);

/*
 * json_find - the member of an object, or NULL if `object` is NULL, no object, or has no such member.
 * json_find_path - the same along a path of keys ("a", "b", NULL-terminated list of C strings).
 *
 * out      borrowed from the tree
 * errors   none
 * cost     binary search per step
 */
const struct json *json_find(const struct json *object, struct bytes key);
const struct json *json_at(const struct json *object, const char *key);
const struct json *json_path(const struct json *object, ...) __attribute__((sentinel));

static inline bool json_is(const struct json *v, enum json_type type)
{
    return v != NULL && v->type == type;
}

/*
 * json_need_string, json_need_int, json_need_bool, json_need_object, json_need_array - a member that must be there and
 * of that type.
 *
 * in       object: hostile or NULL
 * out      only on success
 * errors   FORMAT  missing or of another type (json_need_int: not written as a plain integer, or outside min..max)
 * source: docs/decisions/0001-foundations.md json
 */
MUST_CHECK struct err json_need_string(const struct json *object, const char *key, struct bytes *out);
MUST_CHECK struct err json_need_int(const struct json *object, const char *key, int64_t min, int64_t max, int64_t *out);
MUST_CHECK struct err json_need_bool(const struct json *object, const char *key, bool *out);
MUST_CHECK struct err json_need_object(const struct json *object, const char *key, const struct json **out);
MUST_CHECK struct err json_need_array(const struct json *object, const char *key, const struct json **out);

/*
 * json_compare - the total order of Rego: null < bool < number < string < array < object < set; numbers by value,
 * exactly; strings by bytes. json_equal - whether it is zero.
 *
 * out      negative, zero, positive
 * errors   none
 * cost     linear in the smaller value; depth bounded by the decoder
 * source: spec/rego.md, ordering of values
 */
int json_compare(const struct json *a, const struct json *b);
bool json_equal(const struct json *a, const struct json *b);

/*
 * json_new_* - build values. Strings are copied and must be UTF-8; members and items are copied (the values are not).
 * json_new_object sorts its members.
 *
 * out      *out only on success; owned by the arena
 * errors   NOMEM; FORMAT for invalid UTF-8, a duplicate key, or a number text that is no JSON number
 */
MUST_CHECK struct err json_new_null(struct arena *a, const struct json **out);
MUST_CHECK struct err json_new_bool(struct arena *a, bool v, const struct json **out);
MUST_CHECK struct err json_new_int(struct arena *a, int64_t v, const struct json **out);
MUST_CHECK struct err json_new_number(struct arena *a, struct bytes text, const struct json **out);
MUST_CHECK struct err json_new_string(struct arena *a, struct bytes v, const struct json **out);
MUST_CHECK struct err json_new_array(struct arena *a, const struct json *const *items, size_t count,
                                     const struct json **out);
MUST_CHECK struct err json_new_set(struct arena *a, const struct json *const *items, size_t count,
                                   const struct json **out);
MUST_CHECK struct err json_new_object(struct arena *a, const struct json_member *members, size_t count,
                                      const struct json **out);

/*
 * struct json_object - an object under construction, for code that adds members one by one. Sticky: a failure shows at
 * json_object_end. Keys are borrowed C strings of our own until the end.
 *
 * out      *out only on success
 * errors   json_object_end: the first failure (NOMEM, FORMAT, LIMIT over 256 members)
 */
struct json_object {
    struct arena *arena;
    struct json_member *members;
    size_t count;
    size_t cap;
    struct err bad;
};
void json_object_init(struct json_object *o, struct arena *a);
void json_object_add(struct json_object *o, const char *key, const struct json *value);
void json_object_string(struct json_object *o, const char *key, struct bytes v);
void json_object_text(struct json_object *o, const char *key, const char *v);
void json_object_hex(struct json_object *o, const char *key, struct bytes v);
void json_object_int(struct json_object *o, const char *key, int64_t v);
void json_object_bool(struct json_object *o, const char *key, bool v);
void json_object_null(struct json_object *o, const char *key);
MUST_CHECK struct err json_object_end(struct json_object *o, const struct json **out);

/*
 * json_encode_jcs - the canonical text of RFC 8785: keys sorted by UTF-16 code units, no white space, ES6 numbers.
 * json_encode - the same, but numbers keep their exact text and keys are sorted by bytes; sets print as arrays.
 * json_encode_pretty - json_encode with two-space indentation and line ends, for people.
 *
 * in       v: any tree; out: initialised, appended to (sticky)
 * errors   sticky in out (json_encode_jcs returns it, too); json_encode_jcs also FORMAT for a number past the doubles,
 *          and for an integer that no double holds exactly: different integers never get the same canonical text
 * cost     linear
 * source: RFC 8785 3.2
 */
MUST_CHECK struct err json_encode_jcs(const struct json *v, struct buf *out);
void json_encode(const struct json *v, struct buf *out);
void json_encode_pretty(const struct json *v, struct buf *out);

/* json_quote - append a JSON string literal for any UTF-8 text; invalid bytes become U+FFFD. errors: sticky. out: *out
 */
void json_quote(struct bytes text, struct buf *out);
