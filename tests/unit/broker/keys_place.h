/*
 * The role keys without its processes: store, audit and policies in a directory of its own, and a link whose other end
 * the test reads. Replies are what a front would get.
 */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "broker/keys/group.h"
#include "broker/keys/policy.h"
#include "broker/keys/start.h"
#include "broker/keys/token.h"
#include "check.h"
#include "jose/jwk.h"
#include "settings/settings.h"
#include "verifier/builtin_policy.h"

#define NOW      1790000000
#define PATH     "default/demo/secret"
#define SECRET   "what only an attested guest may see"
#define WORKLOAD "00112233"

struct place {
    char dir[64];
    struct keys *keys;
    struct channel front; /* the other end of keys->front */
    struct key *tee_key;
    struct bytes query; /* of what place_ask asks, as in keys_resource */
    struct arena arena;
};

static inline void remove_all(const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *e = d == NULL ? NULL : readdir(d); e != NULL; e = readdir(d)) {
        char file[1024];
        int n = snprintf(file, sizeof(file), "%s/%s", path, e->d_name);
        if (e->d_name[0] != '.' && n > 0 && (size_t)n < sizeof(file) && unlink(file) != 0)
            remove_all(file);
    }
    if (d != NULL)
        closedir(d);
    (void)rmdir(path);
}

static inline void place_settings(struct place *p)
{
    struct settings_fault fault;
    char text[512];
    (void)snprintf(text, sizeof(text), "[store]\npath = \"store.db\"\n[audit]\ndirectory = \"audit\"\n");
    assert_ok(settings_decode(&p->keys->setup, bytes_of_text(text), p->dir, &fault, &p->keys->settings));
}

static inline void place_open(struct place *p)
{
    struct keys *k = p->keys;
    assert_ok(store_open(settings_text(k->settings, SETTING_STORE_PATH), &k->master, &k->store));
    assert_ok(audit_open(settings_text(k->settings, SETTING_AUDIT_DIRECTORY), k->audit_key, 1 << 20, &k->audit));
    keys_trust_changed(k);
}

static inline void place_put(struct place *p, enum store_kind kind, const char *name, const char *value)
{
    struct keys *k = p->keys;
    assert_ok(group_transaction(k));
    assert_ok(store_put(k->store, kind, bytes_of_text(name), bytes_of_text(value), BYTES_LIT("test"), NOW, NULL));
    group_flush(k);
}

static inline void nothing(void *context, const struct message *m)
{
    (void)context;
    (void)m;
}

static inline void place_new(struct place *p)
{
    int ends[2];
    char audit[96];
    *p = (struct place){.query = BYTES_EMPTY};
    snprintf(p->dir, sizeof(p->dir), "/tmp/casemate-keys-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(audit, sizeof(audit), "%s/audit", p->dir);
    assert_int_equal(mkdir(audit, 0700), 0);
    struct keys *k = p->keys = mem_new(sizeof(*k));
    assert_non_null(k);
    arena_init(&p->arena, 64 * MIB);
    arena_init(&k->setup, 32 * MIB);
    arena_init(&k->trust_arena, 64 * MIB);
    arena_init(&k->policies.arena, 64 * MIB);
    policies_drop(k);
    k->group_last = &k->group_first;
    k->queue_last = &k->queue_first;
    k->snp_endorsements = BYTES_LIT("[]");
    k->snp_crls = BYTES_LIT("[]");
    k->tpm_roots_pem = k->insecure_tpm_roots_pem = k->snp_test_roots_pem = BYTES_EMPTY;
    k->now_override_sec = NOW;
    place_settings(p);
    assert_ok(secret_new(32, &k->master));
    memset(k->master.p, 0x33, 32);
    assert_ok(key_generate(KEY_EC_P256, &k->signer.key));
    assert_ok(key_generate(KEY_EC_P256, &k->audit_key));
    assert_ok(key_generate(KEY_EC_P256, &k->upload_key));
    assert_ok(key_generate(KEY_EC_P256, &p->tee_key));
    assert_ok(signer_header(k->signer.key, &k->setup, &k->signer.header_text));
    assert_ok(loop_new(&k->loop));
    assert_ok(channel_pair(ends));
    k->front.last = &k->front.first;
    assert_ok(link_open(&k->front, k->loop, ends[0], 16 * MIB, nothing, NULL, k));
    channel_init(&p->front, ends[1], 16 * MIB);
    place_open(p);
    place_put(p, STORE_RESOURCE, PATH, SECRET);
    place_put(p, STORE_WORKLOAD, WORKLOAD, "[\"" PATH "\",\"default/demo/absent\"]");
}

static inline void place_clear(struct place *p)
{
    link_close(&p->keys->front);
    channel_clear(&p->front);
    key_free(p->tee_key);
    arena_clear(&p->arena);
    keys_end(p->keys);
    remove_all(p->dir);
}

/* A token over a TEE key as JSON, as an appraisal would lead to it. */
static inline struct bytes place_token_for(struct place *p, int executables, const char *workload, struct bytes key)
{
    char text[2048];
    const struct json *submods;
    struct bytes token;
    (void)snprintf(text, sizeof(text),
                   "[{\"name\":\"cpu0\",\"policy\":\"default\",\"vector\":{\"executables\":%d},\"annotated\":{"
                   "\"init_data\":\"%s\",\"runtime_data_claims\":{\"nonce\":\"bm9uY2U=\",\"tee-pubkey\":%.*s}}}]",
                   executables, workload, (int)key.n, (const char *)key.p);
    assert_ok(json_decode(&p->arena, bytes_of_text(text), NULL, NULL, &submods));
    assert_ok(token_issue(p->keys, &p->arena, submods, &token));
    return token;
}

/* The guest's TEE key as JSON. */
static inline struct bytes place_key(struct place *p, const char *alg)
{
    const struct json *jwk;
    struct bytes text;
    SCOPED(buf) struct buf b;
    buf_init(&b, 4 * KIB);
    assert_ok(jwk_encode(&p->arena, p->tee_key, alg, &jwk));
    json_encode(jwk, &b);
    assert_ok(arena_copy(&p->arena, buf_view(&b), &text));
    return text;
}

static inline struct bytes place_token(struct place *p, int executables, const char *workload)
{
    return place_token_for(p, executables, workload, place_key(p, "ECDH-ES+A256KW"));
}

/* Asks keys for a resource and gives what a front would get; *out views the channel's buffer. */
static inline void place_ask(struct place *p, const char *method, const char *path, struct bytes token,
                             struct keys_reply *out)
{
    struct arena a;
    struct message m;
    struct keys_resource request = {.peer = BYTES_LIT("peer"),
                                    .method = bytes_of_text(method),
                                    .path = bytes_of_text(path),
                                    .query = p->query,
                                    .cookie = BYTES_EMPTY,
                                    .bearer = token};
    struct caller c = {.keys = p->keys, .link = &p->keys->front, .id = 7, .peer = request.peer};
    arena_init(&a, REQUEST_ARENA_MAX);
    keys_on_resource(&c, &a, &request);
    group_flush(p->keys);
    arena_clear(&a);
    *out = (struct keys_reply){.error = UINT16_MAX, .body = BYTES_EMPTY};
    if (!failed(channel_recv(&p->front, &m)))
        assert_ok(keys_reply_decode(m.body, out));
}
