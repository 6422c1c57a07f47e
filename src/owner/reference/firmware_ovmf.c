#include "owner/reference/firmware_ovmf.h"

#include "base/buf.h"
#include "base/limits.h"

#define PEI_MAX                       (2 * MIB)
#define EV_EFI_PLATFORM_FIRMWARE_BLOB 0x80000008U

/* One number of the platform record: where it lies in the PEI volume, how wide it is, what it holds. */
enum platform_field {
    HOST_BRIDGE,
    S3_ENABLED,
    FIRST_FREE_ADDRESS,
    PHYS_BITS,
    UC32_BASE,
    UC32_SIZE,
    MMIO64_BASE,
    MMIO64_SIZE,
    MMIO32_BASE,
    MMIO32_SIZE,
    IO_BASE,
    IO_SIZE,
    CPUS,
    MAX_APICS,
    ALWAYS_ONE
};

struct platform_row {
    size_t at;
    size_t width;
    enum platform_field field;
};

struct firmware {
    const char *name;
    uint8_t pei[32]; /* SHA-256 of the volumes as in the file: they name the build */
    uint8_t dxe[32];
    const struct platform_row *rows;
    size_t row_count;
    struct bytes boot_option; /* Boot0000: the firmware's own setup program */
};

static const struct platform_row debian_2022_11_rows[] = {
    {0xefd8, 2, HOST_BRIDGE}, {0xefe7, 1, S3_ENABLED},  {0xefec, 8, FIRST_FREE_ADDRESS},
    {0xeff4, 1, PHYS_BITS},   {0xeff5, 4, UC32_BASE},   {0xeff9, 4, UC32_SIZE},
    {0xf006, 8, MMIO64_BASE}, {0xf00e, 8, MMIO64_SIZE}, {0xf016, 4, MMIO32_BASE},
    {0xf01a, 4, MMIO32_SIZE}, {0xf01e, 8, IO_BASE},     {0xf026, 8, IO_SIZE},
    {0xf036, 4, CPUS},        {0xf03a, 4, CPUS},        {0xf03e, 4, MAX_APICS},
    {0xf04a, 1, ALWAYS_ONE},  {0xf04b, 1, ALWAYS_ONE},
};

/* EFI_LOAD_OPTION: active, a program; its name; its path: a volume, a file in it. */
static const uint8_t debian_2022_11_option[] = {
    0x09, 0x01, 0x00, 0x00, 0x2c, 0x00, 'U',  0x00, 'i',  0x00, 'A',  0x00, 'p',  0x00, 'p',  0x00,
    0x00, 0x00, 0x04, 0x07, 0x14, 0x00, 0xc9, 0xbd, 0xb8, 0x7c, 0xeb, 0xf8, 0x34, 0x4f, 0xaa, 0xea,
    0x3e, 0xe4, 0xaf, 0x65, 0x16, 0xa1, 0x04, 0x06, 0x14, 0x00, 0x21, 0xaa, 0x2c, 0x46, 0x14, 0x76,
    0x03, 0x45, 0x83, 0x6e, 0x8a, 0xb6, 0xf4, 0x66, 0x23, 0x31, 0x7f, 0xff, 0x04, 0x00,
};

static const struct firmware known[] = {
    {.name = "Debian ovmf 2022.11-6+deb12u2",
     .pei = {0x18, 0xe2, 0xc1, 0xcc, 0x49, 0x60, 0xc2, 0x69, 0x4c, 0x16, 0x2e, 0x8e, 0x75, 0x6f, 0xbf, 0x46,
             0x7a, 0xae, 0xce, 0xee, 0x7d, 0xbf, 0xe1, 0xe1, 0xdd, 0x91, 0x9f, 0xfb, 0x2c, 0xd9, 0xa9, 0xd2},
     .dxe = {0x61, 0x4b, 0x0b, 0xfb, 0x88, 0x62, 0x6b, 0x36, 0x41, 0x57, 0x06, 0xa5, 0x14, 0x36, 0x19, 0x93,
             0x8a, 0x38, 0x54, 0x2e, 0x73, 0x25, 0x87, 0xe2, 0xfa, 0x05, 0xc4, 0x81, 0xf2, 0x84, 0x3d, 0x4d},
     .rows = debian_2022_11_rows,
     .row_count = sizeof(debian_2022_11_rows) / sizeof(debian_2022_11_rows[0]),
     .boot_option = {debian_2022_11_option, sizeof(debian_2022_11_option)}},
};

static uint64_t mmio64_size(const struct measure_machine *m)
{
    return m->phys_bits <= 36 ? UINT64_C(1) << 35 : UINT64_C(1) << (m->phys_bits - 3);
}

/* What the platform code writes on this machine, without S3. source: spec/testbed.md 3.1 */
static uint64_t platform_value(enum platform_field field, const struct measure_machine *m)
{
    bool q35 = m->type == MEASURE_Q35;
    switch (field) {
    case HOST_BRIDGE:
        return q35 ? 0x29c0 : 0x1237;
    case S3_ENABLED:
        return 0;
    case FIRST_FREE_ADDRESS:
        return UINT64_C(1) << 36;
    case PHYS_BITS:
        return m->phys_bits;
    case UC32_BASE:
        return 0x80000000;
    case UC32_SIZE:
        return q35 ? 0 : 0x80000000;
    case MMIO64_BASE:
        return (UINT64_C(1) << m->phys_bits) - mmio64_size(m);
    case MMIO64_SIZE:
        return mmio64_size(m);
    case MMIO32_BASE:
        return q35 ? 0xc0000000 : 0x80000000;
    case MMIO32_SIZE:
        return q35 ? 0x3c000000 : 0x7c000000;
    case IO_BASE:
        return q35 ? 0x6000 : 0xc000;
    case IO_SIZE:
        return q35 ? 0xa000 : 0x4000;
    case CPUS:
        return m->cpus;
    case MAX_APICS:
        return 64;
    case ALWAYS_ONE:
        return 1;
    }
    return 0;
}

static struct err find_firmware(const struct ovmf_volumes *v, const struct firmware **out)
{
    struct digest pei;
    struct digest dxe;
    TRY(hash_of(HASH_SHA256, v->pei, &pei));
    TRY(hash_of(HASH_SHA256, v->dxe, &dxe));
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct firmware *f = &known[i];
        if (bytes_equal(digest_view(&pei), BYTES_OF(f->pei)) && bytes_equal(digest_view(&dxe), BYTES_OF(f->dxe))) {
            *out = f;
            return OK;
        }
    }
    return FAIL(ERR_UNSUPPORTED, "PCR 0 unknown for this firmware: boot once and record");
}

/* The shapes that were booted and compared; between 2 and 2.75 GiB another field differs. */
static struct err check_machine(const struct measure_machine *m)
{
    bool known_memory =
        (m->memory_mib >= 512 && m->memory_mib <= 2048) || (m->memory_mib >= 2816 && m->memory_mib <= 4096);
    if (!known_memory)
        return FAIL(ERR_UNSUPPORTED, "PCR 0 unknown for this memory size (known: 512-2048 and 2816-4096 MiB): boot "
                                     "once and record");
    if (m->cpus < 1 || m->cpus > 64 || m->phys_bits < 36 || m->phys_bits > 46)
        return FAIL(ERR_UNSUPPORTED, "PCR 0 unknown for this machine: boot once and record");
    return OK;
}

/* The PEI volume as it lies in memory when it is hashed. */
static struct err pei_as_measured(const struct firmware *f, const struct ovmf_volumes *v,
                                  const struct measure_machine *m, struct buf *out)
{
    uint8_t *to;
    TRY(buf_space(out, v->pei.n, &to));
    memcpy(to, v->pei.p, v->pei.n);
    for (size_t i = 0; i < f->row_count; i++) {
        const struct platform_row *row = &f->rows[i];
        uint64_t value = platform_value(row->field, m);
        if (row->at + row->width > v->pei.n)
            return FAIL(ERR_BUG, "a row of the firmware table lies behind its volume");
        for (size_t byte = 0; byte < row->width; byte++)
            to[row->at + byte] = (uint8_t)(value >> (8 * byte));
    }
    buf_commit(out, v->pei.n);
    return OK;
}

static struct err measure_pcr0(const struct firmware *f, const struct ovmf_volumes *v, const struct measure_machine *m,
                               struct buf *log, struct digest *out)
{
    SCOPED(buf) struct buf pei;
    buf_init(&pei, PEI_MAX);
    TRY(pei_as_measured(f, v, m, &pei));
    struct pcr_chain c;
    struct digest pei_digest;
    struct digest dxe_digest;
    static const uint8_t crtm_version[2];
    static const uint8_t nowhere[16]; /* address and length of a blob: the digest does not cover them */
    TRY(hash_of(HASH_SHA256, buf_view(&pei), &pei_digest));
    TRY(hash_of(HASH_SHA256, v->dxe, &dxe_digest));
    pcr_begin(&c, 0, log);
    pcr_data(&c, EV_S_CRTM_VERSION, BYTES_OF(crtm_version));
    pcr_digest(&c, EV_EFI_PLATFORM_FIRMWARE_BLOB, &pei_digest, BYTES_OF(nowhere));
    pcr_digest(&c, EV_EFI_PLATFORM_FIRMWARE_BLOB, &dxe_digest, BYTES_OF(nowhere));
    pcr_separator(&c);
    return pcr_end(&c, out);
}

/* BootOrder has one entry, 0000; only the variables' data is measured. */
static struct err measure_pcr1(const struct firmware *f, struct buf *log, struct digest *out)
{
    struct pcr_chain c;
    static const uint8_t boot_order[2];
    pcr_begin(&c, 1, log);
    pcr_data(&c, EV_EFI_VARIABLE_BOOT, BYTES_OF(boot_order));
    pcr_data(&c, EV_EFI_VARIABLE_BOOT, f->boot_option);
    pcr_separator(&c);
    return pcr_end(&c, out);
}

static struct err measure_pcr5(struct buf *log, struct digest *out)
{
    struct pcr_chain c;
    pcr_begin(&c, 5, log);
    pcr_separator(&c);
    pcr_data(&c, EV_EFI_ACTION, BYTES_LIT("Exit Boot Services Invocation"));
    pcr_data(&c, EV_EFI_ACTION, BYTES_LIT("Exit Boot Services Returned with Success"));
    return pcr_end(&c, out);
}

/* UEFI_VARIABLE_DATA of the Secure Boot variables: off, and all key stores empty. */
static const struct {
    uint8_t vendor[16];
    const char *name;
    struct bytes data;
} secure_boot[] = {
#define GLOBAL_VENDOR                                                                                                  \
    {                                                                                                                  \
        0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c                 \
    }
#define IMAGE_VENDOR                                                                                                   \
    {                                                                                                                  \
        0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f                 \
    }
    {GLOBAL_VENDOR, "SecureBoot", {(const uint8_t *)"", 1}}, {GLOBAL_VENDOR, "PK", {(const uint8_t *)"", 0}},
    {GLOBAL_VENDOR, "KEK", {(const uint8_t *)"", 0}},        {IMAGE_VENDOR, "db", {(const uint8_t *)"", 0}},
    {IMAGE_VENDOR, "dbx", {(const uint8_t *)"", 0}},
};

static struct err measure_pcr7(struct buf *log, struct digest *out)
{
    struct pcr_chain c;
    pcr_begin(&c, 7, log);
    for (size_t i = 0; i < sizeof(secure_boot) / sizeof(secure_boot[0]); i++) {
        SCOPED(buf) struct buf event;
        struct bytes measured;
        buf_init(&event, KIB);
        buf_add(&event, BYTES_OF(secure_boot[i].vendor));
        buf_u64le(&event, strlen(secure_boot[i].name));
        buf_u64le(&event, secure_boot[i].data.n);
        for (const char *at = secure_boot[i].name; *at != '\0'; at++)
            buf_u16le(&event, (uint8_t)*at);
        buf_add(&event, secure_boot[i].data);
        TRY(buf_end(&event, &measured));
        pcr_data(&c, EV_EFI_VARIABLE_DRIVER_CONFIG, measured);
    }
    pcr_separator(&c);
    return pcr_end(&c, out);
}

struct err ovmf_pcrs(const struct ovmf_volumes *volumes, const struct measure_machine *machine, struct buf *log,
                     struct digest pcrs[FIRMWARE_PCRS])
{
    const struct firmware *f;
    struct digest v[FIRMWARE_PCRS] = {0};
    TRY(find_firmware(volumes, &f));
    TRY(check_machine(machine));
    TRY(measure_pcr0(f, volumes, machine, log, &v[0]));
    TRY(measure_pcr1(f, log, &v[1]));
    TRY(measure_pcr5(log, &v[5]));
    TRY(measure_pcr7(log, &v[7]));
    /* Nothing is measured into 2, 3 and 6: no option ROM, no driver from outside. */
    static const unsigned untouched[] = {2, 3, 6};
    for (size_t i = 0; i < sizeof(untouched) / sizeof(untouched[0]); i++) {
        struct pcr_chain c;
        pcr_begin(&c, untouched[i], log);
        pcr_separator(&c);
        TRY(pcr_end(&c, &v[untouched[i]]));
    }
    for (size_t i = 0; i < FIRMWARE_PCRS; i++)
        if (v[i].n != 0)
            pcrs[i] = v[i];
    return OK;
}
