#include "broker/keys/start.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "broker/keys/group.h"
#include "broker/keys/policy.h"
#include "broker/keys/token.h"
#include "codec/base64.h"
#include "jose/jwk.h"
#include "sys/file.h"
#include "sys/log.h"

#define MASTER_KEY 32

static struct err read_private_key(const char *path, struct key **out)
{
    SCOPED(secret) struct secret pem = {0};
    struct err e = file_read_secret(path, &pem);
    if (!failed(e))
        e = key_from_pem(secret_borrow(&pem), true, out);
    if (failed(e))
        LOG_ERR(LOG_LEVEL_ERROR, "key.unusable", e, LOG_TEXT("path", path));
    return e;
}

static struct err open_store(struct keys *k)
{
    const char *path = settings_text(k->settings, SETTING_KEYS_MASTER_KEY_FILE);
    SCOPED(secret) struct secret master = {0};
    struct err e = file_read_secret(path, &master);
    if (failed(e) || master.n != MASTER_KEY) {
        e = failed(e) ? e : FAIL(ERR_FORMAT, "the master key is not 32 bytes");
        LOG_ERR(LOG_LEVEL_ERROR, "key.unusable", e, LOG_TEXT("path", path));
        return e;
    }
    k->master = secret_take(&master);
    return store_open(settings_text(k->settings, SETTING_STORE_PATH), &k->master, &k->store);
}

/* A store older than the audit's last line was rolled back; one of the same age must be the same. */
static struct err compare_heads(const struct keys *k)
{
    struct store_head store = store_head(k->store);
    struct audit_head audit = audit_head(k->audit);
    if (audit.seq == 0)
        return OK;
    bool same_age = store.generation == audit.generation;
    if (store.generation < audit.generation || (same_age && memcmp(store.root, audit.root, sizeof(store.root)) != 0))
        return REFUSE(ERR_UNVERIFIED, REASON_STORE_TAMPERED, "the store is not the one of the audit's last line");
    return OK;
}

/* All PEM texts of a list of files, behind each other. */
static struct err read_pems(struct keys *k, enum setting id, struct bytes *out)
{
    size_t count;
    const char *const *paths = settings_list(k->settings, id, &count);
    SCOPED(buf) struct buf text;
    buf_init(&text, 4 * MIB);
    for (size_t i = 0; i < count; i++) {
        struct err e = file_read(paths[i], &text);
        if (failed(e)) {
            LOG_ERR(LOG_LEVEL_ERROR, "roots.unreadable", e, LOG_TEXT("path", paths[i]));
            return e;
        }
        buf_text(&text, "\n");
    }
    struct bytes view;
    TRY(buf_end(&text, &view));
    return arena_copy(&k->setup, view, out);
}

static void put_blob(struct buf *list, struct bytes blob)
{
    buf_text(list, list->n == 1 ? "\"" : ",\"");
    base64_encode(BASE64_PADDED, blob, list);
    buf_text(list, "\"");
}

static struct err read_blob(const char *path, struct buf *list)
{
    SCOPED(buf) struct buf blob;
    buf_init(&blob, 1 * MIB);
    struct err e = file_read(path, &blob);
    if (failed(e))
        LOG_ERR(LOG_LEVEL_ERROR, "endorsement.unreadable", e, LOG_TEXT("path", path));
    else
        put_blob(list, buf_view(&blob));
    return e;
}

/* Every regular name of a directory; there may be none. */
static struct err read_directory(const char *path, struct buf *list)
{
    if (path[0] == '\0')
        return OK;
    DIR *dir = opendir(path);
    if (dir == NULL)
        return FAIL_SYS(errno, "the directory of certificates cannot be read");
    struct err e = OK;
    for (struct dirent *d = readdir(dir); d != NULL && !failed(e); d = readdir(dir)) {
        char file[4096];
        int n = snprintf(file, sizeof(file), "%s/%s", path, d->d_name);
        if (d->d_name[0] != '.' && n > 0 && (size_t)n < sizeof(file))
            e = read_blob(file, list);
    }
    closedir(dir);
    return e;
}

/* What vouches for SNP chips, as JSON lists of base64 texts: certificates and revocation lists. */
static struct err read_snp(struct keys *k)
{
    size_t count;
    const char *const *crls = settings_list(k->settings, SETTING_VERIFIER_SNP_REVOCATION_LISTS, &count);
    SCOPED(buf) struct buf certs;
    SCOPED(buf) struct buf lists;
    struct bytes view;
    buf_init(&certs, 8 * MIB);
    buf_init(&lists, 8 * MIB);
    buf_text(&certs, "[");
    buf_text(&lists, "[");
    TRY(read_directory(settings_text(k->settings, SETTING_VERIFIER_SNP_CERTIFICATES), &certs));
    for (size_t i = 0; i < count; i++)
        TRY(read_blob(crls[i], &lists));
    buf_text(&certs, "]");
    buf_text(&lists, "]");
    TRY(buf_end(&certs, &view));
    TRY(arena_copy(&k->setup, view, &k->snp_endorsements));
    TRY(buf_end(&lists, &view));
    return arena_copy(&k->setup, view, &k->snp_crls);
}

static struct err encode_admin(struct arena *a, const struct json *jwk, struct buf *out)
{
    struct json_object o;
    const struct json *record;
    json_object_init(&o, a);
    json_object_text(&o, "role", "admin");
    json_object_add(&o, "jwk", jwk);
    TRY(json_object_end(&o, &record));
    json_encode(record, out);
    return OK;
}

/* The first administrator's public key enters an empty store from a file; later ones come through administration. */
static struct err enrol_first_admin(struct keys *k)
{
    const struct store_entry *entries;
    size_t count;
    const char *path = settings_text(k->settings, SETTING_ADMIN_FIRST_KEY);
    TRY(store_list(k->store, &k->setup, STORE_ADMIN, &entries, &count));
    if (count != 0 || path[0] == '\0')
        return OK;
    SCOPED(buf) struct buf text;
    SCOPED(buf) struct buf value;
    SCOPED_KEY struct key *key = NULL;
    const struct json *jwk;
    struct bytes kid;
    buf_init(&text, 64 * KIB);
    buf_init(&value, 64 * KIB);
    TRY(file_read(path, &text));
    TRY(json_decode(&k->setup, buf_view(&text), NULL, NULL, &jwk));
    TRY(jwk_decode(jwk, &key, NULL));
    TRY(jwk_thumbprint(&k->setup, key, &kid));
    TRY(encode_admin(&k->setup, jwk, &value));
    TRY(group_transaction(k));
    TRY(store_put(k->store, STORE_ADMIN, kid, buf_view(&value), BYTES_LIT("first start"), keys_now_sec(k), NULL));
    struct audit_event event = {.kind = "admin.change",
                                .session = BYTES_EMPTY,
                                .subject = BYTES_LIT("first start: the first administrator's key is enrolled"),
                                .evidence = BYTES_EMPTY,
                                .rule = BYTES_EMPTY};
    TRY(group_audit(k, &event));
    group_flush(k);
    return OK;
}

struct err keys_start(struct keys *k)
{
    TRY(read_private_key(settings_text(k->settings, SETTING_KEYS_TOKEN_KEY_FILE), &k->signer.key));
    TRY(read_private_key(settings_text(k->settings, SETTING_KEYS_AUDIT_KEY_FILE), &k->audit_key));
    TRY(key_generate(KEY_EC_P256, &k->upload_key));
    TRY(signer_header(k->signer.key, &k->setup, &k->signer.header_text));
    TRY(read_pems(k, SETTING_VERIFIER_TPM_ROOTS, &k->tpm_roots_pem));
    TRY(read_pems(k, SETTING_VERIFIER_TPM_INSECURE_SOFTWARE_ROOTS, &k->insecure_tpm_roots_pem));
    TRY(read_pems(k, SETTING_VERIFIER_SNP_INSECURE_TEST_ROOTS, &k->snp_test_roots_pem));
    TRY(read_snp(k));
    TRY(open_store(k));
    TRY(audit_open(settings_text(k->settings, SETTING_AUDIT_DIRECTORY), k->audit_key,
                   (uint64_t)settings_int(k->settings, SETTING_AUDIT_SEGMENT_SIZE), &k->audit));
    TRY(compare_heads(k));
    return enrol_first_admin(k);
}

void keys_end(struct keys *k)
{
    policies_drop(k);
    session_keys_clear(&k->sessions);
    audit_close(k->audit);
    store_close(k->store);
    secret_clear(&k->master);
    key_free(k->signer.key);
    key_free(k->retired.key);
    key_free(k->audit_key);
    key_free(k->upload_key);
    arena_clear(&k->trust_arena);
    arena_clear(&k->setup);
    loop_free(k->loop);
    mem_free(k);
}
