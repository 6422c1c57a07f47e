#include "host/swtpm.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "codec/base64.h"
#include "sys/file.h"

#define TPM_PATH     1024 /* of a file of a TPM */
#define STATE_FILE   "tpm2-00.permall"
#define SETUP_MAX_MS 120000
#define CERTS_MAX    (64 * KIB)

/* A path built of two parts and a fixed name. */
static struct err join(char out[TPM_PATH], const char *dir, const char *name)
{
    int n = snprintf(out, TPM_PATH, "%s/%s", dir, name);
    return n > 0 && n < TPM_PATH ? OK : FAIL(ERR_LIMIT, "a path is too long");
}

static struct err make_dir(const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return OK;
    return FAIL_SYS(errno, "a folder cannot be made");
}

/* swtpm splits its options at commas, and its configuration at white space. */
static struct err check_dir(const char *dir)
{
    return strpbrk(dir, ", \t\n'\"\\") == NULL ? OK : FAIL(ERR_FORMAT, "a TPM's path has a comma or white space in it");
}

/* The settings of swtpm_setup; each %s is the folder of the authority. */
static const struct {
    const char *name;
    const char *text;
} ca_files[] = {
    {"localca.conf",
     "statedir = %s\nsigningkey = %s/signkey.pem\nissuercert = %s/issuercert.pem\ncertserial = %s/certserial\n"},
    {"options", "--platform-manufacturer casemate\n--platform-version 1\n--platform-model test\n"},
    {"setup.conf", "create_certs_tool = /usr/bin/swtpm_localca\ncreate_certs_tool_config = %s/localca.conf\n"
                   "create_certs_tool_options = %s/options\nactive_pcr_banks = sha256\n"},
};

static struct err write_settings(const char *ca)
{
    for (size_t i = 0; i < sizeof(ca_files) / sizeof(ca_files[0]); i++) {
        SCOPED(buf) struct buf text;
        char path[TPM_PATH];
        const char *at = ca_files[i].text;
        buf_init(&text, 64 * KIB);
        for (const char *mark; (mark = strstr(at, "%s")) != NULL; at = mark + 2) {
            buf_add(&text, bytes_of(at, (size_t)(mark - at)));
            buf_text(&text, ca);
        }
        buf_text(&text, at);
        TRY(join(path, ca, ca_files[i].name));
        struct bytes view;
        TRY(buf_end(&text, &view));
        TRY(file_write(path, view, 0600));
    }
    return OK;
}

static struct err run_setup(const char *dir, const char *ca)
{
    char config[TPM_PATH];
    TRY(join(config, ca, "setup.conf"));
    const char *const argv[] = {"swtpm_setup",
                                "--tpm2",
                                "--config",
                                config,
                                "--tpmstate",
                                dir,
                                "--create-ek-cert",
                                "--pcr-banks",
                                "sha256",
                                "--vmid",
                                "casemate",
                                "--overwrite",
                                "--write-ek-cert-files",
                                ca,
                                NULL};
    return spawn_run(&(struct spawn){.argv = argv, .out = -1, .err = -1}, SETUP_MAX_MS);
}

static struct err append_file(const char *dir, const char *name, struct buf *out)
{
    char path[TPM_PATH];
    TRY(join(path, dir, name));
    return file_read(path, out);
}

static struct err write_in(const char *dir, const char *name, struct buf *data)
{
    char path[TPM_PATH];
    struct bytes view;
    TRY(join(path, dir, name));
    TRY(buf_end(data, &view));
    return file_write(path, view, 0644);
}

static void write_pem(struct bytes der, struct buf *out)
{
    SCOPED(buf) struct buf text;
    buf_init(&text, CERTS_MAX);
    base64_encode(BASE64_PADDED, der, &text);
    buf_text(out, "-----BEGIN CERTIFICATE-----\n");
    for (size_t at = 0; at < text.n; at += 64) {
        buf_add(out, bytes_of(text.p + at, text.n - at < 64 ? text.n - at : 64));
        buf_text(out, "\n");
    }
    buf_text(out, "-----END CERTIFICATE-----\n");
}

/* What the owner enrols, beside the state: the key's certificate and the authority's. */
static struct err export_certificates(const char *dir, const char *ca)
{
    SCOPED(buf) struct buf der;
    SCOPED(buf) struct buf pem;
    SCOPED(buf) struct buf roots;
    buf_init(&der, CERTS_MAX);
    buf_init(&pem, CERTS_MAX);
    buf_init(&roots, CERTS_MAX);
    TRY(append_file(ca, "ek-rsa2048.crt", &der));
    write_pem(buf_view(&der), &pem);
    TRY(append_file(ca, "swtpm-localca-rootca-cert.pem", &roots));
    TRY(append_file(ca, "issuercert.pem", &roots));
    TRY(write_in(dir, "ek.der", &der));
    TRY(write_in(dir, "ek.pem", &pem));
    return write_in(dir, "roots.pem", &roots);
}

struct err swtpm_make(const char *dir)
{
    char whole[PATH_MAX];
    char path[TPM_PATH];
    TRY(make_dir(dir));
    if (realpath(dir, whole) == NULL)
        return FAIL_SYS(errno, "a folder cannot be found");
    TRY(check_dir(whole));
    TRY(join(path, whole, STATE_FILE));
    if (access(path, F_OK) == 0)
        return FAIL(ERR_STATE, "there is a TPM in this folder already");
    TRY(join(path, whole, "ca"));
    TRY(make_dir(path));
    TRY(write_settings(path));
    TRY(run_setup(whole, path));
    return export_certificates(whole, path);
}

static struct err copy_state(const struct workdir *w, const char *dir)
{
    char from[TPM_PATH];
    char to[WORKDIR_PATH];
    workdir_path(w, "tpm", to);
    TRY(make_dir(to));
    if (dir == NULL)
        return OK;
    TRY(join(from, dir, STATE_FILE));
    return workdir_copy(w, from, "tpm/" STATE_FILE);
}

/* A listening socket that swtpm takes over: it is there before QEMU asks. */
static struct err listen_at(const char *path, int *out)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(at.sun_path))
        return FAIL(ERR_LIMIT, "a socket's path is too long");
    memcpy(at.sun_path, path, strlen(path));
    SCOPED(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 1) != 0)
        return FAIL_SYS(errno, "a socket cannot be made");
    *out = fd_take(&fd);
    return OK;
}

/* Over which descriptor it talks, and who starts the TPM: QEMU by a command of the control channel, or swtpm itself. */
struct channel_options {
    const char *option;
    const char *prefix;
    const char *flags;
};

static struct err start(const struct workdir *w, const struct channel_options *c, int fd, pid_t *pid)
{
    char state[WORKDIR_PATH];
    char option[WORKDIR_PATH + 8];
    char number[32];
    workdir_path(w, "tpm", state);
    (void)snprintf(option, sizeof(option), "dir=%s", state);
    (void)snprintf(number, sizeof(number), "%s%d", c->prefix, fd);
    const char *const argv[] = {"swtpm", "socket",  "--tpm2", "--tpmstate",  option, c->option,
                                number,  "--flags", c->flags, "--terminate", NULL};
    return spawn_start(&(struct spawn){.argv = argv, .out = -1, .err = -1, .keep = &fd, .keep_count = 1}, pid);
}

struct err swtpm_start_vm(const struct workdir *w, const char *dir, pid_t *pid)
{
    static const struct channel_options channel = {"--ctrl", "type=unixio,fd=", "startup-clear"};
    char path[WORKDIR_PATH];
    SCOPED(fd) int fd = -1;
    workdir_path(w, "ctl", path);
    TRY(copy_state(w, dir));
    TRY(listen_at(path, &fd));
    return start(w, &channel, fd, pid);
}

struct err swtpm_start_fd(const struct workdir *w, const char *dir, pid_t *pid, int *fd)
{
    static const struct channel_options channel = {"--fd", "", "not-need-init,startup-clear"};
    int ends[2];
    TRY(copy_state(w, dir));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return FAIL_SYS(errno, "a socket pair cannot be made");
    SCOPED(fd) int ours = ends[0];
    SCOPED(fd) int theirs = ends[1];
    TRY(start(w, &channel, theirs, pid));
    *fd = fd_take(&ours);
    return OK;
}
