/*
 * Inside json/: putting containers in order.
 */
#pragma once

#include "json/json.h"

/*
 * value_sort_members - sort by key; value_sort_items - sort by json_compare and drop equal ones.
 *
 * out      the first member whose key stands twice, or NULL; how many items are left
 * errors   none
 * cost     O(n log n) comparisons; linear where they are in order already
 */
const struct json_member *value_sort_members(struct json_member *members, size_t count);
size_t value_sort_items(const struct json **items, size_t count);

/*
 * value_keep_last - of sorted members with one key keep the last one that was read.
 *
 * in       members: sorted; their values lie in one array, in the order in which they were read
 * out      how many members are left
 * errors   none
 */
size_t value_keep_last(struct json_member *members, size_t count);
