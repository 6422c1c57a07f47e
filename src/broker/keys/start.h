/*
 * The start and the end of the role keys: everything it reads from files is read here, before its sandbox closes.
 */
#pragma once

#include "broker/keys/keys.h"

/*
 * keys_start - read master key, token key, audit key and roots; open store and audit; compare the two: a store that is
 * older than the audit's last line refuses the start. Enrol the first administrator's key in an empty store.
 * keys_end - wipe and close everything.
 *
 * in       k->settings, k->loop: set
 * out      *k
 * errors   IO, ABSENT, DENIED (a key file that others can read), FORMAT; UNVERIFIED reason store.tampered, audit.broken
 */
MUST_CHECK struct err keys_start(struct keys *k);
void keys_end(struct keys *k);
