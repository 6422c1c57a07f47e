/*
 * `casemate broker init`: a directory with everything a broker needs to start, and nothing that releases anything. The
 * master key stands in a file of its own; the text says to move it away from the database.
 */
#include "owner/broker/broker_command.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/x509.h"
#include "owner/keygen/keygen_command.h"
#include "sys/file.h"
#include "sys/process.h"

#define CERTIFICATE_DAYS 730
#define MASTER_KEY_SIZE  32
#define PATH_SIZE        1100 /* of a file in the directory */

struct making {
    struct invocation *in;
    char dir[PATH_MAX]; /* absolute */
    const char *names[COMMAND_VALUES_MAX];
    size_t name_count;
    char kid[64];
};

static const char *const folders[] = {"keys", "tls", "admin", "data", "audit"};

static const char broker_toml[] =
    "# A broker that releases nothing until reference values and resources are set and a workload is bound.\n"
    "# casemate-broker --print-config shows every setting with its default.\n"
    "\n"
    "[server]\n"
    "listen = [\"127.0.0.1:8443\"]\n"
    "certificate = \"tls/cert.pem\"\n"
    "private_key = \"tls/key.pem\"\n"
    "\n"
    "[admin]\n"
    "listen = [\"unix:admin.sock\"]\n"
    "first_key = \"admin/admin.jwk\"\n"
    "\n"
    "[store]\n"
    "path = \"data/store.db\"\n"
    "\n"
    "[audit]\n"
    "directory = \"audit\"\n"
    "\n"
    "[keys]\n"
    "# Whoever has the database and this file has every secret: keep them apart.\n"
    "master_key_file = \"keys/master.key\"\n"
    "token_key_file = \"keys/token.key\"\n"
    "audit_key_file = \"keys/audit.key\"\n";

static struct err path_of(const struct making *m, const char *name, char out[PATH_SIZE])
{
    int n = snprintf(out, PATH_SIZE, "%s/%s", m->dir, name);
    return n > 0 && n < PATH_SIZE ? OK : FAIL(ERR_LIMIT, "the path is too long");
}

static struct err create(const struct making *m, const char *name, struct bytes data, unsigned mode)
{
    char path[PATH_SIZE];
    TRY(path_of(m, name, path));
    struct err e = file_create(path, data, mode);
    if (e.code != ERR_STATE)
        return e;
    command_explain(m->in, "%s exists already: nothing is replaced", path);
    return FAIL(ERR_DENIED, "a file exists already");
}

static struct err make_folder(const struct making *m, const char *path)
{
    if (mkdir(path, 0700) == 0)
        return OK;
    int saved = errno;
    command_explain(m->in, "%s: %s", path, strerror(saved));
    return saved == EEXIST ? FAIL(ERR_DENIED, "a folder exists already") : FAIL_SYS(saved, "a folder cannot be made");
}

/* The directory itself may exist, empty of what is made here: the first folder that exists refuses. */
static struct err make_folders(struct making *m)
{
    const char *dir = m->in->operands[0];
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        command_explain(m->in, "%s: %s", dir, strerror(errno));
        return FAIL(ERR_IO, "the directory cannot be made");
    }
    if (realpath(dir, m->dir) == NULL)
        return FAIL_SYS(errno, "the directory has no path");
    char path[PATH_SIZE];
    TRY(path_of(m, "broker.toml", path));
    if (access(path, F_OK) == 0) {
        command_explain(m->in, "%s exists already: nothing is replaced", path);
        return FAIL(ERR_DENIED, "there is a broker already");
    }
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        TRY(path_of(m, folders[i], path));
        TRY(make_folder(m, path));
    }
    return OK;
}

static struct err make_private(const struct making *m, const struct key *k, const char *name)
{
    SCOPED(secret) struct secret pem = {0};
    TRY(key_pem_private(k, &pem));
    return create(m, name, secret_borrow(&pem), 0600);
}

static struct err make_keys(const struct making *m)
{
    SCOPED(secret) struct secret master = {0};
    SCOPED_KEY struct key *token = NULL, *audit = NULL;
    SCOPED(buf) struct buf pem;
    buf_init(&pem, 8192);
    TRY(secret_new(MASTER_KEY_SIZE, &master));
    TRY(random_bytes(master.p, master.n));
    TRY(create(m, "keys/master.key", secret_borrow(&master), 0600));
    TRY(key_generate(KEY_EC_P256, &token));
    TRY(make_private(m, token, "keys/token.key"));
    TRY(key_generate(KEY_EC_P256, &audit)); /* signs at each group: half the time that Ed25519 takes here */
    TRY(make_private(m, audit, "keys/audit.key"));
    TRY(key_pem_public(audit, &pem));
    return create(m, "keys/audit.pub", buf_view(&pem), 0644);
}

/* Made before anything is written: a malformed name leaves no half of a broker behind. */
static struct err make_certificate(const struct making *m, struct key **k, struct buf *pem)
{
    TRY(key_generate(KEY_EC_P256, k));
    struct err e = cert_self_signed(*k, m->names, m->name_count, process_now_sec(), CERTIFICATE_DAYS, pem);
    return e.code == ERR_FORMAT ? command_misuse(m->in, "--name is a host name or an address") : e;
}

static struct err admin_text(const struct making *m, struct buf *out, struct bytes *view)
{
    SCOPED(buf) struct buf socket;
    buf_init(&socket, 2 * PATH_MAX);
    buf_text(&socket, "unix:");
    buf_text(&socket, m->dir);
    buf_text(&socket, "/admin.sock");
    struct bytes address;
    TRY(buf_end(&socket, &address));
    buf_text(out, "# How the administrator's commands reach this broker. Paths are taken from this file's folder.\n"
                  "broker = ");
    json_quote(address, out);
    buf_text(out, "\nca = \"../tls/cert.pem\"\nkey = \"admin.key\"\n");
    return buf_end(out, view);
}

static struct err make_admin(struct making *m)
{
    SCOPED_KEY struct key *k = NULL;
    char private_path[PATH_SIZE], public_path[PATH_SIZE];
    TRY(path_of(m, "admin/admin.key", private_path));
    TRY(path_of(m, "admin/admin.jwk", public_path));
    TRY(key_generate(KEY_ED25519, &k));
    TRY(keygen_write(k, private_path, public_path, m->kid));
    SCOPED(buf) struct buf text;
    buf_init(&text, 8 * PATH_MAX);
    struct bytes view;
    TRY(admin_text(m, &text, &view));
    return create(m, "admin/admin.toml", view, 0600);
}

static struct err print_json(const struct making *m)
{
    struct arena a;
    arena_init(&a, 64 * 1024);
    struct json_object o;
    json_object_init(&o, &a);
    json_object_text(&o, "format", "casemate-broker-init/1");
    json_object_text(&o, "directory", m->dir);
    json_object_text(&o, "admin_kid", m->kid);
    const struct json *v;
    struct err e = json_object_end(&o, &v);
    if (!failed(e))
        e = command_print_json(m->in, v);
    arena_clear(&a);
    return e;
}

static struct err print_result(const struct making *m)
{
    if (m->in->is_json)
        return print_json(m);
    fprintf(m->in->out,
            "A broker was made in %s. It releases nothing yet.\n"
            "Next:\n"
            "  1. Move keys/master.key away from data/: whoever has both has every secret. Name its place in\n"
            "     [keys] master_key_file, or use a systemd credential.\n"
            "  2. Start it:   casemate-broker --config %s/broker.toml\n"
            "  3. Guests trust tls/cert.pem; administrators use admin/admin.toml (key id %s).\n"
            "  4. Copy keys/audit.pub to whoever checks the audit log.\n",
            m->dir, m->dir, m->kid);
    return OK;
}

static struct err init(struct invocation *in)
{
    struct making m = {.in = in};
    SCOPED_KEY struct key *tls = NULL;
    SCOPED(buf) struct buf certificate;
    buf_init(&certificate, 64 * 1024);
    m.name_count = command_texts(in, "name", m.names);
    TRY(make_certificate(&m, &tls, &certificate));
    TRY(make_folders(&m));
    TRY(create(&m, "tls/cert.pem", buf_view(&certificate), 0644));
    TRY(make_private(&m, tls, "tls/key.pem"));
    TRY(make_keys(&m));
    TRY(make_admin(&m));
    /* The configuration comes last: a directory without it was not finished. */
    TRY(create(&m, "broker.toml", bytes_of_text(broker_toml), 0600));
    return print_result(&m);
}

static const struct option_row options[] = {
    {.name = "name",
     .value = "HOST",
     .is_required = true,
     .is_repeatable = true,
     .help = "host name or address that guests use; it stands in the certificate"},
    {0},
};

const struct command command_broker_init = {
    .noun = "broker",
    .verb = "init",
    .options = options,
    .operands = "DIR",
    .operand_min = 1,
    .operand_max = 1,
    .summary = "make a broker's directory: configuration, keys, certificate, first administrator",
    .help =
        "Makes DIR with a configuration that releases nothing, new keys and a self-signed certificate. Folders have\n"
        "mode 0700, private files 0600. Nothing that exists is replaced.",
    .example = "casemate broker init /etc/casemate --name broker.example.org --name 192.0.2.7",
    .run = init,
};
