/*
 * What the tests of the audit log share: a log in a directory of its own, and its bytes taken out and put back.
 */
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/audit.h"
#include "check.h"

#define LOG_NOW   1790000000
#define LOG_BYTES (256 * 1024)

struct log {
    char dir[64];
    char path[96];
    struct key *key;
    uint8_t bytes[LOG_BYTES]; /* the first segment, as log_take read it */
    size_t n;
};

static inline void log_segment(struct log *l, int number)
{
    snprintf(l->path, sizeof(l->path), "%s/audit-%08d.jsonl", l->dir, number);
}

static inline void log_new(struct log *l)
{
    memset(l, 0, sizeof(*l));
    snprintf(l->dir, sizeof(l->dir), "/tmp/casemate-audit-XXXXXX");
    assert_non_null(mkdtemp(l->dir));
    log_segment(l, 1);
    assert_ok(key_generate(KEY_ED25519, &l->key));
}

static inline void log_clear(struct log *l)
{
    DIR *d = opendir(l->dir);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    rmdir(l->dir);
    key_free(l->key);
}

static inline void log_take(struct log *l)
{
    int fd = open(l->path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t n = read(fd, l->bytes, sizeof(l->bytes));
    assert_true(n >= 0 && (size_t)n < sizeof(l->bytes));
    l->n = (size_t)n;
    close(fd);
}

static inline void log_put(const struct log *l, const void *p, size_t n)
{
    int fd = open(l->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, p, n), (ssize_t)n);
    close(fd);
}

static inline struct err log_add(struct audit *a, const char *subject)
{
    static const uint8_t root[32] = {1, 2, 3};
    struct audit_event e = {.kind = "release", .subject = bytes_of_text(subject), .generation = 7, .root = root};
    return audit_append(a, &e, LOG_NOW, NULL);
}

/* 20 lines: four groups of four lines and a head. */
static inline void log_fill(struct log *l)
{
    struct audit *a;
    assert_ok(audit_open(l->dir, l->key, 1 << 20, &a));
    for (int group = 0; group < 4; group++) {
        for (int i = 0; i < 4; i++)
            assert_ok(log_add(a, "default/key/1"));
        assert_ok(audit_sync(a, LOG_NOW + group));
    }
    audit_close(a);
    log_take(l);
}

/* Offsets of the lines' starts; starts[20] is the end. */
static inline void log_lines(const struct log *l, size_t starts[21])
{
    size_t count = 1;
    starts[0] = 0;
    for (size_t i = 0; i < l->n; i++)
        if (l->bytes[i] == '\n' && count < 21)
            starts[count++] = i + 1;
    assert_int_equal(count, 21);
    assert_int_equal(starts[20], l->n);
}

static inline struct err log_verify(const struct log *l, struct audit_report *report)
{
    return audit_verify(l->dir, l->key, 0, NULL, report);
}
