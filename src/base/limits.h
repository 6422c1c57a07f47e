/*
 * Every bound on outside input, with its reason. A decoder states its bound here and nowhere else.
 */
#pragma once

#include <assert.h>

#define KIB                 1024UL
#define MIB                 (1024UL * KIB)

#define HTTP_HEAD_MAX       (32 * KIB) /* request line and headers; a verbose token with event log stays below 24 KiB */
#define HTTP_HEADERS_MAX    64         /* header lines; browsers send about 20 */
#define HTTP_BODY_MAX       (2 * MIB)  /* default of limits.body_size: what upstream accepts */
#define JSON_TEXT_MAX       (16 * MIB) /* largest document the decoder takes at all */
#define JSON_DEPTH_MAX      64         /* nesting; real evidence stays below 12 */
#define JSON_NUMBER_MAX     1024       /* bytes of one number's text: comparing and counting stay cheap */
#define JSON_EXPONENT_MAX   10000      /* written exponent of a number, either sign */
#define DER_DEPTH_MAX       16         /* nesting of constructed values in a certificate */
#define TOML_TEXT_MAX       (1 * MIB)  /* configuration and initdata */
#define TOML_DEPTH_MAX      16
#define YAML_DOCUMENTS_MAX  200
#define YAML_NODES_MAX      100000     /* values of one file, aliases counted once */
#define YAML_ALIASED_MAX    1000       /* values that all aliases of a file stand for: a bomb ends here */
#define CERT_SIZE_MAX       (16 * KIB) /* one certificate, DER */
#define CERT_CHAIN_MAX      16         /* certificates in one chain */
#define CRL_SIZE_MAX        (4 * MIB)  /* one revocation list; the largest of a vendor is below 200 KiB */
#define EVENTLOG_MAX        (4 * MIB)  /* one event log */
#define EVENTLOG_EVENTS_MAX 65536
#define QUOTE_MAX           (64 * KIB) /* one quote with its signature */
#define INITDATA_MAX        (1 * MIB)  /* one initdata document, unpacked */
#define TOKEN_MAX           (24 * KIB) /* a bearer token; must fit the head of a request */
#define COOKIE_MAX          (4 * KIB)
#define RESOURCE_MAX        (1 * MIB) /* one resource, plain */
#define SECRET_SIZE_MAX     (4 * MIB)
#define POLICY_TEXT_MAX     (1 * MIB)
#define REQUEST_ARENA_MAX   (64 * MIB)  /* memory one request may hold while it is decoded */
#define IPC_INLINE_MAX      (60 * KIB)  /* a message body inside a packet; larger ones travel as a sealed memfd */
#define FILE_READ_MAX       (256 * MIB) /* an input file of the owner's tools: a unified kernel image is about 20 MiB */

static_assert(TOKEN_MAX < HTTP_HEAD_MAX, "a token must fit into the head of a request");
static_assert(HTTP_BODY_MAX < JSON_TEXT_MAX, "a body must fit the decoder");
static_assert(RESOURCE_MAX < SECRET_SIZE_MAX, "a resource must fit into a secret");
