/*
 * What looks like a secret, so that no value of one ever reaches the model, the rules or the report.
 */
#pragma once

#include "json/json.h"

enum secret_kind {
    SECRET_NONE = 0,
    SECRET_BY_NAME, /* the name says so, and the value is none of the harmless ones */
    SECRET_PEM,     /* a private key */
    SECRET_IN_URL   /* user:password@ */
};

/*
 * redact_kind - whether a named value looks like a secret. redact_kind_name - "name", "pem", "url"; "" for none.
 * redact_has_private_key - whether a text holds a private key in PEM. redact_has_password - whether it holds a URL with
 * a password.
 *
 * in       name: may be empty; value: hostile
 * out      the answer
 * errors   none
 * source: spec/trust-model.md 5.6, 5.7 point 8
 */
enum secret_kind redact_kind(struct bytes name, struct bytes value);
const char *redact_kind_name(enum secret_kind kind);
bool redact_has_private_key(struct bytes text);
bool redact_has_password(struct bytes text);

/*
 * redact_tree - a tree in which every string that looks like a secret by the key it stands under, by the `name` beside
 * it, or by itself, is replaced by "(cut)", and a very long one by "(long)". Of another text what stands behind such a
 * name is cut alone: `password: `, `"token":"`, `Bearer `.
 *
 * in       v: hostile, of bounded depth
 * out      *out only on success
 * errors   NOMEM
 * cost     linear
 */
MUST_CHECK struct err redact_tree(struct arena *a, const struct json *v, const struct json **out);

/*
 * redact_words - the same for a list of words of a command line: `--password=x`, and `x` behind `--password`.
 *
 * in       words: array of strings
 * out      *out only on success; *kinds: one enum secret_kind for each word
 * errors   NOMEM
 */
MUST_CHECK struct err redact_words(struct arena *a, const struct json *words, const struct json **out,
                                   enum secret_kind **kinds);
