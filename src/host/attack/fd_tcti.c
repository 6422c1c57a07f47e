#include "host/attack/fd_tcti.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define TCTI_MAGIC  UINT64_C(0x63617365666d6174)
#define HEADER_SIZE 10
#define ANSWER_MAX  8192
#define WAIT_MAX_MS 60000
#define SIZE_AT     2 /* of the header: tag, size, code */

static struct fd_tcti *self(TSS2_TCTI_CONTEXT *context)
{
    return (struct fd_tcti *)(void *)context;
}

static TSS2_RC transmit(TSS2_TCTI_CONTEXT *context, size_t size, const uint8_t *command)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = send(self(context)->fd, command + done, size - done, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return TSS2_TCTI_RC_IO_ERROR;
        done += n > 0 ? (size_t)n : 0;
    }
    return TSS2_RC_SUCCESS;
}

/* Exactly n bytes; the TPM ends by closing, which is an error here. */
static bool read_exactly(int fd, uint8_t *to, size_t n)
{
    for (size_t done = 0; done < n;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, WAIT_MAX_MS) == 0)
            return false;
        ssize_t got = recv(fd, to + done, n - done, 0);
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* tpm2-tss asks with response NULL first: how long is the answer? */
static TSS2_RC receive(TSS2_TCTI_CONTEXT *context, size_t *size, uint8_t *response, int32_t timeout)
{
    (void)timeout;
    struct fd_tcti *t = self(context);
    if (!t->has_header && !read_exactly(t->fd, t->header, HEADER_SIZE))
        return TSS2_TCTI_RC_IO_ERROR;
    t->has_header = true;
    size_t whole = (size_t)t->header[SIZE_AT] << 24 | (size_t)t->header[SIZE_AT + 1] << 16 |
                   (size_t)t->header[SIZE_AT + 2] << 8 | t->header[SIZE_AT + 3];
    if (whole < HEADER_SIZE || whole > ANSWER_MAX)
        return TSS2_TCTI_RC_MALFORMED_RESPONSE;
    if (response != NULL && whole > *size)
        return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
    *size = whole;
    if (response == NULL)
        return TSS2_RC_SUCCESS;
    t->has_header = false;
    memcpy(response, t->header, HEADER_SIZE);
    return read_exactly(t->fd, response + HEADER_SIZE, whole - HEADER_SIZE) ? TSS2_RC_SUCCESS : TSS2_TCTI_RC_IO_ERROR;
}

static void finalize(TSS2_TCTI_CONTEXT *context)
{
    (void)context;
}

static TSS2_RC cancel(TSS2_TCTI_CONTEXT *context)
{
    (void)context;
    return TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

static TSS2_RC set_locality(TSS2_TCTI_CONTEXT *context, uint8_t locality)
{
    (void)context;
    return locality == 0 ? TSS2_RC_SUCCESS : TSS2_TCTI_RC_NOT_IMPLEMENTED;
}

void fd_tcti_init(struct fd_tcti *t, int fd)
{
    *t = (struct fd_tcti){.common = {.magic = TCTI_MAGIC,
                                     .version = 1,
                                     .transmit = transmit,
                                     .receive = receive,
                                     .finalize = finalize,
                                     .cancel = cancel,
                                     .setLocality = set_locality},
                          .fd = fd};
}

TSS2_TCTI_CONTEXT *fd_tcti_context(struct fd_tcti *t)
{
    return (TSS2_TCTI_CONTEXT *)(void *)t;
}
