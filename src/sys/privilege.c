#include "sys/privilege.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct err set_capabilities(uint32_t low)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[2] = {{.effective = low, .permitted = low}, {0}};
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 || syscall(SYS_capset, &header, sets) != 0)
        return FAIL_SYS(errno, "capabilities cannot be given up");
    return OK;
}

static struct err become(unsigned uid)
{
    if (setgroups(0, NULL) != 0 || setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0)
        return FAIL_SYS(errno, "the process cannot take a user id of its own");
    return set_capabilities(0);
}

struct err privilege_drop(const struct sandbox_plan *plan, const char **reduced)
{
    const unsigned files = SANDBOX_FILES_READ | SANDBOX_FILES_WRITE;
    if (geteuid() != 0 || (plan->needs & SANDBOX_FORK) != 0)
        return OK;
    if ((plan->needs & (SANDBOX_NET_ACCEPT | SANDBOX_NET_CONNECT)) == 0 && unshare(CLONE_NEWNET | CLONE_NEWIPC) != 0)
        *reduced = "a network namespace of its own";
    if (plan->own_uid != 0)
        return become(plan->own_uid);
    return set_capabilities((plan->needs & files) != 0 ? 1U << CAP_DAC_OVERRIDE : 0);
}
