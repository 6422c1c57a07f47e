#include "codec/gzip.h"

#include <unistd.h>

#include "base/limits.h"
#include "check.h"

/* A header with all fields, before its checksum. */
static const uint8_t every_field[] = {0x1f, 0x8b, 0x08, 0x1e, 0,   0,   0,   0,   0,    0x03, 0x03,
                                      0x00, 'e',  'x',  't',  'n', 'a', 'm', 'e', 0x00, 'c',  0x00};

static struct err unpack(struct bytes in, size_t max, struct buf *out)
{
    buf_clear(out);
    buf_init(out, max);
    return gzip_decode(in, out);
}

static void fill(struct buf *b, size_t n)
{
    uint32_t x = 1;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        buf_u8(b, i % 3 == 0 ? (uint8_t)(x >> 24) : (uint8_t)(i / 100));
    }
}

static void refuses_every_truncation_flip_and_addition(void **state)
{
    (void)state;
    SCOPED(buf) struct buf packed;
    SCOPED(buf) struct buf out;
    buf_init(&packed, MIB);
    buf_init(&out, MIB);
    struct bytes plain = BYTES_LIT("hello hello hello hello, hello hello hello hello\n");
    assert_ok(gzip_encode(plain, &packed));
    for (size_t n = 0; n < packed.n; n++)
        assert_code(unpack(bytes_of(packed.p, n), MIB, &out), ERR_FORMAT);
    for (size_t bit = 0; bit < 8 * packed.n; bit++) {
        packed.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bool ignored = bit / 8 >= 4 && bit / 8 < 10; /* time, extra flags, operating system */
        bool text_hint = bit == 8 * 3;
        struct err e = unpack(buf_view(&packed), MIB, &out);
        bool magic = bit / 8 < 3, reserved = bit / 8 == 3 && bit % 8 >= 5;
        if (ignored || text_hint)
            assert_ok(e);
        else if (magic || reserved)
            assert_code(e, ERR_FORMAT);
        else
            assert_true(failed(e) || bytes_equal(buf_view(&out), plain)); /* bits behind the last block do not count */
        packed.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    buf_text(&packed, "x");
    assert_code(unpack(buf_view(&packed), MIB, &out), ERR_FORMAT);
    packed.n--;
    struct bytes once = buf_view(&packed);
    SCOPED(buf) struct buf twice;
    buf_init(&twice, MIB);
    buf_add(&twice, once);
    buf_add(&twice, once);
    assert_code(unpack(buf_view(&twice), MIB, &out), ERR_FORMAT);
    for (size_t pad = 1; pad < 20; pad++) { /* between the stream and its trailer */
        buf_reset(&twice);
        buf_add(&twice, bytes_of(once.p, once.n - 8));
        buf_fill(&twice, 0, pad);
        buf_add(&twice, bytes_of(once.p + once.n - 8, 8));
        assert_code(unpack(buf_view(&twice), MIB, &out), ERR_FORMAT);
    }
}

static void a_bomb_ends_at_the_bound(void **state)
{
    (void)state;
    SCOPED(buf) struct buf plain;
    SCOPED(buf) struct buf packed;
    SCOPED(buf) struct buf out;
    buf_init(&plain, 20 * MIB);
    buf_init(&packed, MIB);
    buf_fill(&plain, 'a', 20 * MIB);
    assert_ok(gzip_encode(buf_view(&plain), &packed));
    assert_code(unpack(buf_view(&packed), MIB, &out), ERR_LIMIT);
    assert_true(out.n <= MIB);
    assert_code(unpack(buf_view(&packed), 20 * MIB - 1, &out), ERR_LIMIT);
    assert_ok(unpack(buf_view(&packed), 20 * MIB, &out));
    assert_int_equal(out.n, 20 * MIB);
}

static void a_full_buffer_refuses_to_pack(void **state)
{
    (void)state;
    SCOPED(buf) struct buf packed;
    buf_init(&packed, 10);
    assert_code(gzip_encode(BYTES_LIT("hello"), &packed), ERR_LIMIT);
}

static void reads_every_header_field(void **state)
{
    (void)state;
    SCOPED(buf) struct buf packed;
    SCOPED(buf) struct buf out;
    buf_init(&packed, MIB);
    buf_init(&out, MIB);
    assert_ok(gzip_encode(BYTES_LIT("text"), &packed));
    struct bytes stream = bytes_of(packed.p + 10, packed.n - 10);
    SCOPED(buf) struct buf b;
    buf_init(&b, MIB);
    buf_add(&b, BYTES_OF(every_field));
    buf_u16le(&b, 0xe6ba); /* CRC-16 of what stands before it */
    buf_add(&b, stream);
    assert_ok(unpack(buf_view(&b), MIB, &out));
    assert_text(buf_view(&out), "text");
    for (size_t n = 0; n < b.n; n++)
        assert_code(unpack(bytes_of(b.p, n), MIB, &out), ERR_FORMAT);
    for (size_t bit = 0; bit < 8 * 24; bit++) {
        b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_code(unpack(buf_view(&b), MIB, &out), ERR_FORMAT);
        b.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void sizes_come_back(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 100, 32767, 65535, 65536, 65537, 131072, 1000000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        SCOPED(buf) struct buf plain;
        SCOPED(buf) struct buf packed;
        SCOPED(buf) struct buf again;
        SCOPED(buf) struct buf out;
        buf_init(&plain, 2 * MIB);
        buf_init(&packed, 2 * MIB);
        buf_init(&again, 2 * MIB);
        buf_init(&out, sizes[i]);
        fill(&plain, sizes[i]);
        assert_ok(gzip_encode(buf_view(&plain), &packed));
        assert_ok(gzip_encode(buf_view(&plain), &again));
        assert_bytes(buf_view(&again), buf_view(&packed));
        assert_ok(gzip_decode(buf_view(&packed), &out));
        assert_bytes(buf_view(&out), buf_view(&plain));
    }
}

/* Runs a command with `in` as its input and collects its output. */
static bool filter(const char *command, struct bytes in, struct buf *out)
{
    char name[] = "/tmp/casemate-gzip-XXXXXX";
    char line[256];
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, in.p, in.n), in.n);
    close(fd);
    snprintf(line, sizeof(line), "%s < %s", command, name);
    FILE *pipe = popen(line, "r");
    uint8_t chunk[4096];
    size_t n;
    while ((n = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
        buf_add(out, bytes_of(chunk, n));
    bool ran = pclose(pipe) == 0;
    unlink(name);
    return ran;
}

static void the_gzip_program_agrees(void **state)
{
    (void)state;
    if (system("command -v gzip >/dev/null") != 0) {
        print_message("no gzip program here\n");
        skip();
    }
    SCOPED(buf) struct buf plain;
    SCOPED(buf) struct buf packed;
    SCOPED(buf) struct buf theirs;
    buf_init(&plain, 2 * MIB);
    buf_init(&packed, 2 * MIB);
    buf_init(&theirs, 2 * MIB);
    fill(&plain, 200000);
    assert_ok(gzip_encode(buf_view(&plain), &packed));
    assert_true(filter("gzip -dc", buf_view(&packed), &theirs));
    assert_bytes(buf_view(&theirs), buf_view(&plain));
    static const char *const packers[] = {"gzip -1c", "gzip -9c", "gzip -6Nc"};
    for (size_t i = 0; i < 3; i++) {
        ROW(packers[i]);
        SCOPED(buf) struct buf out;
        buf_init(&out, 2 * MIB);
        buf_reset(&theirs);
        assert_true(filter(packers[i], buf_view(&plain), &theirs));
        assert_ok(gzip_decode(buf_view(&theirs), &out));
        assert_bytes(buf_view(&out), buf_view(&plain));
    }
}

static struct err both_ways(struct buf *packed, struct buf *out)
{
    TRY(gzip_encode(BYTES_LIT("some text some text"), packed));
    return gzip_decode(buf_view(packed), out);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    SCOPED(buf) struct buf packed;
    SCOPED(buf) struct buf out;
    buf_init(&packed, MIB);
    buf_init(&out, MIB);
    FAULT_PASS(both_ways(&packed, &out),
               (buf_clear(&packed), buf_clear(&out), buf_init(&packed, MIB), buf_init(&out, MIB)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_every_truncation_flip_and_addition),
        cmocka_unit_test(a_bomb_ends_at_the_bound),
        cmocka_unit_test(a_full_buffer_refuses_to_pack),
        cmocka_unit_test(reads_every_header_field),
        cmocka_unit_test(sizes_come_back),
        cmocka_unit_test(the_gzip_program_agrees),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("codec/gzip", tests, NULL, NULL);
}
