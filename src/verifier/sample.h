/*
 * The sample TEE and the sample device prove nothing: anybody can make their evidence. They are in builds with
 * -Dinsecure_sample=true only, for tests of the wire.
 */
#pragma once

#include "verifier/verifier.h"

extern const struct verifier verifier_sample;
extern const struct verifier verifier_sampledevice;
