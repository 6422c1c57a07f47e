/*
 * The policies that are in force where the operator set none: the files of policies/, built into the programs.
 */
#pragma once

#include "base/bytes.h"

#define POLICY_RELEASE     "resource-policy"                /* upstream's name */
#define POLICY_DEFAULT_CPU "attestation-policy/default_cpu" /* and upstream's id */

/*
 * builtin_policy - the text of a built-in policy.
 *
 * in       name: hostile or not
 * out      a view of the program; empty if there is none of that name
 * errors   none
 */
struct bytes builtin_policy(struct bytes name);
