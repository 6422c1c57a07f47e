/*
 * What an event says to people. Nothing here decides: the data of many events is not what their digest covers.
 */
#include "base/rd.h"
#include "rats/eventlog.h"

#define TEXT_MAX 96

static const struct type_row {
    uint32_t type;
    const char *name;
} types[] = {
    {0x00, "EV_PREBOOT_CERT"},
    {0x01, "EV_POST_CODE"},
    {0x02, "EV_UNUSED"},
    {0x03, "EV_NO_ACTION"},
    {0x04, "EV_SEPARATOR"},
    {0x05, "EV_ACTION"},
    {0x06, "EV_EVENT_TAG"},
    {0x07, "EV_S_CRTM_CONTENTS"},
    {0x08, "EV_S_CRTM_VERSION"},
    {0x09, "EV_CPU_MICROCODE"},
    {0x0a, "EV_PLATFORM_CONFIG_FLAGS"},
    {0x0b, "EV_TABLE_OF_DEVICES"},
    {0x0c, "EV_COMPACT_HASH"},
    {0x0d, "EV_IPL"},
    {0x0e, "EV_IPL_PARTITION_DATA"},
    {0x0f, "EV_NONHOST_CODE"},
    {0x10, "EV_NONHOST_CONFIG"},
    {0x11, "EV_NONHOST_INFO"},
    {0x12, "EV_OMIT_BOOT_DEVICE_EVENTS"},
    {0x80000001U, "EV_EFI_VARIABLE_DRIVER_CONFIG"},
    {0x80000002U, "EV_EFI_VARIABLE_BOOT"},
    {0x80000003U, "EV_EFI_BOOT_SERVICES_APPLICATION"},
    {0x80000004U, "EV_EFI_BOOT_SERVICES_DRIVER"},
    {0x80000005U, "EV_EFI_RUNTIME_SERVICES_DRIVER"},
    {0x80000006U, "EV_EFI_GPT_EVENT"},
    {0x80000007U, "EV_EFI_ACTION"},
    {0x80000008U, "EV_EFI_PLATFORM_FIRMWARE_BLOB"},
    {0x80000009U, "EV_EFI_HANDOFF_TABLES"},
    {0x8000000aU, "EV_EFI_PLATFORM_FIRMWARE_BLOB2"},
    {0x8000000bU, "EV_EFI_HANDOFF_TABLES2"},
    {0x8000000cU, "EV_EFI_VARIABLE_BOOT2"},
    {0x80000010U, "EV_EFI_HCRTM_EVENT"},
    {0x800000e0U, "EV_EFI_VARIABLE_AUTHORITY"},
    {0x800000e1U, "EV_EFI_SPDM_FIRMWARE_BLOB"},
    {0x800000e2U, "EV_EFI_SPDM_FIRMWARE_CONFIG"},
};

const char *eventlog_type_name(uint32_t type)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (types[i].type == type)
            return types[i].name;
    return "EV_UNKNOWN";
}

struct text {
    char p[TEXT_MAX];
    size_t n;
};

/* Everything but printable ASCII becomes '?', NULs vanish. */
static void put(struct text *t, uint16_t unit)
{
    if (unit != 0 && t->n < TEXT_MAX)
        t->p[t->n++] = unit >= 0x20 && unit < 0x7f ? (char)unit : '?';
}

static void put_bytes(struct text *t, struct bytes in)
{
    for (size_t i = 0; i < in.n; i++)
        put(t, in.p[i]);
}

static void put_utf16(struct text *t, struct bytes in)
{
    for (size_t i = 0; i + 1 < in.n; i += 2)
        put(t, (uint16_t)(in.p[i] | in.p[i + 1] << 8));
}

/* UEFI_VARIABLE_DATA: the name only. */
static void variable_name(struct text *t, struct bytes data)
{
    struct rd r = rd_of(data);
    struct bytes guid;
    struct bytes name;
    uint64_t units = 0;
    uint64_t size = 0;
    if (failed(rd_take(&r, 16, &guid)) || failed(rd_u64le(&r, &units)) || failed(rd_u64le(&r, &size)))
        return;
    if (units <= rd_left(&r) / 2 && !failed(rd_take(&r, (size_t)units * 2, &name)))
        put_utf16(t, name);
}

/* A tag's text stands behind its id and size. */
static void tag_text(struct text *t, struct bytes data)
{
    struct rd r = rd_of(data);
    uint32_t id = 0;
    uint32_t size = 0;
    if (!failed(rd_u32le(&r, &id)) && !failed(rd_u32le(&r, &size)))
        put_bytes(t, rd_rest(&r));
}

/* A length byte that counts a NUL, then the name of a firmware volume or table. */
static void blob_name(struct text *t, struct bytes data)
{
    struct rd r = rd_of(data);
    struct bytes name;
    uint8_t n = 0;
    if (!failed(rd_u8(&r, &n)) && !failed(rd_take(&r, n, &name)))
        put_bytes(t, name);
}

static void ipl_text(struct text *t, struct bytes data)
{
    if (data.n >= 2 && data.p[1] == 0)
        put_utf16(t, data);
    else
        put_bytes(t, data);
}

struct err eventlog_text(struct arena *a, const struct eventlog_event *e, struct bytes *out)
{
    struct text t = {.n = 0};
    switch (e->type) {
    case EV_EFI_ACTION:
        put_bytes(&t, e->data);
        break;
    case EV_S_CRTM_VERSION:
        put_utf16(&t, e->data);
        break;
    case EV_EFI_VARIABLE_DRIVER_CONFIG:
    case EV_EFI_VARIABLE_BOOT:
    case EV_EFI_VARIABLE_BOOT2:
    case EV_EFI_VARIABLE_AUTHORITY:
        variable_name(&t, e->data);
        break;
    case EV_EVENT_TAG:
        tag_text(&t, e->data);
        break;
    case EV_IPL:
        ipl_text(&t, e->data);
        break;
    case EV_EFI_PLATFORM_FIRMWARE_BLOB2:
    case EV_EFI_HANDOFF_TABLES2:
        blob_name(&t, e->data);
        break;
    default:
        break;
    }
    return arena_copy(a, bytes_of(t.p, t.n), out);
}

static struct err event_claim(struct arena *a, const struct eventlog_event *e, const struct json **out)
{
    struct bytes text;
    TRY(eventlog_text(a, e, &text));
    struct json_object o;
    json_object_init(&o, a);
    json_object_int(&o, "pcr", e->index);
    json_object_text(&o, "type", eventlog_type_name(e->type));
    json_object_hex(&o, "digest", e->digest);
    json_object_string(&o, "text", text);
    return json_object_end(&o, out);
}

struct err eventlog_claims(struct arena *a, const struct eventlog *log, const struct json **out)
{
    const struct json **items;
    TRY(arena_array(a, log->count + 1, &items));
    for (size_t i = 0; i < log->count; i++)
        TRY(event_claim(a, &log->events[i], &items[i]));
    return json_new_array(a, items, log->count, out);
}
