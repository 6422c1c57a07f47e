#include "rego/hint.h"

/* What stands at the refused place, and what to write instead. */
struct slip {
    const char *text;
    bool is_word; /* nothing of a name may touch it */
    const char *hint;
};

static const struct slip slips[] = {
    {"&&", false, "write each condition on a line of its own: all of a body must hold"},
    {"||", false, "write a second rule of the same name: one of them must hold"},
    {"===", false, "write =="},
    {"!==", false, "write !="},
    {"<>", false, "write !="},
    {"and", true, "write each condition on a line of its own: all of a body must hold"},
    {"or", true, "write a second rule of the same name: one of them must hold"},
    {"'", false, "strings stand between double quotes or backquotes"},
    {"?", false, "there is no ?: operator: write `name := a if condition` and `else := b`"},
    {"//", false, "comments begin with #"},
    {"/*", false, "comments begin with #"},
    {"True", true, "write true"},
    {"False", true, "write false"},
    {"None", true, "write null"},
    {"nil", true, "write null"},
    {"undefined", true, "there is no such value: `not x` holds where x is undefined"},
    {"return", true, "a function's value stands in its head: `f(x) := value if { .. }`"},
    {"for", true, "write `some x in collection` or `every x in collection { .. }`"},
    {"function", true, "a function is a rule with arguments: `f(x) := value if { .. }`"},
    {"def", true, "a function is a rule with arguments: `f(x) := value if { .. }`"},
    {"is", true, "null is a value like others: write `x == null` or `x != null`"},
    {"!", false, "write not"},
};

static bool is_name_byte(uint8_t c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct bytes line_of(struct bytes text, unsigned row)
{
    size_t start = 0;
    for (; row > 1 && start < text.n; start++)
        row -= text.p[start] == '\n';
    size_t end = start;
    while (end < text.n && text.p[end] != '\n')
        end++;
    return bytes_of(text.p + start, end - start);
}

static size_t offset_of(struct bytes line, unsigned column)
{
    size_t i = 0;
    for (; column > 1 && i < line.n; column--)
        for (i++; i < line.n && (line.p[i] & 0xC0) == 0x80;)
            i++;
    return i;
}

static bool stands_at(struct bytes line, size_t at, const struct slip *s)
{
    size_t n = strlen(s->text);
    if (at + n > line.n || memcmp(line.p + at, s->text, n) != 0)
        return false;
    if (!s->is_word)
        return true;
    bool touches_before = at > 0 && is_name_byte(line.p[at - 1]);
    bool touches_behind = at + n < line.n && is_name_byte(line.p[at + n]);
    return !touches_before && !touches_behind;
}

/* At the place, or up to two signs before it: the parser stops at the second & of &&. */
static const char *slip_at(struct bytes line, size_t at)
{
    for (size_t back = 0; back <= 2 && back <= at; back++)
        for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
            if ((back == 0 || !slips[i].is_word) && stands_at(line, at - back, &slips[i]))
                return slips[i].hint;
    return NULL;
}

/* A rule of one word in front of the place: "for x in xs" is read as a rule `for` and what follows. */
static const char *slip_before(struct bytes line, size_t at)
{
    size_t end = at;
    while (end > 0 && line.p[end - 1] == ' ')
        end--;
    size_t start = end;
    while (start > 0 && is_name_byte(line.p[start - 1]))
        start--;
    for (size_t i = 0; i < sizeof(slips) / sizeof(slips[0]); i++)
        if (slips[i].is_word && end > start && stands_at(line, start, &slips[i]))
            return slips[i].hint;
    return NULL;
}

static bool says(const struct rego_error *error, const char *words)
{
    return strstr(error->message, words) != NULL;
}

static const char *hint_of_message(const struct rego_error *error, bool v0)
{
    if (says(error, "package expected") || says(error, "empty module"))
        return "a policy begins with its package: `package policy`";
    if (says(error, "default rule must have a value"))
        return "write `default name := value`";
    if (says(error, "cannot assign to"))
        return "`:=` gives a new variable its value: to compare, write ==";
    if (says(error, "must have value assignment"))
        return "write `name := value`, `name if condition`, or `name contains element`";
    if (says(error, "expected }") || says(error, "expected ]") || says(error, "expected )"))
        return "a bracket that was opened before is not closed here";
    if (says(error, "is unsafe"))
        return "nothing gives it a value: is a name misspelt, an import missing, or `some x in collection`?";
    if (v0 && (says(error, "var cannot be used for rule name") || says(error, "expected a line end")))
        return "as Rego v0, `if`, `in`, `contains` and `every` need `import rego.v1`";
    return NULL;
}

void hint_add(struct rego_error *error, struct bytes text, bool v0)
{
    if (error == NULL || error->hint[0] != '\0' || error->row == 0)
        return;
    struct bytes line = line_of(text, error->row);
    size_t at = offset_of(line, error->column);
    const char *hint = slip_at(line, at);
    if (hint == NULL)
        hint = slip_before(line, at);
    if (hint == NULL)
        hint = hint_of_message(error, v0);
    if (hint != NULL)
        note_hint(error, hint);
}
