#include "broker/role.h"

#include "base/limits.h"
#include "crypto/start.h"
#include "sys/file.h"
#include "sys/log.h"

static enum log_level level_of(const struct settings *s)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    for (int i = 0; i < 4; i++)
        if (strcmp(settings_text(s, SETTING_LOG_LEVEL), names[i]) == 0)
            return (enum log_level)i;
    return LOG_LEVEL_INFO;
}

struct err role_settings(struct arena *a, const char *path, const char *role, const struct settings **out)
{
    log_open(role, LOG_LEVEL_INFO);
    SCOPED(buf) struct buf text;
    buf_init(&text, TOML_TEXT_MAX);
    struct err e = file_read(path, &text);
    if (failed(e)) {
        LOG_ERR(LOG_LEVEL_ERROR, "settings.unreadable", e, LOG_TEXT("path", path));
        return e;
    }
    const char *slash = strrchr(path, '/');
    char *directory;
    TRY(arena_text(a, slash == NULL ? BYTES_LIT(".") : bytes_of(path, (size_t)(slash - path)), &directory));
    struct settings_fault fault = {0};
    e = settings_decode(a, buf_view(&text), directory, &fault, out);
    if (failed(e)) {
        char line[24];
        snprintf(line, sizeof(line), "%zu", fault.line);
        LOG_ERR(LOG_LEVEL_ERROR, "settings.refused", e, LOG_TEXT("path", path), LOG_TEXT("line", line),
                LOG_TEXT("key", fault.key), LOG_TEXT("expected", fault.expected != NULL ? fault.expected : ""));
        return e;
    }
    log_set_level(level_of(*out));
    return OK;
}

struct err role_enter(const struct sandbox_plan *plan, bool uses_crypto)
{
    const char *reduced = NULL;
    if (uses_crypto)
        TRY(crypto_start());
    struct err e = sandbox_enter(plan, &reduced);
    if (failed(e))
        LOG_ERR(LOG_LEVEL_ERROR, "sandbox.failed", e);
    else if (reduced != NULL)
        LOG(LOG_LEVEL_WARNING, "sandbox.reduced", LOG_TEXT("missing", reduced));
    return e;
}
