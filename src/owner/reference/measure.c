#include "owner/reference/measure.h"

#include "owner/reference/boot.h"
#include "owner/reference/firmware_ovmf.h"
#include "rats/initdata.h"

static const char *const pcr_names[] = {"tpm_pcr00", "tpm_pcr01", "tpm_pcr02", "tpm_pcr03",
                                        "tpm_pcr04", "tpm_pcr05", "tpm_pcr06", "tpm_pcr07"};

/* One name with the list of its one value. */
static struct err add_value(struct json_object *o, const char *name, const struct digest *value)
{
    const struct json *hex;
    const struct json *list;
    struct json_object one;
    json_object_init(&one, o->arena);
    json_object_hex(&one, "v", digest_view(value));
    TRY(json_object_end(&one, &hex));
    hex = json_at(hex, "v");
    TRY(json_new_array(o->arena, &hex, 1, &list));
    json_object_add(o, name, list);
    return OK;
}

static struct err add_firmware(struct arena *a, const struct measure_request *r, struct json_object *o)
{
    struct ovmf_volumes volumes;
    struct digest pcrs[FIRMWARE_PCRS];
    TRY(ovmf_unpack(a, r->firmware, &volumes));
    TRY(ovmf_pcrs(&volumes, &r->machine, r->event_log, pcrs));
    for (size_t i = 0; i < FIRMWARE_PCRS; i++)
        if (i != 4)
            TRY(add_value(o, pcr_names[i], &pcrs[i]));
    return OK;
}

static struct err add_sections(const struct pe *image, struct json_object *o)
{
    static const struct {
        const char *section;
        const char *name;
    } rows[] = {{".linux", "tpm_uki_linux"},
                {".osrel", "tpm_uki_osrel"},
                {".cmdline", "tpm_uki_cmdline"},
                {".initrd", "tpm_uki_initrd"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct pe_section *s = pe_find(image, rows[i].section);
        struct digest d;
        if (s == NULL)
            return FAIL(ERR_FORMAT, "no unified kernel image: a section is missing");
        TRY(hash_of(HASH_SHA256, s->data, &d));
        TRY(add_value(o, rows[i].name, &d));
    }
    return OK;
}

static struct err add_boot(struct arena *a, const struct measure_request *r, struct json_object *o)
{
    struct boot_values v;
    if (r->is_direct) {
        TRY(boot_direct(a, r, &v));
    } else {
        struct pe image;
        TRY(pe_decode(r->image, &image));
        TRY(boot_uki(&image, r->event_log, &v));
        TRY(add_sections(&image, o));
    }
    TRY(add_value(o, pcr_names[4], &v.pcr4));
    TRY(add_value(o, "tpm_pcr09", &v.pcr9));
    TRY(add_value(o, "tpm_pcr11", &v.pcr11));
    return add_value(o, "tpm_pcr12", &v.pcr12);
}

static struct err add_initdata(struct arena *a, const struct measure_request *r, struct json_object *o)
{
    struct initdata document;
    struct digest pcr8;
    TRY(initdata_decode(a, r->initdata, &document));
    TRY(initdata_pcr8(&document.digest, &pcr8));
    return add_value(o, "tpm_pcr08", &pcr8);
}

struct err reference_measure(struct arena *a, const struct measure_request *r, const struct json **out)
{
    struct json_object o;
    json_object_init(&o, a);
    if (r->event_log != NULL)
        pcr_log_begin(r->event_log);
    TRY(add_boot(a, r, &o));
    if (r->firmware.n > 0)
        TRY(add_firmware(a, r, &o));
    if (r->initdata.n > 0)
        TRY(add_initdata(a, r, &o));
    return json_object_end(&o, out);
}
