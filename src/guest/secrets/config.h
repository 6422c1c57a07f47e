/*
 * What the initdata says about secrets: which broker, and which resources go where. source: spec/guest.md 2.3, 3.2
 */
#pragma once

#include "rats/initdata.h"

#define CREDENTIALS_MAX 32

struct credential {
    const char *resource; /* "default/demo/secret" */
    const char *path;     /* beneath /run/ */
};

struct secrets_config {
    struct bytes url;
    struct bytes cert; /* PEM */
    struct credential credentials[CREDENTIALS_MAX];
    size_t credential_count;
};

/*
 * secrets_config_read - from the entries cdh.toml and aa.toml of an initdata document.
 *
 * in       d: decoded; hostile until its digest is compared by the broker
 * out      only on success; texts in the arena
 * errors   DENIED reason guest.broker: no broker, no certificate, or plain HTTP; FORMAT reason guest.initdata; NOMEM
 */
MUST_CHECK struct err secrets_config_read(struct arena *a, const struct initdata *d, struct secrets_config *out);
