/*
 * The sandbox of builds with -Dsandbox=false: none. Such a build says insecure in its version string.
 */
#include "sys/sandbox.h"

struct err sandbox_enter(const struct sandbox_plan *plan, const char **reduced)
{
    (void)plan;
    *reduced = "everything: this build has no sandbox";
    return OK;
}

bool sandbox_is_built(void)
{
    return false;
}
