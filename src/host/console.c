#include "host/console.h"

#include "base/limits.h"

#define LINE_MAX_LEN (16 * KIB)
#define MARK         "casemate-guest: "

void console_init(struct console *c, FILE *to)
{
    *c = (struct console){.to = to};
    buf_init(&c->line, LINE_MAX_LEN);
    buf_init(&c->result, LINE_MAX_LEN);
}

void console_clear(struct console *c)
{
    buf_clear(&c->line);
    buf_clear(&c->result);
}

static void show(const struct console *c, uint8_t byte)
{
    if (c->to == NULL || byte == '\r')
        return;
    if (byte == '\n' || byte == '\t' || (byte >= 0x20 && byte <= 0x7e))
        (void)fputc(byte, c->to);
    else
        (void)fprintf(c->to, "\\x%02x", byte);
}

static void end_line(struct console *c)
{
    struct bytes line;
    struct bytes mark = BYTES_LIT(MARK);
    if (!c->is_long && !failed(buf_end(&c->line, &line)) && bytes_starts(line, mark)) {
        struct bytes said = bytes_of(line.p + mark.n, line.n - mark.n);
        if (bytes_starts(said, BYTES_LIT("{"))) {
            buf_reset(&c->result);
            buf_add(&c->result, said);
        }
        c->is_ready = c->is_ready || bytes_is(said, "ready");
    }
    buf_reset(&c->line);
    c->is_long = false;
}

void console_feed(struct console *c, struct bytes bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        show(c, bytes.p[i]);
        if (bytes.p[i] == '\n')
            end_line(c);
        else if (c->line.n == LINE_MAX_LEN)
            c->is_long = true;
        else if (bytes.p[i] != '\r')
            buf_u8(&c->line, bytes.p[i]);
    }
    if (c->to != NULL)
        (void)fflush(c->to);
}

void console_end(struct console *c)
{
    if (c->line.n > 0)
        console_feed(c, BYTES_LIT("\n"));
}
