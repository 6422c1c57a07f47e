/*
 * One connection as a stream of bytes, with TLS or without; non-blocking. Internal to net.
 */
#pragma once

#include "net/tls.h"

struct stream; /* owns its descriptor */

enum stream_state { STREAM_FAILED = 0, STREAM_DONE, STREAM_WANTS_READ, STREAM_WANTS_WRITE, STREAM_CLOSED };

/*
 * stream_server, stream_client - over a non-blocking descriptor, which becomes the stream's; tls may be NULL for plain.
 * A client names the host that the certificate must be for: a DNS name or an address.
 * stream_free - closes it (NULL is fine).
 *
 * out      *out only on success; on failure the descriptor is closed
 * errors   NOMEM, BUG
 */
MUST_CHECK struct err stream_server(struct tls_server *tls, int fd, struct stream **out);
MUST_CHECK struct err stream_client(struct tls_client *tls, int fd, const char *host, struct stream **out);
void stream_free(struct stream *s);
int stream_fd(const struct stream *s);

/*
 * stream_read, stream_write - move some bytes: DONE with *n of them; a handshake happens on the way. CLOSED: the peer
 * ended the stream properly. FAILED: anything else.
 * stream_certificate_failed - after FAILED: whether the peer's certificate did not hold.
 *
 * out      *n only with DONE
 * errors   as a state
 */
enum stream_state stream_read(struct stream *s, uint8_t *to, size_t room, size_t *n);
enum stream_state stream_write(struct stream *s, struct bytes data, size_t *n);
bool stream_certificate_failed(const struct stream *s);
