/*
 * Reading an audit log with nothing but the public key. The directory is hostile; memory is bounded by one line.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "audit/chain.h"
#include "audit/segment.h"
#include "sys/file.h"

#define PATIENCE 20 /* looks at a group that its writer has not finished */

struct walk {
    struct audit_chain chain;
    struct audit_position position;
    uint64_t expected_seq;
    const uint8_t *expected_hash; /* NULL: none */
    audit_visit *visit;           /* NULL: none */
    void *context;
    bool is_closed;      /* the last line is a signed head */
    uint64_t first_head; /* its seq, 0 before it */
    struct audit_report *report;
};

static struct err broken(struct walk *w, const char *what)
{
    w->report->bad_line = w->position.seq + 1;
    w->report->bad_what = what;
    return REFUSE(ERR_UNVERIFIED, REASON_AUDIT_BROKEN, "the audit log does not hold");
}

static struct err walk_line(struct walk *w, struct bytes line)
{
    const char *what = "";
    bool is_head;
    struct err e = audit_chain_check(&w->chain, &w->position, line, &is_head, &what);
    if (e.code == ERR_UNVERIFIED)
        return broken(w, what);
    TRY(e);
    w->is_closed = is_head;
    if (is_head && w->first_head == 0)
        w->first_head = w->position.seq;
    w->report->lines++;
    w->report->last_seq = w->position.seq;
    memcpy(w->report->last_hash, w->position.hash, sizeof(w->report->last_hash));
    if (w->expected_hash != NULL && w->expected_seq == w->position.seq &&
        bytes_equal(bytes_of(w->expected_hash, 32), BYTES_OF(w->position.hash))) {
        w->report->anchored = true;
        w->report->anchored_at = w->position.seq;
    }
    return w->visit == NULL ? OK : w->visit(w->context, line);
}

static struct err walk_segment(struct walk *w, int dir_fd, struct segment_reader *r)
{
    for (int patience = PATIENCE;;) {
        struct bytes line;
        enum segment_item item;
        TRY(segment_next(r, &line, &item));
        if (item == SEGMENT_LINE) {
            TRY(walk_line(w, line));
            continue;
        }
        /* A group never spans two segments. */
        if (item == SEGMENT_END && w->is_closed)
            return OK;
        if (patience-- > 0 && segment_more(dir_fd, r))
            continue;
        return broken(w, item == SEGMENT_END ? "a group without a signed head behind it" : "a line without an end");
    }
}

static struct err walk_segments(struct walk *w, int dir_fd)
{
    uint32_t last;
    TRY(segment_last(dir_fd, &last));
    if (last == 0)
        return FAIL(ERR_ABSENT, "no audit log in this directory");
    for (uint32_t number = 1; number <= last; number++) {
        struct segment_reader r;
        struct err e = segment_open(dir_fd, number, &r);
        if (!failed(e))
            e = walk_segment(w, dir_fd, &r);
        else if (e.code == ERR_ABSENT)
            e = broken(w, "a segment is missing");
        segment_reader_clear(&r);
        TRY(e);
    }
    if (w->chain.awaits_own_head) {
        w->report->bad_line = w->first_head;
        w->report->bad_what = AUDIT_OTHER_KEY;
        return REFUSE(ERR_UNVERIFIED, REASON_AUDIT_BROKEN, "no head of the audit log is signed by this key");
    }
    if (w->expected_hash != NULL && !w->report->anchored) {
        w->report->bad_what = "the expected head does not occur: the log was cut or replaced";
        return REFUSE(ERR_UNVERIFIED, REASON_AUDIT_BROKEN, "the expected head is not in the log");
    }
    return OK;
}

static struct err walk_directory(struct walk *w, const char *directory, const struct key *key)
{
    *w->report = (struct audit_report){.bad_what = ""};
    w->is_closed = true; /* nothing is open before the first line */
    SCOPED(fd) int dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0)
        return FAIL_SYS(errno, "the audit directory cannot be opened");
    struct err e = audit_chain_init(&w->chain, key);
    if (!failed(e))
        e = walk_segments(w, dir_fd);
    audit_chain_clear(&w->chain);
    return e;
}

struct err audit_verify(const char *directory, const struct key *public_key, uint64_t expected_seq,
                        const uint8_t *expected_hash, struct audit_report *report)
{
    struct walk w = {.expected_seq = expected_seq, .expected_hash = expected_hash, .report = report};
    return walk_directory(&w, directory, public_key);
}

struct err audit_walk(const char *directory, const struct key *public_key, audit_visit *visit, void *context,
                      struct audit_report *report)
{
    struct walk w = {.visit = visit, .context = context, .report = report};
    return walk_directory(&w, directory, public_key);
}
