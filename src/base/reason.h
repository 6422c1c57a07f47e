/*
 * Stable reason codes. A refusal carries one; it stands in the audit log, in `casemate explain` and on the console of
 * our own guest, never on the wire. The table reasons.def is the only list: code, text, threat it answers.
 */
#pragma once

#include <stdint.h>

enum reason {
    REASON_NONE = 0,
#define REASON(id_, code_, threat_, text_) REASON_##id_,
#include "base/reasons.def"
#undef REASON
    REASON_COUNT
};

/*
 * reason_code, reason_threat, reason_text - the columns of reasons.def for one reason.
 *
 * in       any number, hostile or not (it may come from a message); an unknown one gives the row of REASON_NONE
 * out      literals: "tpm.quote-signature", "T-ATT-03", one plain sentence; "" for REASON_NONE
 * errors   none
 */
const char *reason_code(uint16_t reason);
const char *reason_threat(uint16_t reason);
const char *reason_text(uint16_t reason);

/*
 * reason_find - the reason whose code is `code`.
 *
 * in       code: NUL-terminated
 * out      the reason, or REASON_NONE if no row has that code
 * errors   none
 */
enum reason reason_find(const char *code);
