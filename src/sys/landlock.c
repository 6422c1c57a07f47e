#include "sys/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/file.h"

#define READ_RIGHTS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_RIGHTS                                                                                                   \
    (READ_RIGHTS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* Every right of ABI 1: what is not granted again beneath a directory is gone. */
#define ALL_RIGHTS ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static struct err allow(int ruleset, const char *const *dirs, uint64_t rights)
{
    for (size_t i = 0; dirs != NULL && dirs[i] != NULL; i++) {
        SCOPED(fd) int dir = open(dirs[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (dir < 0)
            return FAIL_SYS(errno, "a directory of the sandbox cannot be opened");
        struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = dir};
        if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
            return FAIL_SYS(errno, "a rule of the sandbox is refused");
    }
    return OK;
}

struct err landlock_enter(const struct sandbox_plan *plan, const char **missing)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = ALL_RIGHTS};
    SCOPED(fd) int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
    if (ruleset < 0 && (errno == ENOSYS || errno == EOPNOTSUPP)) {
        *missing = "landlock";
        return OK;
    }
    if (ruleset < 0)
        return FAIL_SYS(errno, "no Landlock ruleset");
    TRY(allow(ruleset, plan->read_dirs, READ_RIGHTS));
    TRY(allow(ruleset, plan->write_dirs, WRITE_RIGHTS));
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        return FAIL_SYS(errno, "Landlock cannot be entered");
    return OK;
}
