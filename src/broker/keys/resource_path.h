/*
 * The path of a resource: exactly <repo>/<type>/<tag>.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

/*
 * resource_path_check - three segments, each of letters, digits, '_', '-', and (not first) '.'.
 *
 * in       path: decoded, hostile
 * out      nothing
 * errors   FORMAT reason resource.path
 * source: spec/kbs.md 6.3
 */
MUST_CHECK struct err resource_path_check(struct bytes path);
