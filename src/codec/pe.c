/*
 * Portable Executable headers, read in file order. Every offset is checked against the file before it is used.
 */
#include "codec/pe.h"

#include "base/rd.h"

#define DOS_LEN        64
#define COFF_LEN       20
#define SECTION_LEN    40
#define CERTIFICATES   4  /* index of the data directory */
#define HEADERS_LEN_AT 60 /* in the optional header, as are the next ones */
#define CHECKSUM_AT    64
#define MAGIC_32       0x10b
#define MAGIC_64       0x20b
#define DIRECTORIES_32 92 /* NumberOfRvaAndSizes; the directories follow */
#define DIRECTORIES_64 108
#define DIRECTORY_LEN  8

/* A cursor over len bytes at an offset of the file. */
static struct err seek(struct bytes file, size_t at, size_t len, struct rd *out)
{
    struct rd r = rd_of(file);
    struct bytes before;
    TRY(rd_take(&r, at, &before));
    return rd_sub(&r, len, out);
}

static struct err skip(struct rd *r, size_t n)
{
    struct bytes ignored;
    return rd_take(r, n, &ignored);
}

/* The certificate table must be what the file ends with: bytes behind it would be covered by no hash. */
static struct err take_certificates(struct rd *directories, struct pe *pe)
{
    uint32_t at;
    uint32_t len;
    TRY(skip(directories, CERTIFICATES * DIRECTORY_LEN));
    TRY(rd_u32le(directories, &at));
    TRY(rd_u32le(directories, &len));
    if (len != 0 && (at > pe->file.n || pe->file.n - at != len))
        return FAIL(ERR_FORMAT, "the certificate table is not at the end of the file");
    pe->cert_len = len;
    return OK;
}

/* `r` holds exactly the optional header, which begins at offset `at`. */
static struct err take_optional_header(struct rd r, size_t at, struct pe *pe)
{
    struct rd whole = r;
    uint16_t magic;
    uint32_t headers_len;
    uint32_t directories;
    TRY(rd_u16le(&r, &magic));
    if (magic != MAGIC_32 && magic != MAGIC_64)
        return FAIL(ERR_FORMAT, "neither PE32 nor PE32+");
    TRY(skip(&r, HEADERS_LEN_AT - 2));
    TRY(rd_u32le(&r, &headers_len));
    if (headers_len > pe->file.n)
        return FAIL(ERR_FORMAT, "the headers reach behind the file");
    size_t directories_at = magic == MAGIC_32 ? DIRECTORIES_32 : DIRECTORIES_64;
    TRY(skip(&whole, directories_at));
    TRY(rd_u32le(&whole, &directories));
    if (directories > rd_left(&whole) / DIRECTORY_LEN)
        return FAIL(ERR_FORMAT, "the directories reach behind the optional header");
    pe->headers_len = headers_len;
    pe->checksum_at = at + CHECKSUM_AT;
    if (directories <= CERTIFICATES)
        return OK;
    pe->cert_dir_at = at + directories_at + 4 + CERTIFICATES * DIRECTORY_LEN;
    return take_certificates(&whole, pe);
}

static struct err name_of(struct bytes padded, struct bytes *out)
{
    size_t n = 0;
    while (n < padded.n && padded.p[n] != 0)
        n++;
    if (!bytes_all(bytes_of(padded.p + n, padded.n - n), 0))
        return FAIL(ERR_FORMAT, "a section name holds a NUL");
    *out = bytes_of(padded.p, n);
    return OK;
}

static struct err take_section(struct rd *table, struct bytes file, struct pe_section *out)
{
    struct bytes name;
    uint32_t memory_len;
    uint32_t memory_at;
    uint32_t raw_len;
    uint32_t raw_at;
    struct rd content = rd_of(BYTES_EMPTY);
    TRY(rd_take(table, 8, &name));
    TRY(rd_u32le(table, &memory_len));
    TRY(rd_u32le(table, &memory_at));
    TRY(rd_u32le(table, &raw_len));
    TRY(rd_u32le(table, &raw_at));
    TRY(skip(table, SECTION_LEN - 24));
    if (raw_len != 0)
        TRY(seek(file, raw_at, raw_len, &content));
    TRY(name_of(name, &out->name));
    out->raw = rd_rest(&content);
    out->data = bytes_of(out->raw.p, memory_len < raw_len ? memory_len : raw_len);
    return OK;
}

static struct err take_sections(struct pe *pe, size_t table_at)
{
    struct rd table;
    size_t len = pe->section_count * SECTION_LEN;
    TRY(seek(pe->file, table_at, len, &table));
    if (table_at + len > pe->headers_len)
        return FAIL(ERR_FORMAT, "the section table reaches behind the headers");
    for (size_t i = 0; i < pe->section_count; i++)
        TRY(take_section(&table, pe->file, &pe->sections[i]));
    return OK;
}

/* COFF header, optional header and section table; `at` is behind the signature. */
static struct err take_headers(struct pe *pe, size_t at)
{
    struct rd coff;
    struct rd optional;
    uint16_t machine;
    uint16_t sections;
    uint16_t optional_len;
    TRY(seek(pe->file, at, COFF_LEN, &coff));
    TRY(rd_u16le(&coff, &machine));
    TRY(rd_u16le(&coff, &sections));
    TRY(skip(&coff, 12));
    TRY(rd_u16le(&coff, &optional_len));
    if (sections > PE_SECTIONS_MAX)
        return FAIL(ERR_LIMIT, "too many sections");
    pe->section_count = sections;
    TRY(seek(pe->file, at + COFF_LEN, optional_len, &optional));
    TRY(take_optional_header(optional, at + COFF_LEN, pe));
    return take_sections(pe, at + COFF_LEN + optional_len);
}

struct err pe_decode(struct bytes file, struct pe *out)
{
    struct pe pe = {.file = file};
    struct rd dos;
    struct rd signature;
    struct bytes magic;
    uint32_t pe_at;
    TRY(seek(file, 0, DOS_LEN, &dos));
    TRY(rd_take(&dos, 2, &magic));
    if (!bytes_is(magic, "MZ"))
        return FAIL(ERR_FORMAT, "no DOS header");
    TRY(skip(&dos, DOS_LEN - 6));
    TRY(rd_u32le(&dos, &pe_at));
    if (pe_at < DOS_LEN)
        return FAIL(ERR_FORMAT, "the PE header overlaps the DOS header");
    TRY(seek(file, pe_at, 4, &signature));
    if (!bytes_equal(rd_rest(&signature), BYTES_LIT("PE\0\0")))
        return FAIL(ERR_FORMAT, "no PE signature");
    TRY(take_headers(&pe, (size_t)pe_at + 4));
    *out = pe;
    return OK;
}

static int by_place(const void *a, const void *b)
{
    const struct bytes *x = a;
    const struct bytes *y = b;
    return (x->p > y->p) - (x->p < y->p);
}

/* The raw data of the sections that have any, in file order. */
static struct err sort_sections(const struct pe *pe, struct bytes *out, size_t *count)
{
    size_t n = 0;
    for (size_t i = 0; i < pe->section_count; i++)
        if (pe->sections[i].raw.n != 0)
            out[n++] = pe->sections[i].raw;
    qsort(out, n, sizeof(*out), by_place);
    const uint8_t *end = pe->file.p + pe->headers_len;
    for (size_t i = 0; i < n; i++) {
        if (out[i].p < end)
            return FAIL(ERR_FORMAT, "a section overlaps another one or the headers");
        end = out[i].p + out[i].n;
    }
    if (end > pe->file.p + (pe->file.n - pe->cert_len))
        return FAIL(ERR_FORMAT, "a section or the headers overlap the certificates");
    *count = n;
    return OK;
}

/*
 * The specification hashes what is left from the *sum* of the hashed lengths on, not from the end of the last section.
 * Where sections leave a gap this counts bytes twice; the firmware does so, too, and its value is the one we need.
 */
struct err pe_hashed_ranges(const struct pe *pe, struct bytes *ranges, size_t *count)
{
    struct bytes sections[PE_SECTIONS_MAX] = {0};
    size_t section_count;
    TRY(sort_sections(pe, sections, &section_count));
    const uint8_t *p = pe->file.p;
    size_t n = 0;
    size_t done = pe->checksum_at + 4;
    ranges[n++] = bytes_of(p, pe->checksum_at);
    if (pe->cert_dir_at != 0) {
        ranges[n++] = bytes_of(p + done, pe->cert_dir_at - done);
        done = pe->cert_dir_at + DIRECTORY_LEN;
    }
    ranges[n++] = bytes_of(p + done, pe->headers_len - done);
    size_t sum = pe->headers_len;
    for (size_t i = 0; i < section_count; i++) {
        ranges[n++] = sections[i];
        sum += sections[i].n;
    }
    size_t covered = pe->file.n - pe->cert_len;
    if (covered > sum)
        ranges[n++] = bytes_of(p + sum, covered - sum);
    *count = n;
    return OK;
}

const struct pe_section *pe_find(const struct pe *pe, const char *name)
{
    for (size_t i = 0; i < pe->section_count; i++)
        if (bytes_is(pe->sections[i].name, name))
            return &pe->sections[i];
    return NULL;
}
