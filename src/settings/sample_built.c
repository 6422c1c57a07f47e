#include "settings/settings.h"

/* The file of a build with -Dinsecure_sample=true. */
bool settings_sample_is_built(void)
{
    return true;
}
