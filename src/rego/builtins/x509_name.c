/*
 * Names in certificates as documents, and object identifiers. The bytes are hostile.
 */
#include "rego/builtins/x509.h"
#include "rego/value.h"

#define TAG_BMP 0x1e

struct err x509_oid(struct arena *a, struct bytes der, const struct json **out)
{
    struct values parts = {.arena = a};
    const struct json *part;
    uint64_t v = 0;
    for (size_t i = 0; i < der.n; i++) {
        if (v >> 56 != 0 || (v == 0 && der.p[i] == 0x80))
            return FAIL(ERR_FORMAT, "an object identifier with a number too long");
        v = v << 7 | (der.p[i] & 0x7f);
        if (der.p[i] >= 0x80)
            continue;
        if (parts.count == 0) {
            uint64_t top = v < 80 ? v / 40 : 2;
            TRY(value_int(a, (int64_t)top, &part));
            TRY(values_add(&parts, part));
            v -= 40 * top;
        }
        TRY(value_int(a, (int64_t)v, &part));
        TRY(values_add(&parts, part));
        v = 0;
    }
    if (der.n == 0 || der.p[der.n - 1] >= 0x80)
        return FAIL(ERR_FORMAT, "an object identifier without an end");
    return value_array(a, parts.items, parts.count, out);
}

/* UTF-16 of a BMPString as text; surrogates become U+FFFD. */
static struct err bmp_text(struct arena *a, struct bytes v, const struct json **out)
{
    SCOPED(buf) struct buf b = {0};
    struct bytes text;
    buf_init(&b, 2 * v.n + 4);
    if (v.n % 2 != 0)
        return FAIL(ERR_FORMAT, "a BMPString of an odd length");
    for (size_t i = 0; i < v.n; i += 2) {
        uint8_t utf8[4];
        uint32_t ch = (uint32_t)v.p[i] << 8 | v.p[i + 1];
        ch = ch >= 0xd800 && ch < 0xe000 ? 0xfffd : ch;
        size_t n = bytes_encode_utf8(ch, utf8);
        buf_add(&b, bytes_of(utf8, n));
    }
    TRY(buf_end(&b, &text));
    return value_string(a, text, out);
}

static const struct name_part {
    const char *key;
    uint8_t type; /* the last byte of 2.5.4.N */
    bool single;
} NAME_PARTS[] = {
    {"Country", 6, false},   {"Organization", 10, false}, {"OrganizationalUnit", 11, false},
    {"Locality", 7, false},  {"Province", 8, false},      {"StreetAddress", 9, false},
    {"CommonName", 3, true}, {"PostalCode", 17, false},   {"SerialNumber", 5, true},
};
#define NAME_PART_COUNT (sizeof(NAME_PARTS) / sizeof(NAME_PARTS[0]))

struct name {
    struct arena *arena;
    struct values parts[NAME_PART_COUNT];
    struct values all;
};

static struct err add_attribute(struct name *n, struct bytes attribute)
{
    struct rd r = rd_of(attribute);
    struct json_object o;
    struct bytes oid;
    struct bytes v;
    const struct json *type;
    const struct json *text;
    const struct json *both;
    uint8_t tag;
    TRY(der_take(&r, DER_OID, &oid));
    TRY(der_any(&r, &tag, &v));
    TRY(rd_end(&r));
    TRY(x509_oid(n->arena, oid, &type));
    if (tag == TAG_BMP)
        TRY(bmp_text(n->arena, v, &text));
    else
        TRY(value_string(n->arena, v, &text));
    json_object_init(&o, n->arena);
    json_object_add(&o, "Type", type);
    json_object_add(&o, "Value", text);
    TRY(json_object_end(&o, &both));
    TRY(values_add(&n->all, both));
    for (size_t i = 0; i < NAME_PART_COUNT; i++)
        if (oid.n == 3 && oid.p[0] == 0x55 && oid.p[1] == 4 && oid.p[2] == NAME_PARTS[i].type)
            TRY(values_add(&n->parts[i], text));
    return OK;
}

struct err x509_name(struct arena *a, struct bytes rdns, const struct json **out)
{
    struct name n = {.arena = a, .all = {.arena = a}};
    struct rd r = rd_of(rdns);
    struct rd set;
    struct json_object o;
    struct bytes attribute;
    for (size_t i = 0; i < NAME_PART_COUNT; i++)
        n.parts[i].arena = a;
    while (rd_left(&r) > 0) {
        TRY(der_sub(&r, DER_SET, &set));
        while (rd_left(&set) > 0) {
            TRY(der_take(&set, DER_SEQUENCE, &attribute));
            TRY(add_attribute(&n, attribute));
        }
    }
    json_object_init(&o, a);
    for (size_t i = 0; i < NAME_PART_COUNT; i++) {
        const struct values *list = &n.parts[i];
        if (!NAME_PARTS[i].single)
            TRY(x509_strings(&o, NAME_PARTS[i].key, list));
        else
            json_object_string(&o, NAME_PARTS[i].key,
                               list->count == 0 ? BYTES_EMPTY : list->items[list->count - 1]->text);
    }
    TRY(x509_strings(&o, "Names", &n.all));
    json_object_null(&o, "ExtraNames");
    return json_object_end(&o, out);
}
