#include "sys/log.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define VALUE_MAX 256
#define LINE_MAX_ 4096

static const char *log_role = "casemate";
static enum log_level log_level = LOG_LEVEL_INFO;

void log_open(const char *role, enum log_level level)
{
    log_role = role;
    log_level = level;
}

void log_set_level(enum log_level level)
{
    log_level = level;
}

struct line {
    char text[LINE_MAX_];
    size_t n;
};

static void put(struct line *l, const char *text)
{
    while (*text != '\0' && l->n < sizeof(l->text) - 2)
        l->text[l->n++] = *text++;
}

/* Hostile values: printable ASCII stays, everything else is escaped, so that no value can end a line or a quote. */
static void put_value(struct line *l, struct bytes value)
{
    static const char digits[] = "0123456789abcdef";
    size_t n = value.n < VALUE_MAX ? value.n : VALUE_MAX;
    put(l, "\"");
    for (size_t i = 0; i < n && l->n < sizeof(l->text) - 8; i++) {
        uint8_t c = value.p[i];
        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
            l->text[l->n++] = (char)c;
        } else {
            const char escape[] = {'\\', 'x', digits[c >> 4], digits[c & 15], '\0'};
            put(l, escape);
        }
    }
    put(l, value.n > n ? "...\"" : "\"");
}

static void begin(struct line *l, enum log_level level, const char *event)
{
    static const char *const names[] = {"ERROR", "WARNING", "INFO", "DEBUG"};
    struct timespec now;
    char at[RFC3339_LEN + 1];
    clock_gettime(CLOCK_REALTIME, &now);
    clock_format(now.tv_sec, at);
    l->n = 0;
    put(l, at);
    put(l, " ");
    put(l, names[level]);
    put(l, " ");
    put(l, log_role);
    put(l, " ");
    put(l, event);
}

static void put_fields(struct line *l, const struct log_field *fields)
{
    for (size_t i = 0; i < LOG_FIELDS_MAX && fields[i].name != NULL; i++) {
        put(l, " ");
        put(l, fields[i].name);
        put(l, "=");
        put_value(l, fields[i].value);
    }
}

static void end(struct line *l)
{
    l->text[l->n++] = '\n';
    ssize_t written = write(STDERR_FILENO, l->text, l->n); /* one write, so that lines of processes do not mix */
    (void)written;
}

void log_write(const struct log_line *line)
{
    if (line->level > log_level)
        return;
    struct line l;
    begin(&l, line->level, line->event);
    put_fields(&l, line->fields);
    end(&l);
}

void log_write_failure(const struct log_failure *line)
{
    if (line->level > log_level)
        return;
    struct line l;
    begin(&l, line->level, line->event);
    put(&l, " code=");
    put(&l, err_code_name(line->err));
    if (line->err.reason != REASON_NONE) {
        put(&l, " reason=");
        put(&l, reason_code(line->err.reason));
    }
    put_fields(&l, line->fields);
    if (line->err.sys != 0) {
        char number[32];
        snprintf(number, sizeof(number), " errno=%d", line->err.sys);
        put(&l, number);
    }
    if (line->err.at != NULL) {
        put(&l, " at=");
        put_value(&l, bytes_of_text(line->err.at));
    }
    end(&l);
}
