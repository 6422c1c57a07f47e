/*
 * MD5 for policies that ask for it by name. Input and key are those of the policy.
 */
#include "crypto/weak.h"

#include "crypto/ossl.h"

#define MD5_SIZE 16

struct err weak_md5(struct bytes in, struct digest *out)
{
    struct digest d = {0};
    LIB_TRY(EVP_Q_digest(NULL, "MD5", NULL, in.p, in.n, d.p, &d.n), ERR_UNSUPPORTED, "no MD5");
    if (d.n != MD5_SIZE)
        return FAIL(ERR_BUG, "the hash has another size");
    *out = d;
    return OK;
}

struct err weak_hmac_md5(struct bytes key, struct bytes in, struct digest *out)
{
    struct digest d = {0};
    if (EVP_Q_mac(NULL, "HMAC", NULL, "MD5", NULL, key.p, key.n, in.p, in.n, d.p, sizeof(d.p), &d.n) == NULL)
        return LIB_FAIL(ERR_UNSUPPORTED, "no MD5");
    if (d.n != MD5_SIZE)
        return FAIL(ERR_BUG, "the MAC has another size");
    *out = d;
    return OK;
}
