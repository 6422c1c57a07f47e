/*
 * Text from outside on its way to a reader: names of files, objects and containers may hold what steers a terminal,
 * ends an attribute, or reverses the direction of reading. All printing of a report goes through here.
 */
#pragma once

#include "base/buf.h"

/*
 * escape_terminal - append text so that it cannot steer a terminal: whole escape sequences are left out, other control
 * characters and characters that change the direction of reading are written as \x1b or \u202e; a line end is a blank.
 * escape_html - the same, and what HTML gives a meaning is written as a character reference; fit for text and for
 * quoted attributes.
 * escape_markdown - the same as escape_terminal, and what Markdown gives a meaning in a table or a heading is escaped.
 * escape_message - the same as escape_terminal, for a message of SARIF: a viewer makes a link of "[text](address)", so
 * that a blank comes between.
 *
 * in       text: hostile; invalid UTF-8 is written byte by byte as \xNN
 * out      appended
 * errors   sticky in out
 * cost     one pass
 * source: ECMA-48 5.4, 8.3 (sequences); HTML 13.1.4 (character references); Unicode UAX 9 2 (direction);
 * SARIF 2.1.0 3.11.6 (links)
 */
void escape_terminal(struct bytes text, struct buf *out);
void escape_html(struct bytes text, struct buf *out);
void escape_markdown(struct bytes text, struct buf *out);
void escape_message(struct bytes text, struct buf *out);

/*
 * escape_failed - hand the failure of a part on to the whole that it belongs to: a lost sentence must not look like a
 * report without it.
 *
 * in       part: before it is reset or cleared
 * out      nothing where the part is whole
 * errors   sticky in `whole`
 */
void escape_failed(const struct buf *part, struct buf *whole);

/*
 * escape_width - how many columns a text takes that escape_terminal has made: one per character.
 * escape_wrap - append text, broken at blanks into lines of at most `columns`; each line after the first begins with
 * `indent` blanks. A word that is longer than a line is broken.
 *
 * in       text: from escape_terminal; at: the column where the first line begins
 * out      appended, without a line end behind it
 * errors   sticky in out
 */
size_t escape_width(struct bytes text);
void escape_wrap(struct bytes text, size_t at, size_t indent, size_t columns, struct buf *out);
