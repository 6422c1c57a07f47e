#include "verifier/rows.h"

const struct verifier *verifier_find(enum tee tee)
{
    for (const struct verifier_row *row = verifier_rows; row->verifier != NULL; row++)
        if (row->verifier->tee == tee)
            return row->verifier;
    return NULL;
}
