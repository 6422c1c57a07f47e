#include "guest/secrets/config.h"

/* kbs:///default/demo/secret -> default/demo/secret. source: spec/guest.md 7 */
static struct err resource_of(struct arena *a, struct bytes uri, const char **out)
{
    struct bytes scheme = BYTES_LIT("kbs:///");
    char *text;
    if (!bytes_starts(uri, scheme) || uri.n == scheme.n)
        return REFUSE(ERR_FORMAT, REASON_GUEST_INITDATA, "a resource that is not kbs:///REPOSITORY/TYPE/TAG");
    TRY_AS(REASON_GUEST_INITDATA, arena_text(a, bytes_of(uri.p + scheme.n, uri.n - scheme.n), &text));
    *out = text;
    return OK;
}

/* Secrets go to memory only: beneath /run, no way out of it. */
static struct err path_of(struct arena *a, struct bytes path, const char **out)
{
    char *text;
    TRY_AS(REASON_GUEST_INITDATA, arena_text(a, path, &text));
    if (!bytes_starts(path, BYTES_LIT("/run/")) || strstr(text, "/../") != NULL || strstr(text, "//") != NULL ||
        path.p[path.n - 1] == '/' || (path.n >= 3 && memcmp(path.p + path.n - 3, "/..", 3) == 0))
        return REFUSE(ERR_FORMAT, REASON_GUEST_INITDATA, "a credential's path that is not beneath /run/");
    *out = text;
    return OK;
}

static struct err read_credentials(struct arena *a, const struct json *cdh, struct secrets_config *out)
{
    const struct json *list = json_at(cdh, "credentials");
    if (list == NULL)
        return OK;
    if (!json_is(list, JSON_ARRAY) || list->count > CREDENTIALS_MAX)
        return REFUSE(ERR_FORMAT, REASON_GUEST_INITDATA, "credentials is no list, or too long");
    for (size_t i = 0; i < list->count; i++) {
        struct bytes uri, path;
        struct credential *c = &out->credentials[i];
        TRY_AS(REASON_GUEST_INITDATA, json_need_string(list->items[i], "resource_uri", &uri));
        TRY_AS(REASON_GUEST_INITDATA, json_need_string(list->items[i], "path", &path));
        TRY(resource_of(a, uri, &c->resource));
        TRY(path_of(a, path, &c->path));
        out->credential_count++;
    }
    return OK;
}

/* The broker of cdh.toml; aa.toml, if it names one, must name the same: two brokers are an attack or a mistake. */
static struct err read_broker(const struct json *claims, struct secrets_config *out)
{
    const struct json *kbc = json_path(claims, "cdh.toml", "kbc", (char *)NULL);
    const struct json *other = json_path(claims, "aa.toml", "token_configs", "kbs", "url", (char *)NULL);
    if (failed(json_need_string(kbc, "url", &out->url)) || failed(json_need_string(kbc, "kbs_cert", &out->cert)))
        return REFUSE(ERR_DENIED, REASON_GUEST_BROKER, "cdh.toml names no broker with its certificate");
    if (!bytes_starts(out->url, BYTES_LIT("https://")))
        return REFUSE(ERR_DENIED, REASON_GUEST_BROKER, "a broker is reached by https only");
    if (other != NULL && (!json_is(other, JSON_STRING) || !bytes_equal(other->text, out->url)))
        return REFUSE(ERR_DENIED, REASON_GUEST_BROKER, "aa.toml and cdh.toml name different brokers");
    return OK;
}

struct err secrets_config_read(struct arena *a, const struct initdata *d, struct secrets_config *out)
{
    *out = (struct secrets_config){0};
    TRY(read_broker(d->claims, out));
    return read_credentials(a, json_at(d->claims, "cdh.toml"), out);
}
