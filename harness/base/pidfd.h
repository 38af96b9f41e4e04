/*
 * Descriptors that stand for a process (pidfd_open(2)): readable when it has ended, and never
 * another process's, whatever becomes of the number.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Close-on-exec; -1 and errno (ESRCH: no such process) on failure. The caller closes it. */
int pidfd_make(pid_t pid);
/* Waits until the process has ended (it may still have to be reaped) or the deadline (clock_now's
 * scale) has passed; true when it has ended. */
bool pidfd_await(int pidfd, int64_t deadline);
/* False and errno when the signal could not be sent; ESRCH when it has been reaped. */
bool pidfd_signal(int pidfd, int signal);
