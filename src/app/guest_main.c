/*
 * casemate-guest: PID 1 of the measured guest, and a service on a machine that is up already.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/guest.h"

static const char usage[] =
    "usage: casemate-guest attest --initdata FILE\n"
    "       casemate-guest --version | --help\n"
    "\n"
    "As PID 1 of a measured guest it brings the machine up, measures the initdata, attests and fetches the resources "
    "that\n"
    "the initdata lists, then powers off. As a service it attests with /dev/tpmrm0 and fetches them. The last line on\n"
    "stdout is the result, JSON behind \"casemate-guest: \".\n"
    "\n"
    "exit status: 0 the resources are here, 1 refused, 2 usage, 3 the initdata cannot be read, 4 failed\n"
    "example: casemate-guest attest --initdata /etc/casemate/initdata.toml\n";

int main(int argc, char **argv)
{
    if (getpid() == 1)
        guest_init();
    if (argc == 3 && strcmp(argv[1], "--role") == 0 && strcmp(argv[2], "secrets") == 0)
        return guest_secrets();
    if (argc == 4 && strcmp(argv[1], "attest") == 0 && strcmp(argv[2], "--initdata") == 0)
        return guest_attest(argv[3]);
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("casemate-guest " CASEMATE_VERSION);
        return 0;
    }
    fputs(usage, argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
    return argc == 2 && strcmp(argv[1], "--help") == 0 ? 0 : 2;
}
