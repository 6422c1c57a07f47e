/*
 * casemate: the tool of workload providers, data owners and administrators.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "owner/command.h"

int main(int argc, char **argv)
{
    /* A peer that goes away is an error of its exchange, not the end of the process. */
    signal(SIGPIPE, SIG_IGN);
    const char *refused = getenv("NO_COLOR");
    bool has_colour = isatty(STDOUT_FILENO) == 1 && (refused == NULL || refused[0] == '\0');
    return (has_colour ? command_run_in_colour : command_run)(commands, argc, (const char *const *)argv, stdout,
                                                              stderr);
}
