#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/server.h"
#include "sys/file.h"

#define BACKLOG 512

/* "127.0.0.1:8443" or "[::1]:8443". */
static struct err parse_address(const char *text, struct sockaddr_storage *out, socklen_t *len)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || (size_t)(colon - text) >= sizeof(host) || strlen(colon + 1) > 5)
        return FAIL(ERR_FORMAT, "an address that is not HOST:PORT");
    long port = 0;
    for (const char *p = colon + 1; *p != '\0'; p++) {
        if (*p < '0' || *p > '9')
            return FAIL(ERR_FORMAT, "a port that is no number");
        port = port * 10 + (*p - '0');
    }
    if (colon[1] == '\0' || port > UINT16_MAX)
        return FAIL(ERR_FORMAT, "a port out of range");
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    size_t n = strlen(host);
    if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
        memcpy(out, &in, sizeof(in));
        *len = sizeof(in);
        return OK;
    }
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        if (inet_pton(AF_INET6, host + 1, &in6.sin6_addr) == 1) {
            memcpy(out, &in6, sizeof(in6));
            *len = sizeof(in6);
            return OK;
        }
    }
    return FAIL(ERR_FORMAT, "a host that is no address");
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage a = {0};
    socklen_t len = sizeof(a);
    struct sockaddr_in in;
    if (getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        return 0;
    memcpy(&in, &a, sizeof(in)); /* the port stands at the same place in both families */
    return ntohs(in.sin_port);
}

struct err server_listen_tcp(const char *address, int *fd, uint16_t *port)
{
    struct sockaddr_storage a = {0};
    socklen_t len = 0;
    TRY(parse_address(address, &a, &len));
    SCOPED(fd) int s = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (s < 0 || setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(s, (const struct sockaddr *)&a, len) != 0 || listen(s, BACKLOG) != 0)
        return FAIL_SYS(errno, "the address cannot be listened on");
    if (port != NULL)
        *port = bound_port(s);
    *fd = fd_take(&s);
    return OK;
}

struct err server_listen_unix(const char *path, int *fd)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(a.sun_path))
        return FAIL(ERR_FORMAT, "the path of a socket is too long");
    memcpy(a.sun_path, path, strlen(path));
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(path);
    SCOPED(fd) int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return FAIL_SYS(errno, "no unix socket");
    mode_t before = umask(0177);
    int bound = bind(s, (const struct sockaddr *)&a, sizeof(a));
    int why = errno;
    umask(before);
    if (bound != 0 || listen(s, BACKLOG) != 0)
        return FAIL_SYS(bound != 0 ? why : errno, "the path cannot be listened on");
    *fd = fd_take(&s);
    return OK;
}
