#include "codec/pe.h"

#include "base/buf.h"
#include "base/limits.h"
#include "check.h"

/* Where things stand in the image that `build` makes; `plus` is PE32+. */
#define PE_AT       0x80
#define OPTIONAL_AT (PE_AT + 24)
#define HEADERS_LEN 0x400
#define RAW_LEN     0x200
#define CERT_LEN    24

static void put16(uint8_t *p, size_t at, unsigned v)
{
    p[at] = (uint8_t)v;
    p[at + 1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, size_t at, unsigned v)
{
    put16(p, at, v);
    put16(p, at + 2, v >> 16);
}

static unsigned optional_len(bool plus)
{
    return (plus ? 108 : 92) + 4 + 16 * 8;
}

static size_t section_at(bool plus, size_t i)
{
    return OPTIONAL_AT + optional_len(plus) + 40 * i;
}

static void put_section(uint8_t *p, size_t at, const char *name, unsigned memory_len, unsigned raw_len, unsigned raw_at)
{
    memcpy(p + at, name, strlen(name));
    put32(p, at + 8, memory_len);
    put32(p, at + 16, raw_len);
    put32(p, at + 20, raw_at);
}

/* Two sections in the reverse order of their data, one without data, then `extra` bytes and a certificate table. */
static struct bytes build(bool plus, unsigned extra, unsigned cert_len)
{
    static uint8_t file[HEADERS_LEN + 2 * RAW_LEN + 1000];
    size_t n = HEADERS_LEN + 2 * RAW_LEN + extra + cert_len;
    memset(file, 0, sizeof(file));
    for (size_t i = HEADERS_LEN; i < n; i++)
        file[i] = (uint8_t)(i * 7);
    memcpy(file, "MZ", 2);
    put32(file, 0x3c, PE_AT);
    memcpy(file + PE_AT, "PE\0\0", 4);
    put16(file, PE_AT + 4, 0x8664);
    put16(file, PE_AT + 6, 3);
    put16(file, PE_AT + 20, optional_len(plus));
    put16(file, OPTIONAL_AT, plus ? 0x20b : 0x10b);
    put32(file, OPTIONAL_AT + 60, HEADERS_LEN);
    size_t directories = OPTIONAL_AT + (plus ? 108 : 92);
    put32(file, directories, 16);
    if (cert_len != 0) {
        put32(file, directories + 4 + 32, (unsigned)n - cert_len);
        put32(file, directories + 4 + 36, cert_len);
    }
    put_section(file, section_at(plus, 0), ".linux", 5, RAW_LEN, HEADERS_LEN + RAW_LEN);
    put_section(file, section_at(plus, 1), ".cmdline", 0x10000, RAW_LEN, HEADERS_LEN);
    put_section(file, section_at(plus, 2), ".bss", 0x1000, 0, 0xffffffff);
    return bytes_of(file, n);
}

static uint8_t *writable(struct bytes file)
{
    return (uint8_t *)file.p;
}

static void refuses_every_truncation(void **state)
{
    (void)state;
    for (int plus = 0; plus <= 1; plus++) {
        struct bytes file = build(plus, 0, CERT_LEN);
        struct pe pe = {.section_count = 77};
        for (size_t n = 0; n < file.n; n++)
            assert_code(pe_decode(bytes_of(file.p, n), &pe), ERR_FORMAT);
        assert_int_equal(pe.section_count, 77);
        uint8_t *p = writable(file);
        p[file.n] = 0;
        assert_code(pe_decode(bytes_of(file.p, file.n + 1), &pe), ERR_FORMAT); /* behind the certificates */
    }
}

static void refuses_changed_fields(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t at;
        unsigned value;
        bool word; /* 32 bits, else 16 */
        enum err_code code;
    } rows[] = {
        {"DOS magic", 0, 0x5a4e, false, ERR_FORMAT},
        {"PE header inside the DOS header", 0x3c, 0x20, true, ERR_FORMAT},
        {"PE header past the end", 0x3c, 0x7fffffff, true, ERR_FORMAT},
        {"PE header far past the end", 0x3c, 0xffffffff, true, ERR_FORMAT},
        {"signature", PE_AT, 0x4551, false, ERR_FORMAT},
        {"signature end", PE_AT + 2, 1, false, ERR_FORMAT},
        {"65 sections", PE_AT + 6, 65, false, ERR_LIMIT},
        {"section table past the headers", PE_AT + 6, 20, false, ERR_FORMAT},
        {"optional header past the end", PE_AT + 20, 0xffff, false, ERR_FORMAT},
        {"optional header too short", PE_AT + 20, 100, false, ERR_FORMAT},
        {"optional header without directories", PE_AT + 20, 108 + 4 + 16 * 8 - 1, false, ERR_FORMAT},
        {"magic", OPTIONAL_AT, 0x107, false, ERR_FORMAT},
        {"headers past the end", OPTIONAL_AT + 60, 0x7fffffff, true, ERR_FORMAT},
        {"headers before the section table", OPTIONAL_AT + 60, 0x100, true, ERR_FORMAT},
        {"too many directories", OPTIONAL_AT + 108, 17, true, ERR_FORMAT},
        {"number of directories that would wrap", OPTIONAL_AT + 108, 0x20000001, true, ERR_FORMAT},
        {"certificates past the end", OPTIONAL_AT + 112 + 32, 0xfffffff0, true, ERR_FORMAT},
        {"certificates not at the end", OPTIONAL_AT + 112 + 36, CERT_LEN - 8, true, ERR_FORMAT},
        {"section past the end", OPTIONAL_AT + 240 + 20, 0x7fffff00, true, ERR_FORMAT},
        {"section longer than the file", OPTIONAL_AT + 240 + 16, 0xffffffff, true, ERR_FORMAT},
        {"NUL inside a section name", OPTIONAL_AT + 240 + 2, 0, false, ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct bytes file = build(true, 0, CERT_LEN);
        struct pe pe;
        if (rows[i].word)
            put32(writable(file), rows[i].at, rows[i].value);
        else
            put16(writable(file), rows[i].at, rows[i].value);
        assert_code(pe_decode(file, &pe), rows[i].code);
    }
}

static void refuses_to_hash_overlapping_sections(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned raw_at;
        unsigned raw_len;
    } rows[] = {
        {"the same data twice", HEADERS_LEN, RAW_LEN},
        {"one byte of another section", HEADERS_LEN + RAW_LEN - 1, RAW_LEN},
        {"the headers", HEADERS_LEN - 1, 1},
        {"the certificates", HEADERS_LEN + RAW_LEN, RAW_LEN + 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        struct bytes file = build(true, 0, CERT_LEN);
        put32(writable(file), section_at(true, 0) + 20, rows[i].raw_at);
        put32(writable(file), section_at(true, 0) + 16, rows[i].raw_len);
        struct pe pe;
        struct bytes ranges[PE_SECTIONS_MAX + 4];
        size_t count;
        assert_ok(pe_decode(file, &pe));
        assert_code(pe_hashed_ranges(&pe, ranges, &count), ERR_FORMAT);
    }
}

static void finds_sections(void **state)
{
    (void)state;
    struct bytes file = build(true, 0, 0);
    struct pe pe;
    assert_ok(pe_decode(file, &pe));
    assert_int_equal(pe.section_count, 3);
    assert_null(pe_find(&pe, ".osrel"));
    assert_null(pe_find(&pe, ".linu"));
    assert_null(pe_find(&pe, ""));
    const struct pe_section *linux_section = pe_find(&pe, ".linux");
    assert_bytes(linux_section->data, bytes_of(file.p + HEADERS_LEN + RAW_LEN, 5));
    assert_bytes(linux_section->raw, bytes_of(file.p + HEADERS_LEN + RAW_LEN, RAW_LEN));
    assert_text(pe_find(&pe, ".cmdline")->name, ".cmdline"); /* all eight bytes, no NUL */
    assert_bytes(pe_find(&pe, ".cmdline")->data, bytes_of(file.p + HEADERS_LEN, RAW_LEN));
    assert_int_equal(pe_find(&pe, ".bss")->data.n, 0);
}

/* Every byte of the file is covered once, but for the checksum, the directory entry and the certificates. */
static void covers_all_but_three_fields(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        bool plus = (i & 1) != 0;
        unsigned extra = (i & 2) != 0 ? 100 : 0;
        unsigned cert_len = (i & 4) != 0 ? CERT_LEN : 0;
        struct bytes file = build(plus, extra, cert_len);
        struct pe pe;
        struct bytes ranges[PE_SECTIONS_MAX + 4];
        size_t count;
        assert_ok(pe_decode(file, &pe));
        assert_ok(pe_hashed_ranges(&pe, ranges, &count));
        SCOPED(buf) struct buf have;
        SCOPED(buf) struct buf want;
        buf_init(&have, MIB);
        buf_init(&want, MIB);
        for (size_t k = 0; k < count; k++)
            buf_add(&have, ranges[k]);
        size_t checksum = OPTIONAL_AT + 64;
        size_t entry = OPTIONAL_AT + (plus ? 108 : 92) + 4 + 32;
        buf_add(&want, bytes_of(file.p, checksum));
        buf_add(&want, bytes_of(file.p + checksum + 4, entry - checksum - 4));
        buf_add(&want, bytes_of(file.p + entry + 8, file.n - cert_len - entry - 8));
        assert_bytes(buf_view(&have), buf_view(&want));
    }
}

static void an_image_without_a_certificate_directory(void **state)
{
    (void)state;
    struct bytes file = build(true, 0, 0);
    put32(writable(file), OPTIONAL_AT + 108, 4);
    struct pe pe;
    struct bytes ranges[PE_SECTIONS_MAX + 4];
    size_t count;
    assert_ok(pe_decode(file, &pe));
    assert_int_equal(pe.cert_dir_at, 0);
    assert_ok(pe_hashed_ranges(&pe, ranges, &count));
    size_t sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += ranges[k].n;
    assert_int_equal(sum, file.n - 4);
}

static void flipped_bits_never_crash(void **state)
{
    (void)state;
    struct bytes file = build(true, 10, CERT_LEN);
    uint8_t *p = writable(file);
    for (size_t bit = 0; bit < 8 * HEADERS_LEN; bit++) {
        p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct pe pe;
        struct bytes ranges[PE_SECTIONS_MAX + 4];
        size_t count;
        struct err e = pe_decode(file, &pe);
        if (!failed(e))
            e = pe_hashed_ranges(&pe, ranges, &count);
        assert_true(e.code == ERR_OK || e.code == ERR_FORMAT || e.code == ERR_LIMIT);
        p[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(refuses_changed_fields),
        cmocka_unit_test(refuses_to_hash_overlapping_sections),
        cmocka_unit_test(finds_sections),
        cmocka_unit_test(covers_all_but_three_fields),
        cmocka_unit_test(an_image_without_a_certificate_directory),
        cmocka_unit_test(flipped_bits_never_crash),
    };
    return cmocka_run_group_tests_name("codec/pe", tests, NULL, NULL);
}
