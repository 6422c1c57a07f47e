#include "host/attack/token.h"

#include <stdio.h>

#include "base/limits.h"
#include "codec/base64.h"
#include "jose/jws.h"

#define DEADLINE_MS 60000
#define PATH_SIZE   512

struct err token_flip(struct arena *a, struct bytes token, struct bytes *out)
{
    struct jws jws;
    void *copy;
    TRY(jws_decode(a, token, &jws));
    if (jws.payload_text.n < 16)
        return FAIL(ERR_FORMAT, "the token is short");
    TRY(arena_alloc(a, token.n, &copy));
    memcpy(copy, token.p, token.n);
    /* Another character of the alphabet, so that the text stays base64url. */
    uint8_t *at = (uint8_t *)copy + (jws.payload_text.p - token.p) + jws.payload_text.n / 2;
    *at = *at == 'A' ? 'B' : 'A';
    *out = bytes_of(copy, token.n);
    return OK;
}

/* The header without its algorithm: signing sets it. */
static struct err header_rest(struct arena *a, const struct json *header, const struct json **out)
{
    struct json_member *rest;
    size_t count = 0;
    TRY(arena_array(a, header->count + 1, &rest));
    for (size_t i = 0; i < header->count; i++)
        if (!bytes_is(header->members[i].key, "alg"))
            rest[count++] = header->members[i];
    return json_new_object(a, rest, count, out);
}

struct err token_sign_again(struct arena *a, struct bytes token, struct bytes *out)
{
    struct jws jws;
    struct bytes payload;
    struct bytes view;
    const struct json *header;
    SCOPED_KEY struct key *key = NULL;
    SCOPED(buf) struct buf signed_again;
    buf_init(&signed_again, TOKEN_MAX);
    TRY(jws_decode(a, token, &jws));
    TRY(base64_decode(a, BASE64_URL, jws.payload_text, &payload));
    TRY(header_rest(a, jws.header, &header));
    TRY(key_generate(KEY_EC_P256, &key));
    TRY(jws_sign(key, header, payload, &signed_again));
    TRY(buf_end(&signed_again, &view));
    return arena_copy(a, view, out);
}

struct err token_use(struct client *client, const char *resource, struct bytes token)
{
    char target[PATH_SIZE];
    SCOPED(buf) struct buf value = {0};
    struct bytes bearer;
    struct client_reply reply;
    int n = snprintf(target, sizeof(target), "/kbs/v0/resource/%s", resource);
    if (n < 0 || (size_t)n >= sizeof(target))
        return FAIL(ERR_LIMIT, "the resource's path is too long");
    buf_init(&value, TOKEN_MAX + 16);
    buf_text(&value, "Bearer ");
    buf_add(&value, token);
    TRY(buf_end(&value, &bearer));
    const struct http_header headers[] = {{BYTES_LIT("Authorization"), bearer}, {0}};
    TRY(client_exchange(client, "GET", target, headers, BYTES_EMPTY, RESOURCE_MAX * 2, DEADLINE_MS, &reply));
    if (reply.status == 401 || reply.status == 403)
        return FAIL(ERR_DENIED, "the broker refuses the token");
    return reply.status == 200 ? OK : FAIL(ERR_PEER, "the broker answers neither yes nor no");
}
