/*
 * The broker's configuration: TOML, one table of settings in code. A row of settings.def drives parsing,
 * --check-config, --print-config and the man page. An unknown or doubled key refuses the start; no environment variable
 * takes part.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum setting_type {
    SETTING_BOOL,
    SETTING_INT,
    SETTING_TEXT,
    SETTING_CHOICE,    /* one of a few words */
    SETTING_PATH,      /* a text; a relative one is taken from the file's directory */
    SETTING_PATHS,     /* a list of them */
    SETTING_ADDRESSES, /* a list of HOST:PORT or unix:PATH */
};

enum setting {
#define SETTING(id_, section_, name_, type_, min_, max_, default_, help_) SETTING_##id_,
#include "settings/settings.def"
#undef SETTING
    SETTING_COUNT
};

struct settings;

/* Where a refused file is wrong; a literal sentence and the key it speaks of ("server.listen"). */
struct settings_fault {
    size_t line; /* 0 if not known */
    char key[80];
    const char *expected;
};

/*
 * settings_decode - the settings of a TOML text; every absent key has its default. Relative paths are taken from
 * `directory` (that of the file; "" leaves them alone). Only a build with the sample TEE accepts
 * verifier.sample.insecure_enabled.
 *
 * in       text: the operator's; a: owns the result
 * out      *out only on success; *fault on failure
 * errors   FORMAT  no TOML, an unknown key, another type, out of range; NOMEM
 */
MUST_CHECK struct err settings_decode(struct arena *a, struct bytes text, const char *directory,
                                      struct settings_fault *fault, const struct settings **out);

/*
 * settings_bool, settings_int, settings_text (TEXT, CHOICE, PATH), settings_list (PATHS, ADDRESSES) - the value of one
 * setting; asking for another type is our own fault and ends the process by assert.
 * settings_insecure - the names of all settings in force whose name or value contains "insecure", for the log:
 * NULL-terminated.
 *
 * out      text: NUL-terminated, "" when empty; list: *count texts
 * errors   none
 */
bool settings_bool(const struct settings *s, enum setting id);
int64_t settings_int(const struct settings *s, enum setting id);
const char *settings_text(const struct settings *s, enum setting id);
const char *const *settings_list(const struct settings *s, enum setting id, size_t *count);
const char *const *settings_insecure(const struct settings *s);

/*
 * settings_print - the settings in force as TOML with each row's help as a comment.
 *
 * out      appended, sticky
 * errors   sticky
 */
void settings_print(const struct settings *s, struct buf *out);

/* settings_sample_is_built - whether this build has the sample TEE. out: the answer. errors: none */
bool settings_sample_is_built(void);
