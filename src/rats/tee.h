/*
 * The names of the TEEs: on the wire, as the key of policy input, and their class.
 */
#pragma once

#include "base/bytes.h"

enum tee {
    TEE_NONE = 0,
#define TEE(id_, wire_, class_, rd_size_) TEE_##id_,
#include "rats/tee.def"
#undef TEE
    TEE_COUNT
};

/*
 * tee_named - the TEE of a wire name, TEE_NONE if unknown. tee_wire - its wire name. tee_class - its class ("cpu").
 * tee_report_data_size - bytes of its report-data field, 0 when it compares exactly.
 *
 * in       name: hostile
 * out      literals
 * errors   none
 * source: spec/evidence.md 0.1
 */
enum tee tee_named(struct bytes name);
const char *tee_wire(enum tee tee);
const char *tee_class(enum tee tee);
size_t tee_report_data_size(enum tee tee);
