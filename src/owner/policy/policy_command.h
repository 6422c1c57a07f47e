/*
 * `casemate policy set, get, show, list, delete`: the policies that a broker has in force. The others work on files.
 */
#pragma once

#include "owner/command.h"

extern const struct command command_policy_set;
extern const struct command command_policy_get;
extern const struct command command_policy_show;
extern const struct command command_policy_list;
extern const struct command command_policy_delete;
extern const struct command command_policy_eval;
extern const struct command command_policy_explain;
extern const struct command command_policy_test;
extern const struct command command_policy_check;
extern const struct command command_policy_bench;
extern const struct command command_policy_fmt;
