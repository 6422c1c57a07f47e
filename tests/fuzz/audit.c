/*
 * Lines of an audit log, one after the other. An accepted line moves the position by one, is canonical, and is accepted
 * once; nobody but the key's owner makes a head that counts.
 */
#include "audit/chain.h"

#include "fuzz.h"

static struct key *key;

static void check_adopt(struct bytes line)
{
    struct audit_chain chain;
    struct audit_position at;
    FUZZ_CHECK(!failed(audit_chain_init(&chain, key)));
    FUZZ_CHECK(failed(audit_chain_adopt(&chain, &at, line)) || chain.awaits_own_head);
    audit_chain_clear(&chain);
}

static void check_line(struct audit_chain *chain, struct audit_position *at, struct bytes line)
{
    struct audit_position before = *at;
    const char *what = NULL;
    bool is_head = false;
    struct err e = audit_chain_check(chain, at, line, &is_head, &what);
    check_adopt(line);
    if (failed(e)) {
        FUZZ_CHECK(e.reason == REASON_AUDIT_BROKEN && what != NULL);
        FUZZ_CHECK(at->seq == before.seq && bytes_equal(BYTES_OF(at->hash), BYTES_OF(before.hash)));
        return;
    }
    FUZZ_CHECK(!chain->has_own_head && chain->signer.key == key);
    FUZZ_CHECK(!is_head || chain->awaits_own_head);
    FUZZ_CHECK(at->seq == before.seq + 1);
    FUZZ_CHECK(failed(audit_chain_check(chain, at, line, &is_head, &what)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_chain chain;
    if (key == NULL)
        FUZZ_CHECK(!failed(key_generate(KEY_ED25519, &key)));
    FUZZ_CHECK(!failed(audit_chain_init(&chain, key)));
    struct audit_position at = {0};
    while (size > 0) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t n = end == NULL ? size : (size_t)(end - data);
        check_line(&chain, &at, bytes_of(data, n));
        data += end == NULL ? n : n + 1;
        size -= end == NULL ? n : n + 1;
    }
    audit_chain_clear(&chain);
    return 0;
}
