/*
 * The token that a broker makes, and what it tells the release policy about a request.
 */
#pragma once

#include "trust/tree.h"

#define TOKEN_AFFIRMING "affirming"

struct token_device { /* one submodule */
    const char *name;
    const char *status; /* NULL: none */
    struct bytes tee;
    const struct json *claims;
    const struct json *init_data; /* NULL: none */
    bool has_evidence;
};

/*
 * token_make - a token with these submodules. token_gpu - the submodule of an affirming GPU.
 *
 * out      *out only on success
 * errors   NOMEM
 * source: spec/kbs.md 2.2, 2.3
 */
MUST_CHECK struct err token_make(struct arena *a, const struct token_device *list, size_t count,
                                 const struct json **out);
MUST_CHECK struct err token_gpu(struct arena *a, struct token_device *out);

/*
 * token_path - the parts of a path as a list. token_data - the data of a release policy for a plugin and a path.
 *
 * out      *out only on success
 * errors   NOMEM
 * source: spec/kbs.md 3.2
 */
MUST_CHECK struct err token_path(struct arena *a, struct bytes path, struct tree_list *out);
MUST_CHECK struct err token_data(struct arena *a, const char *plugin, const struct json *path, const struct json **out);
