#include "settings/settings.h"

/* The file of every other build. */
bool settings_sample_is_built(void)
{
    return false;
}
