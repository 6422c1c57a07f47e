/*
 * The embedded threats/model.json.
 */
#include "report/model.h"

extern const unsigned char model_json[];
extern const size_t model_json_size;

struct err model_load(struct arena *a, const struct json **out)
{
    struct err e = json_decode(a, bytes_of(model_json, model_json_size), NULL, NULL, out);
    return failed(e) && e.code != ERR_NOMEM ? FAIL(ERR_BUG, "threats/model.json is no JSON") : e;
}
