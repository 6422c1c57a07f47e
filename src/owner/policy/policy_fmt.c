/*
 * casemate policy fmt: policies in one layout. What comes out is read again and must be the same policy.
 */
#include <sys/stat.h>

#include "base/limits.h"
#include "owner/policy/policy_command.h"
#include "owner/policy/policy_files.h"
#include "owner/policy/policy_layout.h"
#include "rego/parse.h"
#include "sys/file.h"

static struct err parse(struct policy_files *f, struct bytes text, struct layout_text *tokens, struct module **out)
{
    struct rego_error error = {0};
    bool is_v0 = command_flag(f->in, "v0-compatible");
    struct err e = parse_module(&f->arena, &error, f->modules[0].name, text, is_v0, out);
    if (!failed(e))
        e = layout_read(&f->arena, &error, text, tokens);
    if (failed(e) && error.status != REGO_UNSET)
        policy_say_error(f, NULL, &error);
    return e;
}

/* Never lose a text: tokens, comments and tree must be the same, and a second run must change nothing. */
static struct err verify(struct policy_files *f, struct bytes text, const struct module *before, struct bytes after)
{
    struct layout_text old;
    struct layout_text tokens;
    struct module *m;
    SCOPED(buf) struct buf again = {0};
    struct bytes view;
    struct rego_error error = {0};
    TRY(layout_read(&f->arena, &error, text, &old));
    TRY(parse(f, after, &tokens, &m));
    if (!layout_same(&old, &tokens) || !layout_same_tree(before, m))
        return FAIL(ERR_UNSUPPORTED, "the layout would change the policy");
    buf_init(&again, POLICY_TEXT_MAX * 4);
    layout_mark(&tokens, m);
    layout_write(&tokens, &again);
    TRY(buf_end(&again, &view));
    return bytes_equal(view, after) ? OK : FAIL(ERR_UNSUPPORTED, "the layout is not stable");
}

static struct err format(struct policy_files *f, struct bytes text, struct buf *out)
{
    struct layout_text tokens;
    struct module *m;
    struct bytes view;
    TRY(parse(f, text, &tokens, &m));
    layout_mark(&tokens, m);
    layout_write(&tokens, out);
    TRY(buf_end(out, &view));
    return verify(f, text, m, view);
}

static struct err put(struct policy_files *f, const char *path, struct bytes old, struct bytes text, bool *changed)
{
    struct stat st;
    bool is_same = bytes_equal(old, text);
    bool is_written = command_flag(f->in, "write");
    bool is_listed = command_flag(f->in, "list");
    *changed = *changed || !is_same;
    if (is_listed && !is_same) {
        command_print_bytes(f->in->out, bytes_of_text(path));
        fputc('\n', f->in->out);
    }
    if (!is_written && !is_listed)
        fwrite(text.p, 1, text.n, f->in->out);
    if (!is_written || is_same)
        return OK;
    if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
        command_explain(f->in, "%s: not a regular file; nothing was written", path);
        return FAIL(ERR_UNSUPPORTED, "not a regular file");
    }
    struct err e = file_write(path, text, st.st_mode & 07777);
    if (failed(e))
        command_explain(f->in, "%s: cannot be written", path);
    return e;
}

static struct err format_file(struct policy_files *f, const char *path, bool *changed)
{
    SCOPED(buf) struct buf text;
    SCOPED(buf) struct buf out;
    struct bytes view;
    buf_init(&text, POLICY_TEXT_MAX);
    buf_init(&out, POLICY_TEXT_MAX * 4);
    arena_reset(&f->arena);
    struct err e = file_read(path, &text);
    if (!failed(e))
        e = buf_end(&text, &view);
    if (failed(e)) {
        command_explain(f->in, "%s: %s", path, e.code == ERR_LIMIT ? "too large" : "cannot be read");
        return e;
    }
    TRY(arena_new(&f->arena, &f->modules));
    f->modules[0] = (struct rego_module){.name = path, .text = (const char *)view.p, .length = view.n};
    f->module_count = 1;
    e = format(f, view, &out);
    if (failed(e) && !f->in->has_explained)
        command_explain(f->in, "%s: left as it is: %s", path, "it cannot be laid out without a change of what it says");
    TRY(e);
    return put(f, path, view, buf_view(&out), changed);
}

/* A file, or the policies in a directory and beneath it. */
static struct err format_path(struct policy_files *f, const char *path, bool *changed)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return format_file(f, path, changed);
    struct policy_files found = {.in = f->in};
    struct err e = policy_files_modules(&found, path);
    for (size_t i = 0; !failed(e) && i < found.module_count; i++)
        e = format_file(f, found.modules[i].name, changed);
    policy_files_clear(&found);
    return e;
}

static struct err fmt(struct invocation *in)
{
    struct policy_files f = {.in = in};
    bool changed = false;
    arena_init(&f.arena, 512 * MIB);
    struct err e = OK;
    for (size_t i = 0; i < in->operand_count && !failed(e); i++)
        e = format_path(&f, in->operands[i], &changed);
    policy_files_clear(&f);
    if (failed(e) || !changed || !command_flag(in, "list"))
        return e;
    in->has_explained = true;
    return FAIL(ERR_DENIED, "a file has another layout");
}

static const struct option_row options[] = {
    {.name = "write", .letter = 'w', .help = "write each file where its layout is another, and print nothing"},
    {.name = "list", .letter = 'l', .help = "only name the files whose layout is another"},
    {.name = "v0-compatible", .help = "the policies are written in Rego v0"},
    {0},
};

const struct command command_policy_fmt = {
    .noun = "policy",
    .verb = "fmt",
    .options = options,
    .formats = "text",
    .operands = "PATH...",
    .operand_min = 1,
    .operand_max = COMMAND_VALUES_MAX,
    .summary = "print policies in the usual layout",
    .help = "Tabs, a literal of a body on each line, spaces around operators; comments stay where they are, and lines\n"
            "are not joined. Of a directory, and beneath it, all that end in .rego are laid out. The result is parsed\n"
            "again: a file that would then say another thing, or lose a comment, is refused and left as it is. Exit\n"
            "status: 0; 1 with --list if it named a file; 3 for a file that is refused.",
    .example = "casemate policy fmt --write release.rego",
    .run = fmt,
};
