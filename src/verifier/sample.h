/*
 * The sample TEE proves nothing: anybody can make its evidence. It is in builds with -Dinsecure_sample=true only, for
 * tests of the wire.
 */
#pragma once

#include "verifier/verifier.h"

extern const struct verifier verifier_sample;
