/*
 * The log of a process: one line per event on stderr, fixed event names, values escaped and cut. Secrets have a type of
 * their own that this interface does not take.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

enum log_level { LOG_LEVEL_ERROR = 0, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct log_field {
    const char *name;   /* a literal */
    struct bytes value; /* hostile: escaped, cut at 256 bytes */
};

#define LOG_TEXT(name_, text_)   ((struct log_field){(name_), bytes_of_text(text_)})
#define LOG_BYTES(name_, bytes_) ((struct log_field){(name_), (bytes_)})

/*
 * log_open - name the process in its lines and set the level; log_set_level - change it.
 * log_event - one line "TIME LEVEL role event name=value ..."; fields end with {0}.
 * log_error - the same with the error's code, reason and place.
 *
 * in       event: a literal listed in docs/protocol/log-events.md
 * out      a line on stderr; nothing is returned: a log that cannot be written stops nobody
 * errors   none
 */
void log_open(const char *role, enum log_level level);
void log_set_level(enum log_level level);
void log_event(enum log_level level, const char *event, const struct log_field *fields);
void log_error(enum log_level level, const char *event, struct err e, const struct log_field *fields);
#define LOG(level_, event_, ...)                                                                                       \
    log_event((level_), (event_), (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})
#define LOG_ERR(level_, event_, err_, ...)                                                                             \
    log_error((level_), (event_), (err_), (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})
