/*
 * The way to libcrypto's and libssl's headers for the two folders that may use them (crypto and net): include this one
 * first. OpenSSL has a type ERR_STATE, and base/err.h has an error code of that name; here the type gets another one.
 */
#pragma once

#define ERR_STATE OPENSSL_ERR_STATE
#include <openssl/err.h>
#include <openssl/types.h>
#undef ERR_STATE
