/*
 * The one error type: a 16-byte value, returned in two registers. It has no heap, cannot be stale, and cannot carry a
 * secret or a hostile byte, because its text is a literal. Zero is not success: an unset error is a failure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/reason.h"

#define MUST_CHECK __attribute__((warn_unused_result))

/* What the caller can do about it, not where it broke. A new code needs a note in docs/decisions/. */
enum err_code {
    ERR_UNSET = 0,
    ERR_OK,
    ERR_NOMEM,       /* an allocation failed, or the request's memory cap is reached */
    ERR_IO,          /* the operating system refused; `sys` holds errno */
    ERR_FORMAT,      /* malformed input */
    ERR_LIMIT,       /* over a stated bound */
    ERR_UNSUPPORTED, /* well-formed, but not something we speak */
    ERR_ABSENT,      /* a thing asked for by name does not exist */
    ERR_DENIED,      /* a policy or a rule said no */
    ERR_UNVERIFIED,  /* a signature, chain, digest or measurement does not hold */
    ERR_STALE,       /* expired, replayed, or not yet valid */
    ERR_STATE,       /* a request out of order */
    ERR_PEER,        /* the other side failed */
    ERR_BUG          /* our own fault */
};

struct err {
    uint16_t code;   /* enum err_code */
    uint16_t reason; /* enum reason: the stable code and the threat it answers; REASON_NONE where none applies */
    int sys;         /* errno, or 0 */
    const char *at;  /* "file:line: text", always a literal; never shown to a stranger */
};

#define ERR_STR_(x_)       #x_
#define ERR_STR(x_)        ERR_STR_(x_)
#define OK                 ((struct err){.code = ERR_OK})
#define FAIL(code_, text_) ((struct err){.code = (code_), .at = __FILE__ ":" ERR_STR(__LINE__) ": " text_})
#define FAIL_SYS(errno_, text_)                                                                                        \
    ((struct err){.code = ERR_IO, .sys = (errno_), .at = __FILE__ ":" ERR_STR(__LINE__) ": " text_})
/* A refusal: it names the stable reason code (and through it the threat) beside the error code. */
#define REFUSE(code_, reason_, text_)                                                                                  \
    ((struct err){.code = (code_), .reason = (reason_), .at = __FILE__ ":" ERR_STR(__LINE__) ": " text_})
#define TRY(expr_)                                                                                                     \
    do {                                                                                                               \
        struct err try_ = (expr_);                                                                                     \
        if (failed(try_))                                                                                              \
            return try_;                                                                                               \
    } while (0)
/* Like TRY, but gives a refusal without a reason of its own the reason of the place that called. */
#define TRY_AS(reason_, expr_)                                                                                         \
    do {                                                                                                               \
        struct err try_ = (expr_);                                                                                     \
        if (failed(try_))                                                                                              \
            return err_with_reason(try_, (reason_));                                                                   \
    } while (0)

static inline bool failed(struct err e)
{
    return e.code != ERR_OK;
}

static inline struct err err_with_reason(struct err e, enum reason reason)
{
    if (failed(e) && e.reason == REASON_NONE)
        e.reason = (uint16_t)reason;
    return e;
}

/*
 * err_code_name - the name of a code for outsiders and logs ("FORMAT"); any other value gives "UNSET".
 *
 * out      a literal
 * errors   none
 */
const char *err_code_name(struct err e);

/*
 * err_exit_status - the exit status of a program that ends with this error.
 *
 * out      0 OK; 1 DENIED, UNVERIFIED, STALE; 3 FORMAT, UNSUPPORTED, ABSENT, IO, PEER; 4 everything else
 * errors   none
 * source: DESIGN.md section 2, conventions of the command line
 */
int err_exit_status(struct err e);
