#include "trust/redact.h"

#include "trust/tree.h"
#include "trust/words.h"

#define SECRET_MIN  6    /* bytes: shorter values are switches and numbers */
#define STRING_KEPT 4096 /* bytes of a string that stay; an embedded document is not for the rules to read */
#define CUT         BYTES_LIT("(cut)")
#define LONG        BYTES_LIT("(long)")

static uint8_t folded(uint8_t c)
{
    if (c == '-' || c == '.')
        return '_';
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - 32) : c;
}

/* Whether a name holds a word, case folded; at: from that place on only. */
static bool holds(struct bytes name, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= name.n; i++) {
        size_t k = 0;
        while (k < n && folded(name.p[i + k]) == (uint8_t)word[k])
            k++;
        if (k == n)
            return true;
    }
    return false;
}

static bool ends(struct bytes name, const char *word)
{
    size_t n = strlen(word);
    return name.n >= n && holds(bytes_of(name.p + name.n - n, n), word);
}

static const char *const secret_words[] = {"PASS", "SECRET", "TOKEN", "APIKEY", "API_KEY", "CREDENTIAL"};

static bool is_secret_name(struct bytes name)
{
    for (size_t i = 0; i < sizeof(secret_words) / sizeof(secret_words[0]); i++)
        if (holds(name, secret_words[i]))
            return true;
    return ends(name, "_KEY") || (name.n == 3 && ends(name, "KEY"));
}

static bool is_number(struct bytes v)
{
    for (size_t i = 0; i < v.n; i++)
        if ((v.p[i] < '0' || v.p[i] > '9') && v.p[i] != '.' && v.p[i] != '-' && v.p[i] != '+')
            return false;
    return true;
}

static bool is_harmless(struct bytes name, struct bytes v)
{
    bool is_word = bytes_is(v, "true") || bytes_is(v, "false") || bytes_is(v, "disabled") || bytes_is(v, "enabled");
    return v.n < SECRET_MIN || is_word || v.p[0] == '/' || words_in(v, "://") || is_number(v) ||
           bytes_starts(v, BYTES_LIT("sealed.")) || bytes_starts(v, BYTES_LIT("$(")) || ends(name, "_URL");
}

bool redact_has_private_key(struct bytes text)
{
    return words_in(text, "-----BEGIN") && words_in(text, "PRIVATE KEY-----");
}

bool redact_has_password(struct bytes text)
{
    for (size_t i = 0; i + 3 < text.n; i++) {
        if (!words_at(text, i, "://"))
            continue;
        size_t colon = 0;
        for (size_t k = i + 3; k < text.n; k++) {
            uint8_t c = text.p[k];
            if (c == '/' || c == ' ' || c == '?' || c == '#' || c == '"' || c == '\n')
                break;
            colon = c == ':' && colon == 0 ? k : colon;
            if (c == '@' && colon != 0 && colon + 1 < k)
                return true;
        }
    }
    return false;
}

enum secret_kind redact_kind(struct bytes name, struct bytes value)
{
    if (redact_has_private_key(value))
        return SECRET_PEM;
    if (redact_has_password(value))
        return SECRET_IN_URL;
    if (!is_secret_name(name) || is_harmless(name, value))
        return SECRET_NONE;
    return words_in(value, "-----BEGIN CERTIFICATE") || words_in(value, "-----BEGIN PUBLIC KEY") ? SECRET_NONE
                                                                                                 : SECRET_BY_NAME;
}

const char *redact_kind_name(enum secret_kind kind)
{
    static const char *const names[] = {"", "name", "pem", "url"};
    return names[kind];
}

static bool is_name_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || (folded(c) >= 'A' && folded(c) <= 'Z') || folded(c) == '_';
}

static size_t skip(struct bytes text, size_t at, const char *bytes)
{
    while (at < text.n && text.p[at] != '\0' && strchr(bytes, text.p[at]) != NULL)
        at++;
    return at;
}

/* Where a value begins that the words at this place announce: `password: `, `"api_key":"`, `Bearer `; 0: none does. */
static size_t announced(struct bytes text, size_t at)
{
    struct bytes rest = bytes_of(text.p + at, text.n - at);
    if (words_begin(rest, "Bearer ") || words_begin(rest, "Basic "))
        return skip(text, at + (size_t)((const uint8_t *)memchr(rest.p, ' ', rest.n) - rest.p), " ");
    for (size_t i = 0; i < sizeof(secret_words) / sizeof(secret_words[0]); i++) {
        size_t n = strlen(secret_words[i]);
        if (rest.n < n || !holds(bytes_of(rest.p, n), secret_words[i]))
            continue;
        size_t end = at + n;
        while (end < text.n && is_name_byte(text.p[end]))
            end++;
        end = skip(text, end, " \\\"'");
        return end < text.n && (text.p[end] == ':' || text.p[end] == '=') ? skip(text, end + 1, " \\\"'") : 0;
    }
    return 0;
}

static size_t value_end(struct bytes text, size_t at)
{
    while (at < text.n && text.p[at] > ' ' && strchr("\\\"';,&}", text.p[at]) == NULL)
        at++;
    return at;
}

/* A text that is no value of a secret itself may hold some: a script, a file in a ConfigMap. They alone are cut. */
static struct err cut_inside(struct arena *a, const struct json *v, const struct json **out)
{
    SCOPED(buf) struct buf made = {0};
    struct bytes text = v->text, view;
    size_t kept = 0;
    buf_init(&made, 2 * STRING_KEPT);
    for (size_t i = 0; i < text.n; i++) {
        size_t from = announced(text, i), to = from == 0 ? 0 : value_end(text, from);
        if (from == 0 || to == from || is_harmless(BYTES_EMPTY, bytes_of(text.p + from, to - from)))
            continue;
        buf_add(&made, bytes_of(text.p + kept, from - kept));
        buf_add(&made, CUT);
        kept = to;
        i = to - 1;
    }
    *out = v;
    if (kept == 0)
        return OK;
    buf_add(&made, bytes_of(text.p + kept, text.n - kept));
    TRY(buf_end(&made, &view));
    return json_new_string(a, view, out);
}

static struct err redact_text(struct arena *a, struct bytes name, const struct json *v, const struct json **out)
{
    if (redact_kind(name, v->text) != SECRET_NONE)
        return json_new_string(a, CUT, out);
    return v->text.n > STRING_KEPT ? json_new_string(a, LONG, out) : cut_inside(a, v, out);
}

static struct err redact_named(struct arena *a, struct bytes name, const struct json *v, const struct json **out);

static struct err redact_object(struct arena *a, const struct json *v, const struct json **out)
{
    struct tree_map m;
    struct bytes own_name = tree_text(v, "name");
    tree_map_init(&m, a);
    for (size_t i = 0; i < v->count; i++) {
        struct bytes key = v->members[i].key;
        const struct json *made;
        bool is_pair = bytes_is(key, "value") && own_name.n > 0;
        TRY(redact_named(a, is_pair ? own_name : key, v->members[i].value, &made));
        tree_map_add(&m, key, made);
    }
    return tree_map_end(&m, out);
}

static struct err redact_list(struct arena *a, struct bytes name, const struct json *v, const struct json **out)
{
    struct tree_list l;
    tree_list_init(&l, a);
    for (size_t i = 0; i < v->count; i++) {
        const struct json *made;
        TRY(redact_named(a, name, v->items[i], &made));
        tree_list_add(&l, made);
    }
    return tree_list_end(&l, out);
}

static bool is_word_list(struct bytes name, const struct json *v)
{
    return (bytes_is(name, "args") || bytes_is(name, "command")) && json_is(v, JSON_ARRAY);
}

static struct err redact_named(struct arena *a, struct bytes name, const struct json *v, const struct json **out)
{
    enum secret_kind *kinds;
    if (is_word_list(name, v))
        return redact_words(a, v, out, &kinds);
    if (json_is(v, JSON_OBJECT))
        return redact_object(a, v, out);
    if (json_is(v, JSON_ARRAY))
        return redact_list(a, name, v, out);
    *out = v;
    return json_is(v, JSON_STRING) ? redact_text(a, name, v, out) : OK;
}

struct err redact_tree(struct arena *a, const struct json *v, const struct json **out)
{
    return redact_named(a, BYTES_EMPTY, v, out);
}

/* What a word of a command line says, and under which name: its own part before '=', or the option before it. */
static enum secret_kind kind_of_word(struct bytes word, struct bytes before)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] == '=')
            return redact_kind(bytes_of(word.p, i), bytes_of(word.p + i + 1, word.n - i - 1));
    bool follows = before.n > 1 && before.p[0] == '-' && word.n > 0 && word.p[0] != '-';
    return redact_kind(follows ? before : BYTES_EMPTY, word);
}

struct err redact_words(struct arena *a, const struct json *words, const struct json **out, enum secret_kind **kinds)
{
    struct tree_list l;
    struct bytes before = BYTES_EMPTY;
    tree_list_init(&l, a);
    TRY(arena_array(a, words->count + 1, kinds));
    for (size_t i = 0; i < words->count; i++) {
        const struct json *w = words->items[i];
        bool is_text = json_is(w, JSON_STRING);
        (*kinds)[i] = is_text ? kind_of_word(w->text, before) : SECRET_NONE;
        const struct json *shown = w;
        if ((*kinds)[i] != SECRET_NONE)
            TRY(json_new_string(a, CUT, &shown));
        else if (is_text && w->text.n > STRING_KEPT)
            TRY(json_new_string(a, LONG, &shown));
        else if (is_text)
            TRY(cut_inside(a, w, &shown));
        tree_list_add(&l, shown);
        before = is_text ? w->text : BYTES_EMPTY;
    }
    return tree_list_end(&l, out);
}
