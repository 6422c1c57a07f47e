#include "rats/eventlog.h"

#include "base/limits.h"
#include "vectors.h"

static struct arena arena;

static struct err decode(struct bytes log, struct eventlog *out)
{
    arena_clear(&arena);
    arena_init(&arena, 8 * MIB);
    return eventlog_decode(&arena, log, HASH_SHA256, out);
}

/* The header of a log with SHA-256, then `events`. */
static struct bytes log_of(struct buf *b, const uint8_t *events, size_t n)
{
    buf_reset(b);
    buf_u32le(b, 0);
    buf_u32le(b, EV_NO_ACTION);
    buf_fill(b, 0, 20);
    buf_u32le(b, 33);
    buf_add(b, BYTES_LIT("Spec ID Event03\0"));
    buf_fill(b, 0, 8);
    buf_u32le(b, 1);
    buf_u16le(b, 0x0b);
    buf_u16le(b, 32);
    buf_u8(b, 0);
    buf_add(b, bytes_of(events, n));
    return buf_view(b);
}

static void refuses_a_broken_header(void **state)
{
    (void)state;
    const struct {
        const char *row;
        size_t at;
        uint8_t value;
    } rows[] = {
        {"register", 0, 2},     {"type", 4, 4},          {"digest", 8, 1},           {"size", 28, 34},
        {"signature", 32, 's'}, {"no algorithm", 56, 0}, {"nine algorithms", 56, 9}, {"size of SHA-256", 62, 20},
        {"vendor bytes", 64, 1}};
    SCOPED(buf) struct buf b = {0};
    struct eventlog out;
    buf_init(&b, 4096);
    assert_ok(decode(log_of(&b, NULL, 0), &out));
    assert_int_equal(out.count, 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].row);
        log_of(&b, NULL, 0);
        b.p[rows[i].at] = rows[i].value;
        assert_refused(decode(buf_view(&b), &out), REASON_TPM_EVENTLOG_FORMAT);
    }
}

static void event(struct buf *b, uint32_t index, uint32_t type, uint16_t alg, uint8_t fill, struct bytes data)
{
    buf_u32le(b, index);
    buf_u32le(b, type);
    buf_u32le(b, 1);
    buf_u16le(b, alg);
    buf_fill(b, fill, 32);
    buf_u32le(b, (uint32_t)data.n);
    buf_add(b, data);
}

static void refuses_a_broken_event(void **state)
{
    (void)state;
    SCOPED(buf) struct buf e = {0};
    SCOPED(buf) struct buf b = {0};
    struct eventlog out;
    buf_init(&e, 4096);
    buf_init(&b, 4096);
    event(&e, 24, EV_IPL, 0x0b, 1, BYTES_LIT("x"));
    assert_refused(decode(log_of(&b, e.p, e.n), &out), REASON_TPM_EVENTLOG_FORMAT);
    buf_reset(&e);
    event(&e, 1, EV_IPL, 0x0c, 1, BYTES_LIT("x")); /* an algorithm that the header does not name */
    assert_refused(decode(log_of(&b, e.p, e.n), &out), REASON_TPM_EVENTLOG_FORMAT);
    buf_reset(&e);
    event(&e, 1, EV_IPL, 0x0b, 1, BYTES_LIT("x"));
    e.p[8] = 0; /* no digest */
    assert_refused(decode(log_of(&b, e.p, e.n), &out), REASON_TPM_EVENTLOG_FORMAT);
    e.p[8] = 1;
    for (size_t n = 1; n < e.n; n++)
        assert_refused(decode(log_of(&b, e.p, n), &out), REASON_TPM_EVENTLOG_FORMAT);
    assert_ok(decode(log_of(&b, e.p, e.n), &out));
    assert_int_equal(out.count, 1);
}

static void ends_only_where_the_rest_is_filler(void **state)
{
    (void)state;
    SCOPED(buf) struct buf b = {0};
    struct eventlog out;
    buf_init(&b, 4096);
    uint8_t rest[64];
    const uint8_t fills[] = {0x00, 0xff};
    for (size_t i = 0; i < 2; i++) {
        memset(rest, fills[i], sizeof(rest));
        assert_ok(decode(log_of(&b, rest, 8), &out));
        assert_ok(decode(log_of(&b, rest, sizeof(rest)), &out));
        rest[40] ^= 1;
        assert_refused(decode(log_of(&b, rest, sizeof(rest)), &out), REASON_TPM_EVENTLOG_FORMAT);
        assert_refused(decode(log_of(&b, rest, 7), &out), REASON_TPM_EVENTLOG_FORMAT);
    }
}

static void no_action_extends_nothing(void **state)
{
    (void)state;
    SCOPED(buf) struct buf e = {0};
    SCOPED(buf) struct buf b = {0};
    struct eventlog out;
    struct eventlog_registers regs;
    buf_init(&e, 4096);
    buf_init(&b, 4096);
    event(&e, 0, EV_NO_ACTION, 0x0b, 0, BYTES_LIT("StartupLocality\0\3"));
    assert_ok(decode(log_of(&b, e.p, e.n), &out));
    assert_ok(eventlog_replay(&out, &regs));
    assert_int_equal(regs.extended, 0);
    assert_int_equal(regs.value[0].p[31], 3);
    event(&e, 0, EV_NO_ACTION, 0x0b, 0, BYTES_LIT("StartupLocality\0\3"));
    assert_refused(decode(log_of(&b, e.p, e.n), &out), REASON_TPM_EVENTLOG_FORMAT);
}

static void replays_to_the_registers(void **state)
{
    (void)state;
    struct eventlog log;
    struct eventlog_registers regs;
    struct bytes pcrs = own_vector("tpm/pcrs.bin");
    assert_ok(decode(own_vector("tpm/eventlog.bin"), &log));
    assert_ok(eventlog_replay(&log, &regs));
    assert_int_equal(regs.extended, 0xaff); /* 0..7, 9, 11 */
    for (size_t i = 0; i < 12; i++)
        if ((regs.extended >> i & 1) != 0)
            assert_bytes(digest_view(&regs.value[i]), bytes_of(pcrs.p + 32 * i, 32));
    assert_ok(eventlog_check_events(&log));
}

static void finds_the_parts_of_an_image(void **state)
{
    (void)state;
    struct eventlog log;
    struct digest want;
    struct bytes have;
    assert_ok(decode(own_vector("tpm/eventlog.bin"), &log));
    assert_ok(eventlog_uki_part(&log, "cmdline", &have));
    assert_ok(hash_of(HASH_SHA256, BYTES_LIT("console=ttyS0 quiet"), &want));
    assert_bytes(have, digest_view(&want));
    assert_ok(eventlog_uki_part(&log, "splash", &have));
    assert_int_equal(have.n, 0);
    assert_ok(hash_of(HASH_SHA256, BYTES_LIT("the initramfs"), &want));
    assert_bytes(eventlog_tagged(&log, EVENTLOG_TAG_INITRD), digest_view(&want));
    assert_int_equal(eventlog_tagged(&log, 7).n, 0);
}

static void tells_what_it_read(void **state)
{
    (void)state;
    struct eventlog log;
    const struct json *claims;
    const char *const texts[] = {"SecureBoot", "BootOrder", "Calling EFI Application from Boot Option", ".linux",
                                 "LOADED_IMAGE::LoadOptions"};
    assert_ok(decode(own_vector("tpm/eventlog.bin"), &log));
    assert_ok(eventlog_claims(&arena, &log, &claims));
    assert_int_equal(claims->count, log.count);
    for (size_t t = 0; t < 5; t++) {
        bool found = false;
        ROW(texts[t]);
        for (size_t i = 0; i < claims->count; i++)
            found = found || bytes_is(json_at(claims->items[i], "text")->text, texts[t]);
        if (!found)
            fail_msg("no event says %s", texts[t]);
    }
    assert_string_equal(eventlog_type_name(0x80000007), "EV_EFI_ACTION");
    assert_string_equal(eventlog_type_name(0x7777), "EV_UNKNOWN");
}

static struct err whole(void)
{
    struct eventlog log;
    const struct json *claims;
    TRY(decode(own_vector("tpm/eventlog.bin"), &log));
    return eventlog_claims(&arena, &log, &claims);
}

static void survives_every_failing_allocation(void **state)
{
    (void)state;
    FAULT_PASS(whole(), (void)0);
    arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_broken_header),
        cmocka_unit_test(refuses_a_broken_event),
        cmocka_unit_test(ends_only_where_the_rest_is_filler),
        cmocka_unit_test(no_action_extends_nothing),
        cmocka_unit_test(replays_to_the_registers),
        cmocka_unit_test(finds_the_parts_of_an_image),
        cmocka_unit_test(tells_what_it_read),
        cmocka_unit_test(survives_every_failing_allocation),
    };
    return cmocka_run_group_tests_name("rats/eventlog", tests, NULL, NULL);
}
