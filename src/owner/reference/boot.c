#include "owner/reference/boot.h"

#include "base/limits.h"
#include "base/rd.h"

#define CMDLINE_MAX 4096 /* what the kernel takes on x86 is 2048 */

/* Offsets in the setup header of a bzImage. source: Linux Documentation/arch/x86/boot.rst */
#define SETUP_MAGIC_AT       0x202
#define SETUP_VERSION_AT     0x206
#define SETUP_LOADER_AT      0x210
#define SETUP_LOADFLAGS_AT   0x211
#define SETUP_RAMDISK_AT     0x218 /* address, then size */
#define SETUP_HEAP_END_AT    0x224
#define SETUP_CMD_LINE_AT    0x228
#define SETUP_INITRD_MAX_AT  0x22c
#define SETUP_XLOADFLAGS_AT  0x236
#define SETUP_END            0x268
#define SETUP_VERSION_OLDEST 0x020c /* has xloadflags */
#define ABOVE_4G             2
#define CAN_USE_HEAP         0x80

/* What QEMU writes there. source: spec/testbed.md 3.1 */
#define QEMU_LOADER        0xb0
#define QEMU_HEAP_END      0xfe00
#define QEMU_CMD_LINE_ADDR 0x20000
#define QEMU_ACPI_DATA_LEN 0x28000

static void put_u16le(uint8_t *at, uint16_t v)
{
    at[0] = (uint8_t)v;
    at[1] = (uint8_t)(v >> 8);
}

static void put_u32le(uint8_t *at, uint32_t v)
{
    put_u16le(at, (uint16_t)v);
    put_u16le(at + 2, (uint16_t)(v >> 16));
}

static uint32_t get_u32le(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static struct err hash_image(const struct pe *image, struct digest *out)
{
    struct bytes ranges[PE_SECTIONS_MAX + 4];
    size_t count;
    TRY(pe_hashed_ranges(image, ranges, &count));
    return hash_of_parts(HASH_SHA256, ranges, count, out);
}

/* The digest of a command line as the kernel's and the stub's EFI code measure it: UTF-16LE with its NUL. */
static struct err hash_cmdline(struct bytes text, const char *suffix, struct digest *out)
{
    SCOPED(buf) struct buf wide;
    buf_init(&wide, 2 * (CMDLINE_MAX + 32));
    if (text.n > CMDLINE_MAX)
        return FAIL(ERR_LIMIT, "the command line is too long");
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == 0 || text.p[i] > 0x7e)
            return FAIL(ERR_FORMAT, "the command line is not plain ASCII");
        buf_u16le(&wide, text.p[i]);
    }
    for (; *suffix != '\0'; suffix++)
        buf_u16le(&wide, (uint8_t)*suffix);
    buf_u16le(&wide, 0);
    struct bytes measured;
    TRY(buf_end(&wide, &measured));
    return hash_of(HASH_SHA256, measured, out);
}

/* UEFI_IMAGE_LOAD_EVENT without a place and a path: the digest does not cover it. */
static void add_image(struct pcr_chain *c, const struct digest *image)
{
    static const uint8_t nowhere[32];
    pcr_digest(c, EV_EFI_BOOT_SERVICES_APPLICATION, image, BYTES_OF(nowhere));
}

static void begin_pcr4(struct pcr_chain *c, const struct digest *image, struct buf *log)
{
    pcr_begin(c, 4, log);
    add_image(c, image);
    pcr_data(c, EV_EFI_ACTION, BYTES_LIT("Calling EFI Application from Boot Option"));
    pcr_separator(c);
}

/* The events of the kernel's EFI code: a tag, the size of its text, the text. */
static struct err measure_pcr9(const struct digest *cmdline, struct bytes initrd, struct buf *log, struct digest *out)
{
    static const uint8_t options_tag[] = "\xed\x22\x3b\x8f\x1a\0\0\0LOADED_IMAGE::LoadOptions";
    static const uint8_t initrd_tag[] = "\xec\x22\x3b\x8f\x0d\0\0\0Linux initrd";
    struct pcr_chain c;
    struct digest d;
    pcr_begin(&c, 9, log);
    pcr_digest(&c, EV_EVENT_TAG, cmdline, BYTES_OF(options_tag));
    if (initrd.n > 0) {
        TRY(hash_of(HASH_SHA256, initrd, &d));
        pcr_digest(&c, EV_EVENT_TAG, &d, BYTES_OF(initrd_tag));
    }
    return pcr_end(&c, out);
}

/* RAM below 4 GiB: QEMU leaves a hole for devices once there is more memory than fits. */
static uint64_t below_4g(const struct measure_machine *m)
{
    uint64_t memory = (uint64_t)m->memory_mib * MIB;
    uint64_t split = m->type == MEASURE_Q35 ? 0xb0000000U : 0xe0000000U;
    uint64_t low = m->type == MEASURE_Q35 ? 0x80000000U : 0xc0000000U;
    return memory >= split ? low : memory;
}

static struct err place_initrd(const struct measure_request *r, uint8_t *kernel)
{
    uint64_t top = (kernel[SETUP_XLOADFLAGS_AT] & ABOVE_4G) != 0 ? UINT32_MAX : get_u32le(kernel + SETUP_INITRD_MAX_AT);
    uint64_t low = below_4g(&r->machine);
    if (low <= QEMU_ACPI_DATA_LEN)
        return FAIL(ERR_LIMIT, "too little memory");
    if (top >= low - QEMU_ACPI_DATA_LEN)
        top = low - QEMU_ACPI_DATA_LEN - 1;
    if (r->initrd.n > top)
        return FAIL(ERR_LIMIT, "the initrd does not fit into the memory");
    put_u32le(kernel + SETUP_RAMDISK_AT, (uint32_t)((top - r->initrd.n) & ~(uint64_t)4095));
    put_u32le(kernel + SETUP_RAMDISK_AT + 4, (uint32_t)r->initrd.n);
    return OK;
}

/* The kernel with the fields that QEMU writes before the firmware sees it. */
static struct err hand_over(struct arena *a, const struct measure_request *r, struct bytes *out)
{
    if (r->kernel.n < SETUP_END || memcmp(r->kernel.p + SETUP_MAGIC_AT, "HdrS", 4) != 0)
        return FAIL(ERR_FORMAT, "the kernel is no bzImage");
    void *room;
    TRY(arena_alloc(a, r->kernel.n, &room));
    memcpy(room, r->kernel.p, r->kernel.n);
    uint8_t *kernel = room;
    if ((kernel[SETUP_VERSION_AT] | kernel[SETUP_VERSION_AT + 1] << 8) < SETUP_VERSION_OLDEST)
        return FAIL(ERR_UNSUPPORTED, "the kernel's boot protocol is older than 2.12");
    kernel[SETUP_LOADER_AT] = QEMU_LOADER;
    kernel[SETUP_LOADFLAGS_AT] |= CAN_USE_HEAP;
    put_u16le(kernel + SETUP_HEAP_END_AT, QEMU_HEAP_END);
    put_u32le(kernel + SETUP_CMD_LINE_AT, QEMU_CMD_LINE_ADDR);
    if (r->initrd.n > 0)
        TRY(place_initrd(r, kernel));
    *out = bytes_of(kernel, r->kernel.n);
    return OK;
}

struct err boot_direct(struct arena *a, const struct measure_request *r, struct boot_values *out)
{
    struct pcr_chain pcr4;
    struct digest kernel_digest;
    struct digest cmdline;
    struct bytes kernel;
    struct pe image;
    struct boot_values v = {.pcr11 = {.n = 32}, .pcr12 = {.n = 32}};
    TRY(hand_over(a, r, &kernel));
    TRY(pe_decode(kernel, &image));
    TRY(hash_image(&image, &kernel_digest));
    begin_pcr4(&pcr4, &kernel_digest, r->event_log);
    TRY(pcr_end(&pcr4, &v.pcr4));

    /* The firmware names the initrd on the command line whenever one was given. */
    TRY(hash_cmdline(r->cmdline, r->initrd.n > 0 ? " initrd=initrd" : "", &cmdline));
    TRY(measure_pcr9(&cmdline, r->initrd, r->event_log, &v.pcr9));
    *out = v;
    return OK;
}

/* The sections that the stub measures, in its order; the name counts with its NUL. */
static const struct {
    const char *name;
    struct bytes measured_name;
    bool is_required;
} stub_sections[] = {
    {".linux", {(const uint8_t *)".linux", 7}, true},     {".osrel", {(const uint8_t *)".osrel", 7}, true},
    {".cmdline", {(const uint8_t *)".cmdline", 9}, true}, {".initrd", {(const uint8_t *)".initrd", 8}, true},
    {".splash", {(const uint8_t *)".splash", 8}, false},  {".dtb", {(const uint8_t *)".dtb", 5}, false},
};

static struct err find_section(const struct pe *image, const char *name, const struct pe_section **out)
{
    const struct pe_section *found = NULL;
    for (size_t i = 0; i < image->section_count; i++) {
        if (!bytes_is(image->sections[i].name, name))
            continue;
        if (found != NULL)
            return FAIL(ERR_FORMAT, "a section of the unified kernel image is there twice");
        found = &image->sections[i];
    }
    *out = found;
    return OK;
}

/* Two events, which both say the section's name in UTF-16; the first digest is over the name in ASCII. */
static struct err measure_section(struct pcr_chain *c, struct bytes name, struct bytes content)
{
    SCOPED(buf) struct buf wide;
    struct digest d;
    struct bytes said;
    buf_init(&wide, 64);
    for (size_t i = 0; i < name.n; i++)
        buf_u16le(&wide, name.p[i]);
    TRY(buf_end(&wide, &said));
    TRY(hash_of(HASH_SHA256, name, &d));
    pcr_digest(c, EV_IPL, &d, said);
    TRY(hash_of(HASH_SHA256, content, &d));
    pcr_digest(c, EV_IPL, &d, said);
    return OK;
}

static struct err measure_sections(const struct pe *image, struct buf *log, struct digest *pcr11)
{
    struct pcr_chain c;
    pcr_begin(&c, 11, log);
    for (size_t i = 0; i < sizeof(stub_sections) / sizeof(stub_sections[0]); i++) {
        const struct pe_section *s;
        TRY(find_section(image, stub_sections[i].name, &s));
        if (s == NULL && stub_sections[i].is_required)
            return FAIL(ERR_FORMAT, "no unified kernel image: a section is missing");
        if (s == NULL)
            continue;
        TRY(measure_section(&c, stub_sections[i].measured_name, s->data));
    }
    return pcr_end(&c, pcr11);
}

struct err boot_uki(const struct pe *image, struct buf *log, struct boot_values *out)
{
    struct pcr_chain pcr4;
    struct digest outer;
    struct digest inner;
    struct digest cmdline;
    struct pe kernel;
    struct boot_values v = {.pcr12 = {.n = 32}};
    TRY(measure_sections(image, log, &v.pcr11));
    TRY(pe_decode(pe_find(image, ".linux")->data, &kernel));
    TRY(hash_image(image, &outer));
    TRY(hash_image(&kernel, &inner));
    begin_pcr4(&pcr4, &outer, log);
    add_image(&pcr4, &inner);
    TRY(pcr_end(&pcr4, &v.pcr4));

    TRY(hash_cmdline(pe_find(image, ".cmdline")->data, "", &cmdline));
    TRY(measure_pcr9(&cmdline, pe_find(image, ".initrd")->data, log, &v.pcr9));
    *out = v;
    return OK;
}
