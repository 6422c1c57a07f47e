/*
 * Included before every file by the build: the libc headers first, then the functions that nobody may call.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strtok gets atoi atol atoll
