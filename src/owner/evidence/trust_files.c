/*
 * A file that was meant to vouch for something and cannot be read ends the command: it never means "trust less" in
 * silence, since a missing revocation list means to trust more.
 */
#include "owner/evidence/trust_files.h"

#include <dirent.h>
#include <errno.h>

#include "base/limits.h"
#include "sys/file.h"

typedef struct err visit_fn(void *context, const char *path, struct bytes content);

struct visitor {
    struct invocation *in;
    const char *const *endings; /* NULL-terminated */
    visit_fn *visit;
    void *context;
    size_t visited;
};

static const char *const cert_endings[] = {".pem", ".crt", ".cer", ".der", NULL};
static const char *const crl_endings[] = {".crl", NULL};

static bool ends_with_any(const char *name, const char *const *endings)
{
    size_t n = strlen(name);
    for (; *endings != NULL; endings++) {
        size_t m = strlen(*endings);
        if (n > m && strcmp(name + n - m, *endings) == 0)
            return true;
    }
    return false;
}

static struct err visit_file(struct visitor *v, const char *directory, const char *name)
{
    char path[4096];
    SCOPED(buf) struct buf content = {0};
    if (name[0] == '.' || !ends_with_any(name, v->endings))
        return OK;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", directory, name) >= sizeof(path))
        return FAIL(ERR_LIMIT, "the path is too long");
    buf_init(&content, CRL_SIZE_MAX);
    struct err e = file_read(path, &content);
    if (!failed(e))
        e = v->visit(v->context, path, buf_view(&content));
    if (failed(e) && !v->in->has_explained)
        command_explain(v->in, "%s: %s", path,
                        e.code == ERR_IO || e.code == ERR_ABSENT ? "cannot be read"
                        : e.code == ERR_LIMIT                    ? "too large, or one too many"
                                                                 : "no certificate, PEM or DER");
    v->visited += !failed(e);
    return e;
}

static struct err visit_directory(struct visitor *v, const char *directory)
{
    DIR *dir = opendir(directory);
    if (dir == NULL) {
        command_explain(v->in, "%s: %s", directory, strerror(errno));
        return FAIL_SYS(errno, "a directory cannot be read");
    }
    struct err e = OK;
    errno = 0;
    for (struct dirent *d = readdir(dir); d != NULL && !failed(e); d = readdir(dir)) {
        e = visit_file(v, directory, d->d_name);
        errno = 0;
    }
    if (!failed(e) && errno != 0)
        e = FAIL_SYS(errno, "a directory cannot be read");
    closedir(dir);
    return e;
}

/* DER begins with a SEQUENCE; everything else has to be PEM. */
static struct err decode_certs(struct bytes content, struct cert **out, size_t max, size_t *count)
{
    *count = 0;
    if (max == 0)
        return FAIL(ERR_LIMIT, "too many certificates");
    if (content.n == 0 || content.p[0] != 0x30)
        return cert_decode_pem(content, out, max, count);
    TRY(cert_decode(content, &out[0]));
    *count = 1;
    return OK;
}

static struct err add_roots(void *context, const char *path, struct bytes content)
{
    (void)path;
    struct cert_list *list = context;
    size_t count = 0;
    TRY(decode_certs(content, list->certs + list->count, TRUST_ROOTS_MAX - list->count, &count));
    list->count += count;
    return count == 0 ? FAIL(ERR_FORMAT, "no certificate") : OK;
}

struct err trust_read_roots(struct invocation *in, const char *directory, struct cert_list *out)
{
    if (directory == NULL)
        return OK;
    struct visitor v = {.in = in, .endings = cert_endings, .visit = add_roots, .context = out};
    TRY(visit_directory(&v, directory));
    if (v.visited > 0)
        return OK;
    command_explain(in, "%s: no file *.pem, *.crt, *.cer or *.der", directory);
    return FAIL(ERR_FORMAT, "a directory without certificates");
}

struct endorsing {
    struct arena *arena;
    struct trust_files *out;
};

static struct err add_certs(void *context, const char *path, struct bytes content)
{
    (void)path;
    struct endorsing *x = context;
    struct trust_files *out = x->out;
    struct cert *certs[TRUST_CERTS_MAX];
    size_t count = 0;
    TRY(decode_certs(content, certs, TRUST_CERTS_MAX - out->cert_count, &count));
    struct err e = count == 0 ? FAIL(ERR_FORMAT, "no certificate") : OK;
    for (size_t i = 0; i < count; i++) {
        if (!failed(e))
            e = arena_copy(x->arena, cert_der(certs[i]), &out->certs[out->cert_count]);
        out->cert_count += !failed(e);
        cert_free(certs[i]);
    }
    return e;
}

/* The verifier decodes it: what holds no valid list is refused there. */
static struct err add_crl(void *context, const char *path, struct bytes content)
{
    (void)path;
    struct endorsing *x = context;
    if (x->out->crl_count == TRUST_CRLS_MAX)
        return FAIL(ERR_LIMIT, "too many revocation lists");
    TRY(arena_copy(x->arena, content, &x->out->crls[x->out->crl_count]));
    x->out->crl_count++;
    return OK;
}

struct err trust_read_endorsements(struct invocation *in, struct arena *a, const char *directory,
                                   struct trust_files *out)
{
    if (directory == NULL)
        return OK;
    struct endorsing x = {a, out};
    struct visitor certs = {.in = in, .endings = cert_endings, .visit = add_certs, .context = &x};
    struct visitor crls = {.in = in, .endings = crl_endings, .visit = add_crl, .context = &x};
    TRY(visit_directory(&certs, directory));
    TRY(visit_directory(&crls, directory));
    if (certs.visited + crls.visited > 0)
        return OK;
    command_explain(in, "%s: no file *.pem, *.crt, *.cer, *.der or *.crl", directory);
    return FAIL(ERR_FORMAT, "a directory without certificates");
}

static void list_clear(struct cert_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        cert_free(list->certs[i]);
    list->count = 0;
}

void trust_clear(struct trust_files *t)
{
    list_clear(&t->roots);
    list_clear(&t->software_roots);
    list_clear(&t->test_roots);
}

struct endorsements trust_view(const struct trust_files *t)
{
    return (struct endorsements){.tpm_roots = t->roots.certs,
                                 .tpm_root_count = t->roots.count,
                                 .insecure_software_tpm_roots = t->software_roots.certs,
                                 .insecure_software_tpm_root_count = t->software_roots.count,
                                 .enrolled_eks = t->eks,
                                 .enrolled_ek_count = t->ek_count,
                                 .snp_certs = t->certs,
                                 .snp_cert_count = t->cert_count,
                                 .snp_crls = t->crls,
                                 .snp_crl_count = t->crl_count,
                                 .snp_test_roots = t->test_roots.certs,
                                 .snp_test_root_count = t->test_roots.count};
}
