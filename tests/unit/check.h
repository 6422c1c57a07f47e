/*
 * What every unit test includes: cmocka, and checks that speak of our own types. A failing check prints the row it was
 * working on (set by ROW) and the error's place.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/mem.h"

static const char *check_row __attribute__((unused)) = "";
#define ROW(name_) (check_row = (name_))

#define assert_ok(expr_)                                                                                               \
    do {                                                                                                               \
        struct err check_ = (expr_);                                                                                   \
        if (failed(check_))                                                                                            \
            fail_msg("row '%s': %s failed: %s (%s)", check_row, #expr_, err_code_name(check_), check_.at);             \
    } while (0)

#define assert_code(expr_, code_)                                                                                      \
    do {                                                                                                               \
        struct err check_ = (expr_);                                                                                   \
        if (check_.code != (code_))                                                                                    \
            fail_msg("row '%s': %s gave %s (%s), expected %s", check_row, #expr_, err_code_name(check_),               \
                     check_.at ? check_.at : "", #code_);                                                              \
    } while (0)

#define assert_refused(expr_, reason_)                                                                                 \
    do {                                                                                                               \
        struct err check_ = (expr_);                                                                                   \
        if (!failed(check_) || check_.reason != (reason_))                                                             \
            fail_msg("row '%s': %s gave %s with reason '%s' (%s), expected reason '%s'", check_row, #expr_,            \
                     err_code_name(check_), reason_code(check_.reason), check_.at ? check_.at : "",                    \
                     reason_code(reason_));                                                                            \
    } while (0)

#define assert_bytes(have_, want_)                                                                                     \
    do {                                                                                                               \
        struct bytes h_ = (have_), w_ = (want_);                                                                       \
        if (!bytes_equal(h_, w_))                                                                                      \
            fail_msg("row '%s': %s is '%.*s' (%zu bytes), expected '%.*s' (%zu bytes)", check_row, #have_, (int)h_.n,  \
                     (const char *)h_.p, h_.n, (int)w_.n, (const char *)w_.p, w_.n);                                   \
    } while (0)

#define assert_text(have_, want_) assert_bytes((have_), bytes_of_text(want_))

/*
 * The fault pass: run `expr_` with the n-th allocation failing, for every n, until it passes without meeting a fault.
 * `clear_` puts things back between the runs. Only builds with -Dfaults=true meet a fault.
 */
#define FAULT_PASS(expr_, clear_)                                                                                      \
    do {                                                                                                               \
        for (unsigned long fault_ = 1;; fault_++) {                                                                    \
            mem_fault_at(fault_);                                                                                      \
            struct err e_ = (expr_);                                                                                   \
            bool fired_ = mem_fault_fired();                                                                           \
            mem_fault_at(0);                                                                                           \
            clear_;                                                                                                    \
            if (!fired_) {                                                                                             \
                assert_ok(e_);                                                                                         \
                break;                                                                                                 \
            }                                                                                                          \
            if (!failed(e_))                                                                                           \
                fail_msg("row '%s': allocation %lu failed, yet %s passed", check_row, fault_, #expr_);                 \
        }                                                                                                              \
    } while (0)

/* The folder of vectors that are not part of the project, or NULL: the test must then skip() and say so. */
#define CHECK_VECTORS() getenv("CASEMATE_VECTORS")
