/*
 * The body of POST attest, decoded: composite evidence.
 */
#pragma once

#include "rats/tee.h"
#include "json/json.h"

#define EVIDENCE_DEVICES_MAX 8

struct evidence_device {
    enum tee tee;
    const struct json *evidence;
};

struct evidence {
    struct bytes nonce;            /* base64 text as sent */
    const struct json *tee_pubkey; /* JWK as sent */
    const struct json *primary;    /* verifier-specific value */
    struct bytes additional_text;  /* exactly as sent, "" when none: it takes part in the digest */
    struct evidence_device devices[EVIDENCE_DEVICES_MAX]; /* sorted by wire name */
    size_t device_count;
    bool has_initdata;
    struct bytes initdata_text;
};

/*
 * evidence_decode - the Attestation JSON of the KBS protocol.
 *
 * in       body: hostile; a: owns the trees
 * out      only on success
 * errors   FORMAT  malformed or a member missing (reason evidence.malformed, initdata.malformed for its format member,
 *                  evidence.device for the additional evidence); LIMIT; NOMEM
 * source: spec/kbs.md 1.6
 */
MUST_CHECK struct err evidence_decode(struct arena *a, struct bytes body, struct evidence *out);
