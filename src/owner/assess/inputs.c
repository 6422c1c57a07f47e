#include "owner/assess/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "sys/file.h"

#define FILES_MAX  10000
#define BYTES_MAX  (256UL * MIB)
#define FILE_MAX   (16UL * MIB)
#define DEPTH_MAX  32
#define NAME_SHOWN 4096

static struct err grow(struct inputs *in)
{
    struct assess_file *more;
    if (in->count < in->cap)
        return OK;
    size_t cap = in->cap == 0 ? 32 : in->cap * 2;
    TRY(arena_array(in->arena, cap, &more));
    for (size_t i = 0; i < in->count; i++)
        more[i] = in->files[i];
    in->files = more;
    in->cap = cap;
    return OK;
}

/* Only names that a report can show: others are shown with question marks. */
static struct err clean_name(struct arena *a, const char *name, struct bytes *out)
{
    uint8_t text[NAME_SHOWN];
    size_t n = strnlen(name, sizeof(text));
    bool is_text = bytes_is_utf8(bytes_of(name, n));
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)name[i];
        text[i] = c < 0x20 || c == 0x7f || (c >= 0x80 && !is_text) ? '?' : c;
    }
    return arena_copy(a, bytes_of(text, n), out);
}

static struct err add_text(struct inputs *in, const char *shown, struct bytes text, struct bytes kind,
                           const char *failed_why, bool is_over_limit)
{
    struct assess_file f = {.kind = kind, .failed = bytes_of_text(failed_why), .is_over_limit = is_over_limit};
    if (in->count == FILES_MAX || text.n > BYTES_MAX - in->bytes)
        return FAIL(ERR_LIMIT, "more than 10000 files or 256 MiB");
    TRY(grow(in));
    TRY(clean_name(in->arena, shown, &f.path));
    TRY(arena_copy(in->arena, text, &f.text));
    in->bytes += text.n;
    in->files[in->count++] = f;
    return OK;
}

static struct err add_open(struct inputs *in, int fd, const char *shown, struct bytes kind)
{
    SCOPED(buf) struct buf text = {0};
    struct bytes view;
    buf_init(&text, FILE_MAX);
    struct err e = file_read_fd(fd, &text);
    if (e.code == ERR_NOMEM)
        return e;
    if (e.code == ERR_LIMIT)
        return add_text(in, shown, BYTES_EMPTY, kind, "larger than 16 MiB", true);
    if (failed(e))
        return add_text(in, shown, BYTES_EMPTY, kind, "cannot be read", false);
    TRY(buf_end(&text, &view));
    return add_text(in, shown, view, kind, "", false);
}

static struct err add_folder(struct inputs *in, int fd, const char *shown, struct bytes kind, unsigned depth);

static struct err add_entry(struct inputs *in, int folder, const char *name, const char *shown, struct bytes kind,
                            unsigned depth)
{
    SCOPED(fd) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0 && (errno == ELOOP || errno == ENXIO))
        return OK; /* a link, or a socket: no input */
    if (fd < 0 || fstat(fd, &st) != 0)
        return add_text(in, shown, BYTES_EMPTY, kind, "cannot be opened", false);
    if (S_ISDIR(st.st_mode))
        return depth == DEPTH_MAX ? add_text(in, shown, BYTES_EMPTY, kind, "folders nest too deeply", true)
                                  : add_folder(in, fd, shown, kind, depth + 1);
    return S_ISREG(st.st_mode) ? add_open(in, fd, shown, kind) : OK;
}

static struct err each_entry(struct inputs *in, DIR *dir, const char *shown, struct bytes kind, unsigned depth)
{
    for (;;) {
        char path[NAME_SHOWN];
        errno = 0;
        const struct dirent *d = readdir(dir);
        if (d == NULL)
            return errno == 0 ? OK : FAIL_SYS(errno, "a folder cannot be read");
        if (d->d_name[0] == '.')
            continue;
        int n = snprintf(path, sizeof(path), "%s%s%s", shown, shown[0] == '\0' ? "" : "/", d->d_name);
        if (n < 0 || (size_t)n >= sizeof(path))
            continue;
        TRY(add_entry(in, dirfd(dir), d->d_name, path, kind, depth));
    }
}

static struct err add_folder(struct inputs *in, int fd, const char *shown, struct bytes kind, unsigned depth)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    DIR *dir = own < 0 ? NULL : fdopendir(own);
    if (dir == NULL) {
        if (own >= 0)
            (void)close(own);
        return FAIL_SYS(errno, "a folder cannot be read");
    }
    struct err e = each_entry(in, dir, shown, kind, depth);
    (void)closedir(dir);
    return e;
}

/* As it was given, so that an editor finds it; only the last part where it begins at the root or leads up. */
static const char *shown_name(const char *path)
{
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    const char *slash = strrchr(path, '/');
    bool leads_out = path[0] == '/' || strncmp(path, "../", 3) == 0 || strstr(path, "/../") != NULL;
    return leads_out && slash != NULL ? slash + 1 : path;
}

struct err inputs_add(struct inputs *in, const char *path, struct bytes kind)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return add_open(in, STDIN_FILENO, "-", kind);
    SCOPED(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT ? FAIL(ERR_ABSENT, "no such file or folder")
                               : FAIL_SYS(errno, "an input cannot be opened");
    if (fstat(fd, &st) != 0)
        return FAIL_SYS(errno, "an input cannot be opened");
    if (S_ISDIR(st.st_mode))
        return add_folder(in, fd, "", kind, 0);
    return add_open(in, fd, shown_name(path), kind);
}
