/*
 * The console of a guest: hostile text for whoever watches it. Everything but plain characters is shown as \xNN; the
 * line with the guest's own result is kept.
 */
#pragma once

#include <stdio.h>

#include "base/buf.h"

struct console {
    FILE *to;          /* where it is shown; NULL: nowhere */
    struct buf line;   /* the line that is being read */
    struct buf result; /* behind "casemate-guest: " in the last line that had it with an object */
    bool is_long;      /* the line passed its bound: the rest of it is not kept */
    bool is_ready;     /* the guest said "casemate-guest: ready" */
};

/*
 * console_init, console_clear - begin, end. console_feed - the next bytes. console_end - the last line may lack its
 * end.
 *
 * in       bytes: hostile
 * out      shown on c->to; c->result, c->is_ready
 * errors   none: a line that is too long, or that memory lacks for, is no result
 */
void console_init(struct console *c, FILE *to);
void console_clear(struct console *c);
void console_feed(struct console *c, struct bytes bytes);
void console_end(struct console *c);
