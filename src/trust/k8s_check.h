/*
 * Whether an object of Kubernetes has the shapes that facts are read from. What has another one would be no fact, and
 * the rows that it decides would stay silent.
 */
#pragma once

#include "trust/tree.h"

/*
 * k8s_fault - what has a wrong shape, as a sentence, or NULL. What is absent is no fault: a patch names few members.
 *
 * in       object: hostile
 * out      a literal
 * errors   none
 * source: spec/trust-model.md 8
 */
const char *k8s_fault(const struct json *object);
