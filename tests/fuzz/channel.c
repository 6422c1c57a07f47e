/*
 * A packet from a process that was taken over: what is accepted has exactly the length that it names.
 */
#include "sys/channel.h"

#include <sys/socket.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    struct channel from;
    struct channel to;
    struct message m;
    FUZZ_CHECK(!failed(channel_pair(ends)));
    channel_init(&from, ends[0], 1000);
    channel_init(&to, ends[1], 1000);
    if (size != 0 && size < 100000 && send(from.fd, data, size, MSG_NOSIGNAL) == (ssize_t)size) {
        if (!failed(channel_recv(&to, &m))) {
            FUZZ_CHECK(size >= 16 && m.body.n == size - 16 && m.body.n <= 1000 && m.fd_count == 0);
            FUZZ_CHECK(m.type == (data[0] | data[1] << 8) && memcmp(m.body.p, data + 16, m.body.n) == 0);
        }
    }
    channel_clear(&from);
    channel_clear(&to);
    return 0;
}
