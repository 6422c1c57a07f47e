#include "crypto/openssl.h"

#include "net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "net/stream.h"
#include "sys/file.h"

#define ROOTS_MAX 64

struct tls_server {
    SSL_CTX *ctx;
};

struct tls_client {
    SSL_CTX *ctx;
};

struct stream {
    int fd;
    SSL *ssl;        /* NULL: plain */
    bool is_shaking; /* the handshake is not over */
};

/* An encrypted PEM block must fail; libcrypto's own answer is to ask for the password at the terminal. */
static int no_password(char *to, int room, int is_new, void *context)
{
    (void)to;
    (void)room;
    (void)is_new;
    (void)context;
    return -1;
}

/* Whether reading PEM ended because there is no further block, and not at a broken one. */
static bool is_end_of_pem(void)
{
    bool end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    return end;
}

static BIO *bio_of(struct bytes text)
{
    return text.n > INT32_MAX ? NULL : BIO_new_mem_buf(text.p, (int)text.n);
}

static X509 *next_cert(BIO *bio)
{
    return PEM_read_bio_X509(bio, NULL, no_password, NULL);
}

/* The first certificate is the server's own, the others its chain. */
static struct err use_chain(SSL_CTX *ctx, struct bytes chain)
{
    BIO *bio = bio_of(chain);
    if (bio == NULL)
        return FAIL(ERR_NOMEM, "no memory for the certificates");
    size_t count = 0;
    bool good = true;
    ERR_clear_error();
    for (X509 *x = next_cert(bio); x != NULL; x = good ? next_cert(bio) : NULL) {
        good = count >= CERT_CHAIN_MAX ? false
               : count == 0            ? SSL_CTX_use_certificate(ctx, x) == 1
                                       : SSL_CTX_add1_chain_cert(ctx, x) == 1;
        X509_free(x);
        count++;
    }
    good = is_end_of_pem() && good;
    BIO_free(bio);
    return good && count != 0 ? OK : FAIL(ERR_FORMAT, "no usable certificate in the PEM text");
}

static struct err use_key(SSL_CTX *ctx, const struct secret *key)
{
    BIO *bio = bio_of(secret_borrow(key));
    EVP_PKEY *k = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
    BIO_free(bio);
    bool good = k != NULL && SSL_CTX_use_PrivateKey(ctx, k) == 1;
    EVP_PKEY_free(k);
    ERR_clear_error();
    if (!good)
        return FAIL(ERR_FORMAT, "no usable private key in the PEM text");
    if (SSL_CTX_check_private_key(ctx) != 1) {
        ERR_clear_error();
        return FAIL(ERR_UNVERIFIED, "the private key is not the certificate's");
    }
    return OK;
}

/* What both sides have: 1.3, no compression, no renegotiation, buffers given back while idle. */
static SSL_CTX *context(const SSL_METHOD *method, bool allow_tls12)
{
    /* No file of the machine has a say in what we negotiate. */
    if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
        return NULL;
    SSL_CTX *ctx = SSL_CTX_new(method);
    if (ctx == NULL)
        return NULL;
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ctx,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(ctx, 0);
    bool good = SSL_CTX_set_min_proto_version(ctx, allow_tls12 ? TLS1_2_VERSION : TLS1_3_VERSION) == 1 &&
                SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
                SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384") == 1;
    if (good)
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

struct err tls_server_new(struct bytes chain, const struct secret *key, bool allow_tls12, struct tls_server **out)
{
    struct tls_server *t = mem_new(sizeof(*t));
    if (t == NULL)
        return FAIL(ERR_NOMEM, "no memory for a TLS context");
    t->ctx = context(TLS_server_method(), allow_tls12);
    struct err e = t->ctx == NULL ? FAIL(ERR_BUG, "no TLS context") : use_chain(t->ctx, chain);
    if (!failed(e))
        e = use_key(t->ctx, key);
    if (failed(e)) {
        tls_server_free(t);
        return e;
    }
    /* A guest attests once: tickets would cost more than they save, and a session cache would hold memory. */
    SSL_CTX_set_num_tickets(t->ctx, 0);
    SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
    *out = t;
    return OK;
}

void tls_server_free(struct tls_server *t)
{
    if (t == NULL)
        return;
    SSL_CTX_free(t->ctx);
    mem_free(t);
}

static struct err trust(SSL_CTX *ctx, struct bytes roots)
{
    BIO *bio = bio_of(roots);
    if (bio == NULL)
        return FAIL(ERR_NOMEM, "no memory for the roots");
    size_t count = 0;
    bool good = true;
    ERR_clear_error();
    for (X509 *x = next_cert(bio); x != NULL; x = good ? next_cert(bio) : NULL) {
        good = count < ROOTS_MAX && X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), x) == 1;
        X509_free(x);
        count++;
    }
    good = is_end_of_pem() && good;
    BIO_free(bio);
    if (!good || count == 0)
        return FAIL(ERR_FORMAT, "no usable certificate among the roots");
    /* A server's own certificate may be given: it then ends the chain. */
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    return OK;
}

struct err tls_client_new(struct bytes roots, struct tls_client **out)
{
    struct tls_client *t = mem_new(sizeof(*t));
    if (t == NULL)
        return FAIL(ERR_NOMEM, "no memory for a TLS context");
    t->ctx = context(TLS_client_method(), false);
    struct err e = t->ctx == NULL ? FAIL(ERR_BUG, "no TLS context") : trust(t->ctx, roots);
    if (failed(e)) {
        tls_client_free(t);
        return e;
    }
    *out = t;
    return OK;
}

void tls_client_free(struct tls_client *t)
{
    if (t == NULL)
        return;
    SSL_CTX_free(t->ctx);
    mem_free(t);
}

static struct err stream_new(SSL_CTX *ctx, int fd, struct stream **out)
{
    struct stream *s = mem_new(sizeof(*s));
    if (s == NULL) {
        close(fd);
        return FAIL(ERR_NOMEM, "no memory for a connection");
    }
    s->fd = fd;
    s->is_shaking = ctx != NULL;
    s->ssl = ctx != NULL ? SSL_new(ctx) : NULL;
    if (ctx != NULL && (s->ssl == NULL || SSL_set_fd(s->ssl, fd) != 1)) {
        stream_free(s);
        ERR_clear_error();
        return FAIL(ERR_NOMEM, "no memory for a TLS connection");
    }
    *out = s;
    return OK;
}

struct err stream_server(struct tls_server *tls, int fd, struct stream **out)
{
    TRY(stream_new(tls == NULL ? NULL : tls->ctx, fd, out));
    if ((*out)->ssl != NULL)
        SSL_set_accept_state((*out)->ssl);
    return OK;
}

/* The certificate must be for this host: an address is compared as one, anything else as a DNS name. */
static bool name_host(SSL *ssl, const char *host)
{
    uint8_t address[16];
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

struct err stream_client(struct tls_client *tls, int fd, const char *host, struct stream **out)
{
    struct stream *s;
    TRY(stream_new(tls == NULL ? NULL : tls->ctx, fd, &s));
    if (s->ssl != NULL) {
        SSL_set_connect_state(s->ssl);
        if (!name_host(s->ssl, host)) {
            stream_free(s);
            ERR_clear_error();
            return FAIL(ERR_FORMAT, "a host that no certificate can be for");
        }
    }
    *out = s;
    return OK;
}

void stream_free(struct stream *s)
{
    if (s == NULL)
        return;
    if (s->ssl != NULL && !s->is_shaking)
        SSL_shutdown(s->ssl);
    SSL_free(s->ssl);
    ERR_clear_error();
    fd_clear(&s->fd);
    mem_free(s);
}

int stream_fd(const struct stream *s)
{
    return s->fd;
}

static enum stream_state tls_state(struct stream *s, int status)
{
    int why = SSL_get_error(s->ssl, status);
    ERR_clear_error();
    switch (why) {
    case SSL_ERROR_WANT_READ:
        return STREAM_WANTS_READ;
    case SSL_ERROR_WANT_WRITE:
        return STREAM_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return STREAM_CLOSED;
    default:
        return STREAM_FAILED;
    }
}

static enum stream_state plain_state(ssize_t n, size_t *out, enum stream_state wants)
{
    if (n > 0) {
        *out = (size_t)n;
        return STREAM_DONE;
    }
    if (n == 0)
        return STREAM_CLOSED;
    return errno == EAGAIN || errno == EINTR ? wants : STREAM_FAILED;
}

enum stream_state stream_read(struct stream *s, uint8_t *to, size_t room, size_t *n)
{
    if (s->ssl == NULL)
        return plain_state(read(s->fd, to, room), n, STREAM_WANTS_READ);
    int status = SSL_read_ex(s->ssl, to, room, n);
    if (s->is_shaking && SSL_is_init_finished(s->ssl))
        s->is_shaking = false;
    return status == 1 ? STREAM_DONE : tls_state(s, status);
}

enum stream_state stream_write(struct stream *s, struct bytes data, size_t *n)
{
    if (s->ssl == NULL)
        return plain_state(write(s->fd, data.p, data.n), n, STREAM_WANTS_WRITE);
    int status = SSL_write_ex(s->ssl, data.p, data.n, n);
    if (s->is_shaking && SSL_is_init_finished(s->ssl))
        s->is_shaking = false;
    return status == 1 ? STREAM_DONE : tls_state(s, status);
}

bool stream_certificate_failed(const struct stream *s)
{
    return s->ssl != NULL && SSL_get_verify_result(s->ssl) != X509_V_OK;
}
