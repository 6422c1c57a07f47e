/*
 * What type a term has by its looks: enough to find calls that can never have a value.
 */
#pragma once

#include "owner/policy/policy_lint.h"

/* Operands and result of a builtin, a letter a type: 0 null, b boolean, n number, s string, a array, o object, t set;
 * * is any. Operands are apart at blanks. */
struct type_signature {
    const char *name;
    const char *operands;
    const char *result;
};
extern const struct type_signature type_signatures[];
extern const size_t type_signature_count;

/*
 * types_wrong_operand - a call of a builtin with an operand that it never takes. types_never_equal - == or = between
 * terms of unlike types. Both for the term where the walk stands.
 *
 * out      whether it is so; a name that is bound by := has the type of what it is bound to
 * errors   none
 * cost     that of looking for what names are bound to in the bodies around
 */
bool types_wrong_operand(const struct lint_at *at);
bool types_never_equal(const struct lint_at *at);
