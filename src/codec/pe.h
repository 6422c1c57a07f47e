/*
 * Portable Executable images: the sections of a unified kernel image and the ranges that its Authenticode hash covers.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define PE_SECTIONS_MAX 64

struct pe_section {
    struct bytes name; /* without padding NULs */
    struct bytes data; /* min(virtual size, raw size) bytes */
    struct bytes raw;  /* as in the file */
};

struct pe {
    struct bytes file;
    size_t checksum_at; /* offset of the CheckSum field */
    size_t cert_dir_at; /* offset of the certificate directory entry, 0 if the image has none */
    size_t headers_len; /* SizeOfHeaders */
    size_t cert_len;    /* size of the certificate table at the end of the file */
    size_t section_count;
    struct pe_section sections[PE_SECTIONS_MAX]; /* in header order */
};

/*
 * pe_decode - headers and section table of a PE32+ or PE32 image.
 *
 * in       file: hostile; borrowed
 * out      only on success; views into file
 * errors   FORMAT  a header, section or directory lies outside the file or overlaps wrongly; LIMIT too many sections
 * source: Microsoft PE Format, headers and section table
 */
MUST_CHECK struct err pe_decode(struct bytes file, struct pe *out);

/*
 * pe_hashed_ranges - the ranges of the file that the Authenticode hash covers, in order.
 *
 * in       pe: decoded; ranges: room for PE_SECTIONS_MAX + 4 views
 * out      ranges, *count
 * errors   FORMAT  sections overlap
 * source: Windows Authenticode Portable Executable Signature Format, calculating the PE image hash
 */
MUST_CHECK struct err pe_hashed_ranges(const struct pe *pe, struct bytes *ranges, size_t *count);

/* pe_find - the section of that name, or NULL. out: borrowed. errors: none */
const struct pe_section *pe_find(const struct pe *pe, const char *name);
