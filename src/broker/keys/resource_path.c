#include "broker/keys/resource_path.h"

#define PATH_MAX_LEN 512

static bool is_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

struct err resource_path_check(struct bytes path)
{
    size_t segments = 1;
    bool first = true;
    if (path.n == 0 || path.n > PATH_MAX_LEN)
        return REFUSE(ERR_FORMAT, REASON_RESOURCE_PATH, "an empty or too long path");
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '/') {
            if (first)
                return REFUSE(ERR_FORMAT, REASON_RESOURCE_PATH, "an empty segment");
            segments++;
            first = true;
            continue;
        }
        if (!is_word(path.p[i]) && (first || path.p[i] != '.'))
            return REFUSE(ERR_FORMAT, REASON_RESOURCE_PATH, "a character that no segment may have");
        first = false;
    }
    if (first || segments != 3)
        return REFUSE(ERR_FORMAT, REASON_RESOURCE_PATH, "not three segments");
    return OK;
}
