/*
 * Inside report/: the parts of the HTML page, and what they share.
 */
#pragma once

#include "report/field.h"

/* How a crossing stands: by the worst of its rows. The order is from the mildest to the worst. */
enum light { LIGHT_NOT_APPLICABLE = 0, LIGHT_ANSWERED, LIGHT_NOT_SHOWN, LIGHT_AMBER, LIGHT_RED };
#define LIGHT_COUNT 5

struct crossing_state {
    const struct json *row; /* of the model */
    enum light light;
    const struct json *worst; /* the finding that decides, or NULL */
    size_t open, answered;
};

#define CROSSINGS_MAX 32

struct page {
    struct buf *out;
    const struct json *document, *model;
    struct crossing_state crossings[CROSSINGS_MAX];
    size_t crossing_count;
};

/*
 * page_put - append a text of our own; in it, @t stands for a struct bytes from outside, escaped, @s for a C string of
 * our own, @n for a size_t.
 * page_light - the light of one finding; page_light_class, page_light_words - its name as CSS class, and for a person.
 * page_crosses - whether a row, open or answered, is about a crossing: one of those of its threat.
 * page_crossings - fill in p->crossings from the findings, the answered rows and the layout.
 * page_style, page_boundary, page_matrix - append the style sheet, the drawing of the boundary with its table, the
 * matrix of personas and crossings.
 *
 * in       p: out, document and model set; document: hostile
 * out      appended
 * errors   sticky in p->out
 */
void page_put(struct buf *out, const char *format, ...);
bool page_crosses(const struct json *row, struct bytes crossing);
enum light page_light(const struct json *finding);
const char *page_light_class(enum light l);
const char *page_light_words(enum light l);
void page_crossings(struct page *p);
void page_style(struct page *p);
void page_boundary(struct page *p);
void page_matrix(struct page *p);
