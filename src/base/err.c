#include "base/err.h"

const char *err_code_name(struct err e)
{
    static const char *const names[] = {
        [ERR_UNSET] = "UNSET",
        [ERR_OK] = "OK",
        [ERR_NOMEM] = "NOMEM",
        [ERR_IO] = "IO",
        [ERR_FORMAT] = "FORMAT",
        [ERR_LIMIT] = "LIMIT",
        [ERR_UNSUPPORTED] = "UNSUPPORTED",
        [ERR_ABSENT] = "ABSENT",
        [ERR_DENIED] = "DENIED",
        [ERR_UNVERIFIED] = "UNVERIFIED",
        [ERR_STALE] = "STALE",
        [ERR_STATE] = "STATE",
        [ERR_PEER] = "PEER",
        [ERR_BUG] = "BUG",
    };
    return e.code < sizeof(names) / sizeof(names[0]) ? names[e.code] : names[ERR_UNSET];
}

int err_exit_status(struct err e)
{
    switch ((enum err_code)e.code) {
    case ERR_OK:
        return 0;
    case ERR_DENIED:
    case ERR_UNVERIFIED:
    case ERR_STALE:
        return 1;
    case ERR_FORMAT:
    case ERR_UNSUPPORTED:
    case ERR_ABSENT:
    case ERR_IO:
    case ERR_PEER:
        return 3;
    case ERR_UNSET:
    case ERR_NOMEM:
    case ERR_LIMIT:
    case ERR_STATE:
    case ERR_BUG:
        break;
    }
    return 4;
}
