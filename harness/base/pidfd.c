#include "base/pidfd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include "base/clock.h"

/* By number: glibc has wrappers from 2.36 on only. */
int pidfd_make(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool pidfd_signal(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == 0;
}

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
