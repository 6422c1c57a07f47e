/*
 * Names of images, in the normal form that all programs compare.
 */
#pragma once

#include "base/arena.h"

struct image_name {
    struct bytes registry;   /* "docker.io" where none is written */
    struct bytes path;       /* "library/nginx": without the registry */
    struct bytes repository; /* registry/path */
    struct bytes tag;        /* empty: none written */
    struct bytes digest;     /* "sha256:..", empty: none */
    struct bytes last;       /* the last part of the path */
};

/*
 * image_name_parse - the parts of a reference.
 *
 * in       text: hostile
 * out      *out only on success; repository in the arena, the rest views
 * errors   FORMAT  empty, or a part that no registry takes; NOMEM
 * source: distribution reference grammar; spec/guest.md 5.5
 */
MUST_CHECK struct err image_name_parse(struct arena *a, struct bytes text, struct image_name *out);
