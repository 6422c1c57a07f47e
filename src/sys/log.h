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

#define LOG_FIELDS_MAX           8

struct log_line {
    enum log_level level;
    const char *event;                       /* a literal listed in docs/protocol/log-events.md */
    struct log_field fields[LOG_FIELDS_MAX]; /* ended by a NULL name */
};

struct log_failure {
    enum log_level level;
    const char *event;
    struct err err;
    struct log_field fields[LOG_FIELDS_MAX];
};

/*
 * log_open - name the process in its lines and set the level; log_set_level - change it.
 * log_write - one line "TIME LEVEL role event name=value ...". log_write_failure - the same with the error's code,
 * reason and place. LOG and LOG_ERR are how they are called: LOG(level, event, fields...).
 *
 * out      a line on stderr; nothing is returned: a log that cannot be written stops nobody
 * errors   none
 */
void log_open(const char *role, enum log_level level);
void log_set_level(enum log_level level);
void log_write(const struct log_line *line);
void log_write_failure(const struct log_failure *line);
#define LOG(...)     log_write(&(const struct log_line){__VA_ARGS__})
#define LOG_ERR(...) log_write_failure(&(const struct log_failure){__VA_ARGS__})
