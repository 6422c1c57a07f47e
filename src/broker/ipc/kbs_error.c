#include "broker/ipc/kbs_error.h"

#include "json/json.h"

#define TYPE_PREFIX "https://github.com/confidential-containers/kbs/errors/"

static const struct row {
    const char *variant;
    const char *text;
    int status;
} rows[KBS_ERROR_COUNT] = {
#define X(id_, variant_, text_, status_) {variant_, text_, status_},
    KBS_ERRORS(X)
#undef X
};

static const struct row *row_of(uint16_t error)
{
    return &rows[error < KBS_ERROR_COUNT ? error : KBS_ERROR_UNAVAILABLE];
}

int kbs_error_status(uint16_t error)
{
    return row_of(error)->status;
}

void kbs_error_body(uint16_t error, struct bytes detail, struct buf *out)
{
    const struct row *row = row_of(error);
    SCOPED(buf) struct buf text;
    buf_init(&text, 4096);
    const char *place = strchr(row->text, '%');
    size_t before = place != NULL ? (size_t)(place - row->text) : strlen(row->text);
    buf_add(&text, bytes_of(row->text, before));
    if (place == NULL && detail.n != 0)
        buf_text(&text, ": ");
    buf_add(&text, detail);
    if (place != NULL)
        buf_text(&text, place + 1);
    buf_text(out, "{\"type\":\"" TYPE_PREFIX);
    buf_text(out, row->variant);
    buf_text(out, "\",\"detail\":");
    json_quote(buf_view(&text), out);
    buf_text(out, "}");
}
