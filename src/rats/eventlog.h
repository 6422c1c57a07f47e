/*
 * The TCG event log (crypto-agile form): decoding, replay per register, and what an event says to people. The log is
 * hostile: only its replay to signed registers makes its digests true, and an event's text only where its digest covers
 * it. Registers decide; labels explain.
 */
#pragma once

#include "crypto/hash.h"
#include "json/json.h"

#define EVENTLOG_REGISTERS 24

/* Event types. Macros, because an enum constant of C17 must fit an int. */
#define EV_NO_ACTION                     0x03U
#define EV_SEPARATOR                     0x04U
#define EV_EVENT_TAG                     0x06U
#define EV_S_CRTM_VERSION                0x08U
#define EV_IPL                           0x0dU
#define EV_EFI_VARIABLE_DRIVER_CONFIG    0x80000001U
#define EV_EFI_VARIABLE_BOOT             0x80000002U
#define EV_EFI_BOOT_SERVICES_APPLICATION 0x80000003U
#define EV_EFI_GPT_EVENT                 0x80000006U
#define EV_EFI_ACTION                    0x80000007U
#define EV_EFI_PLATFORM_FIRMWARE_BLOB2   0x8000000aU
#define EV_EFI_HANDOFF_TABLES2           0x8000000bU
#define EV_EFI_VARIABLE_BOOT2            0x8000000cU
#define EV_EFI_VARIABLE_AUTHORITY        0x800000e0U

struct eventlog_event {
    uint32_t index; /* register */
    uint32_t type;
    struct bytes digest; /* of the bank asked for; empty for EV_NO_ACTION */
    struct bytes data;
};

struct eventlog {
    enum hash_alg bank;
    struct eventlog_event *events; /* in the arena; without the header */
    size_t count;
    uint8_t startup_locality; /* what register 0 starts from */
};

struct eventlog_registers {
    struct digest value[EVENTLOG_REGISTERS];
    uint32_t extended; /* bit n: the log extends register n */
};

/*
 * eventlog_decode - split a log into events with the digests of one bank; verifies nothing. The log ends with the
 * input, or at eight bytes of 00 or FF where all the rest is the same byte.
 *
 * in       log: hostile, at most EVENTLOG_MAX bytes; a: owns the array
 * out      only on success; views into log
 * errors   FORMAT  malformed, cut, an event without a digest of the bank, a register beyond 23; LIMIT too long or too
 *          many events; NOMEM. All with reason tpm.eventlog-format
 * cost     two passes
 * source: TCG PC Client Platform Firmware Profile 10.2; spec/evidence.md 6.2
 */
MUST_CHECK struct err eventlog_decode(struct arena *a, struct bytes log, enum hash_alg bank, struct eventlog *out);

/*
 * eventlog_replay - the registers that the log leads to, from zero (register 0 from the startup locality).
 * eventlog_check_events - whether each event whose digest covers its data has the digest of its data: separators,
 * CRTM version, EFI actions, GPT, variables of the driver configuration and authority.
 *
 * out      only on success
 * errors   eventlog_check_events: UNVERIFIED with reason tpm.eventlog-event; BUG, NOMEM
 * source: spec/evidence.md 6.3, 6.4; spec/testbed.md 3.3
 */
MUST_CHECK struct err eventlog_replay(const struct eventlog *log, struct eventlog_registers *out);
MUST_CHECK struct err eventlog_check_events(const struct eventlog *log);

/*
 * eventlog_type_name - "EV_SEPARATOR"; "EV_UNKNOWN" for a number that we do not know.
 * eventlog_text - what the event's data says, for people: a variable's name, an action, a section's name. Printable
 * ASCII only, cut to 96 characters, "" where there is nothing to say.
 * eventlog_claims - the events as a list of {"pcr","type","digest","text"}.
 * eventlog_uki_part - the digest of a section of a unified kernel image (register 11: an event over the name, then one
 * over the content), or an empty view. eventlog_tagged - the digest of the EV_EVENT_TAG in register 9 with this tag id,
 * or an empty view.
 *
 * in       a decoded log; name without dot: "linux"
 * out      in the arena, or views into the log
 * errors   NOMEM
 * source: spec/evidence.md 6.4, 6.5
 */
const char *eventlog_type_name(uint32_t type);
MUST_CHECK struct err eventlog_text(struct arena *a, const struct eventlog_event *e, struct bytes *out);
MUST_CHECK struct err eventlog_claims(struct arena *a, const struct eventlog *log, const struct json **out);

#define EVENTLOG_TAG_INITRD       0x8f3b22ec /* "Linux initrd" */
#define EVENTLOG_TAG_LOAD_OPTIONS 0x8f3b22ed /* "LOADED_IMAGE::LoadOptions": the command line */
MUST_CHECK struct err eventlog_uki_part(const struct eventlog *log, const char *name, struct bytes *out);
struct bytes eventlog_tagged(const struct eventlog *log, uint32_t tag);
