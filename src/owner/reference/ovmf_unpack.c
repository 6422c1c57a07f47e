/*
 * From the firmware file to its two volumes: one GUID-defined section packed with LZMA holds both. The file is the
 * owner's, but may have come from elsewhere.
 */
#include <lzma.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/rd.h"
#include "owner/reference/firmware_ovmf.h"

#define VOLUMES_MAX          (64 * MIB)
#define LZMA_MEMORY_MAX      (256 * MIB)
#define SECTION_GUID_DEFINED 0x02
#define SECTION_VOLUME       0x17
#define SIZE_EXTENDED        0xffffff

/* EE4E5898-3914-4259-9D6E-DC7BD79403CF */
static const uint8_t lzma_guid[16] = {0x98, 0x58, 0x4e, 0xee, 0x14, 0x39, 0x59, 0x42,
                                      0x9d, 0x6e, 0xdc, 0x7b, 0xd7, 0x94, 0x03, 0xcf};

struct section {
    uint8_t type;
    struct bytes body;
};

/* One section of the PI format: 24-bit size, type, and a 32-bit size where 24 bits are not enough. */
static struct err take_section(struct rd *r, struct section *out)
{
    struct bytes size24;
    uint32_t size;
    uint8_t type;
    uint32_t header = 4;
    TRY(rd_take(r, 3, &size24));
    TRY(rd_u8(r, &type));
    size = (uint32_t)size24.p[0] | (uint32_t)size24.p[1] << 8 | (uint32_t)size24.p[2] << 16;
    if (size == SIZE_EXTENDED) {
        TRY(rd_u32le(r, &size));
        header = 8;
    }
    if (size < header)
        return FAIL(ERR_FORMAT, "a firmware section is shorter than its header");
    out->type = type;
    return rd_take(r, size - header, &out->body);
}

static struct err unpack_lzma(struct bytes packed, struct buf *out)
{
    lzma_stream stream = LZMA_STREAM_INIT;
    if (lzma_alone_decoder(&stream, LZMA_MEMORY_MAX) != LZMA_OK)
        return FAIL(ERR_NOMEM, "no LZMA decoder");
    stream.next_in = packed.p;
    stream.avail_in = packed.n;
    lzma_ret ret = LZMA_OK;
    struct err e = OK;
    while (ret == LZMA_OK && !failed(e)) {
        uint8_t *to;
        e = buf_space(out, MIB, &to);
        if (failed(e))
            break;
        stream.next_out = to;
        stream.avail_out = MIB;
        ret = lzma_code(&stream, LZMA_FINISH);
        buf_commit(out, MIB - stream.avail_out);
    }
    lzma_end(&stream);
    if (!failed(e) && ret != LZMA_STREAM_END)
        e = FAIL(ERR_FORMAT, "the firmware's LZMA section does not unpack");
    return e;
}

/* The packed data of a GUID-defined section whose GUID stands at `at`. */
static struct err open_packed(struct bytes file, size_t at, struct bytes *out)
{
    /* A size over 24 bits puts four more bytes between the type and the GUID. */
    size_t start = at >= 8 && file.p[at - 5] == SECTION_GUID_DEFINED && file.p[at - 8] == 0xff ? at - 8 : at - 4;
    struct rd r = rd_of(bytes_of(file.p + start, file.n - start));
    struct section s;
    struct bytes guid;
    struct bytes skipped;
    uint16_t data_at;
    uint16_t attributes;
    TRY(take_section(&r, &s));
    if (s.type != SECTION_GUID_DEFINED)
        return FAIL(ERR_FORMAT, "not a GUID-defined section");
    struct rd body = rd_of(s.body);
    TRY(rd_take(&body, sizeof(lzma_guid), &guid));
    TRY(rd_u16le(&body, &data_at));
    TRY(rd_u16le(&body, &attributes));
    size_t behind = (at - start) + sizeof(lzma_guid) + 4;
    if (data_at < behind)
        return FAIL(ERR_FORMAT, "a firmware section's data begins inside its header");
    TRY(rd_take(&body, data_at - behind, &skipped));
    *out = rd_rest(&body);
    return OK;
}

/* Sections begin at multiples of four; a padding of zeros may end them. */
static struct err find_volumes(struct bytes raw, struct ovmf_volumes *out)
{
    struct bytes found[2];
    size_t count = 0;
    struct rd r = rd_of(raw);
    while (rd_left(&r) >= 4 && !bytes_all(bytes_of(r.at, 3), 0)) {
        struct section s;
        TRY(take_section(&r, &s));
        if (s.type == SECTION_VOLUME && count == 2)
            return FAIL(ERR_FORMAT, "the firmware holds more than two volumes");
        if (s.type == SECTION_VOLUME)
            found[count++] = s.body;
        size_t pad = (4 - (size_t)(r.at - raw.p) % 4) % 4;
        struct bytes padding;
        if (pad <= rd_left(&r))
            TRY(rd_take(&r, pad, &padding));
    }
    if (count != 2)
        return FAIL(ERR_FORMAT, "the firmware does not hold two volumes");
    *out = (struct ovmf_volumes){.pei = found[0], .dxe = found[1]};
    return OK;
}

static struct err unpack(struct arena *a, struct bytes packed, struct ovmf_volumes *out)
{
    SCOPED(buf) struct buf raw;
    struct bytes kept;
    buf_init(&raw, VOLUMES_MAX);
    TRY(unpack_lzma(packed, &raw));
    TRY(arena_copy(a, buf_view(&raw), &kept));
    return find_volumes(kept, out);
}

struct err ovmf_unpack(struct arena *a, struct bytes file, struct ovmf_volumes *out)
{
    for (size_t at = 4; at + sizeof(lzma_guid) <= file.n; at++) {
        struct bytes packed;
        if (memcmp(file.p + at, lzma_guid, sizeof(lzma_guid)) == 0 && !failed(open_packed(file, at, &packed)))
            return unpack(a, packed, out);
    }
    return FAIL(ERR_FORMAT, "no OVMF: the file has no LZMA section");
}
