#include "trust/catalogue.h"

const struct threat *threat_find(struct bytes id)
{
    for (const struct threat *t = threats; t->id != NULL; t++)
        if (bytes_is(id, t->id))
            return t;
    return NULL;
}
