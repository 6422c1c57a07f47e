/*
 * casemate: the tool of workload providers, data owners and administrators.
 */
#include <signal.h>

#include "owner/command.h"

int main(int argc, char **argv)
{
    /* A peer that goes away is an error of its exchange, not the end of the process. */
    signal(SIGPIPE, SIG_IGN);
    return command_run(commands, argc, (const char *const *)argv, stdout, stderr);
}
