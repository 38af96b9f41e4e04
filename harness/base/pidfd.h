/*
 * Descriptors that stand for a process (pidfd_open(2)): readable when it has ended, and never
 * another process's, whatever becomes of the number. They are close-on-exec.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/pidfd.h>

/* Waits until the process has ended (it may still have to be reaped) or the deadline (clock_now's
 * scale) has passed; true when it has ended. */
bool pidfd_await(int pidfd, int64_t deadline);
