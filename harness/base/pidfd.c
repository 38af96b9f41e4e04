#include "base/pidfd.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"

bool pidfd_await(int pidfd, int64_t deadline)
{
    struct pollfd ended = {.fd = pidfd, .events = POLLIN};
    for (;;) {
        int ready = poll(&ended, 1, clock_remaining_ms(deadline));
        if (ready > 0)
            return true;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}
