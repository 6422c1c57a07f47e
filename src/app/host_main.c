/*
 * casemate-host: starts measured VMs and plays a hostile host. Untrusted by everything else.
 */
#include <signal.h>

#include "host/command.h"

int main(int argc, char **argv)
{
    /* Followed by the run itself, so that it can put everything away; a broken pipe is an error of its write. */
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return host_command(argc, (const char *const *)argv);
}
