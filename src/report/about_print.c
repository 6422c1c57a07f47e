/*
 * An answer about an id, for a terminal and as a page.
 */
#include "base/limits.h"
#include "report/about.h"
#include "report/escape.h"
#include "report/field.h"

#define COLUMNS 100
#define INDENT  16

static void wrapped(struct bytes text, size_t at, size_t indent, struct buf *out)
{
    SCOPED(buf) struct buf safe;
    buf_init(&safe, MIB);
    escape_terminal(text, &safe);
    escape_wrap(buf_view(&safe), at, indent, COLUMNS, out);
    escape_failed(&safe, out);
    buf_text(out, "\n");
}

/* Lines as they stand, each behind an indent: the one place where line ends of a text are kept. */
static void code_lines(struct bytes code, const char *indent, struct buf *out)
{
    while (code.n > 0) {
        const uint8_t *end = memchr(code.p, '\n', code.n);
        size_t n = end == NULL ? code.n : (size_t)(end - code.p);
        buf_text(out, indent);
        escape_terminal(bytes_of(code.p, n), out);
        buf_text(out, "\n");
        n += end != NULL;
        code = bytes_of(code.p + n, code.n - n);
    }
}

static void text_section(const struct json *s, struct buf *out)
{
    struct bytes label = field_text(s, "label"), text = field_text(s, "text"), code = field_text(s, "code");
    const struct json *items = field_list(s, "items");
    buf_text(out, "  ");
    escape_terminal(label, out);
    if (code.n > 0) {
        buf_text(out, "\n");
        code_lines(code, "      ", out);
        return;
    }
    size_t width = 2 + escape_width(label);
    buf_fill(out, ' ', width < INDENT ? INDENT - width : 1);
    if (text.n > 0)
        wrapped(text, INDENT, INDENT, out);
    for (size_t i = 0; i < items->count; i++) {
        buf_fill(out, ' ', i == 0 ? 0 : INDENT);
        wrapped(json_is(items->items[i], JSON_STRING) ? items->items[i]->text : BYTES_EMPTY, INDENT, INDENT + 2, out);
    }
}

void about_text(const struct json *explained, struct buf *out)
{
    const struct json *sections = field_list(explained, "sections");
    escape_terminal(field_text(explained, "id"), out);
    buf_text(out, "  ");
    wrapped(field_text(explained, "title"), 2 + field_text(explained, "id").n, 4, out);
    for (size_t i = 0; i < sections->count; i++)
        text_section(sections->items[i], out);
}

/* An item that begins with the id of a threat links to its page. */
static void markdown_item(struct bytes text, struct buf *out)
{
    size_t n = 0;
    buf_text(out, "- ");
    if (bytes_starts(text, BYTES_LIT("T-")))
        while (n < text.n && text.p[n] != ' ')
            n++;
    if (n > 0) {
        buf_text(out, "[");
        buf_add(out, bytes_of(text.p, n));
        buf_text(out, "](");
        buf_add(out, bytes_of(text.p, n));
        buf_text(out, ".md)");
    }
    escape_markdown(bytes_of(text.p + n, text.n - n), out);
    buf_text(out, "\n");
}

static void markdown_section(const struct json *s, struct buf *out)
{
    struct bytes text = field_text(s, "text"), code = field_text(s, "code");
    const struct json *items = field_list(s, "items");
    buf_text(out, "\n**");
    escape_markdown(field_text(s, "label"), out);
    buf_text(out, "**");
    if (code.n > 0) {
        buf_text(out, "\n\n");
        code_lines(code, "    ", out);
        return;
    }
    if (text.n > 0) {
        buf_text(out, ": ");
        escape_markdown(text, out);
        buf_text(out, "\n");
        return;
    }
    buf_text(out, "\n\n");
    for (size_t i = 0; i < items->count; i++)
        markdown_item(json_is(items->items[i], JSON_STRING) ? items->items[i]->text : BYTES_EMPTY, out);
}

void about_markdown(const struct json *explained, struct buf *out)
{
    const struct json *sections = field_list(explained, "sections");
    buf_text(out, "# ");
    buf_add(out, field_text(explained, "id"));
    buf_text(out, " ");
    escape_markdown(field_text(explained, "title"), out);
    buf_text(out, "\n");
    for (size_t i = 0; i < sections->count; i++)
        markdown_section(sections->items[i], out);
}
