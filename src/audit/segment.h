/*
 * The files of the audit log: audit-00000001.jsonl and on. Reading is streaming, with one line in memory. Inside this
 * room only.
 */
#pragma once

#include "base/buf.h"

#define SEGMENT_NAME 32
#define SEGMENT_LOCK "audit.lock" /* held by the writer */

struct segment_reader {
    int fd;
    struct buf window; /* what was read and is not yet handed out, from `at` on */
    size_t at;
    uint64_t offset; /* in the file, behind the last line handed out */
    bool at_end;
};

enum segment_item { SEGMENT_LINE, SEGMENT_END, SEGMENT_TORN /* bytes without a line end, or a line too long */ };

/*
 * segment_name - the name of the n-th segment. segment_last - the highest number among a directory's segments, 0 if
 * there is none; a gap below it is not looked for.
 *
 * in       dir_fd: a directory, hostile content
 * out      name: SEGMENT_NAME bytes; *last only on success
 * errors   IO; LIMIT a number above 99999999
 */
void segment_name(uint32_t number, char name[SEGMENT_NAME]);
MUST_CHECK struct err segment_last(int dir_fd, uint32_t *last);

/*
 * segment_open - read a segment from its start; segment_next - its next line, without the line end.
 * segment_reader_clear - close it; accepts the zeroed value with fd -1.
 *
 * in       hostile: only a regular file is read
 * out      *r, to be cleared also after a failure; *line: valid until the next call, only with SEGMENT_LINE
 * errors   ABSENT no such segment; IO; NOMEM
 */
MUST_CHECK struct err segment_open(int dir_fd, uint32_t number, struct segment_reader *r);
MUST_CHECK struct err segment_next(struct segment_reader *r, struct bytes *line, enum segment_item *item);
void segment_reader_clear(struct segment_reader *r);

/*
 * segment_more - whether a writer has the log open and may be in the middle of a group: after a moment, what it wrote
 * since can be read on.
 *
 * in       dir_fd: of the segments, hostile content
 * out      the answer
 * errors   none: false
 * cost     50 ms where it is true
 */
bool segment_more(int dir_fd, struct segment_reader *r);
