"""The machine that is measured on: what it is, and how much of it others use meanwhile."""

import os
import resource
import time

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_model():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "unknown"


def busy_seconds():
    """CPU seconds of all processes since boot, with interrupts and what the hypervisor took."""
    with open("/proc/stat", encoding="ascii") as lines:
        numbers = [int(word) for word in lines.readline().split()[1:9]]
    user, nice, system, _idle, _iowait, interrupt, soft_interrupt, steal = numbers
    return (user + nice + system + interrupt + soft_interrupt + steal) / TICKS


def _own_seconds():
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


class Others:
    """Cores that processes other than ours kept busy between the making of this and `cores`. All
    children have to be waited for by then, for only then does the kernel count them as ours."""

    def __init__(self):
        self.began = time.monotonic()
        self.busy = busy_seconds()
        self.own = _own_seconds()

    def cores(self):
        busy = busy_seconds() - self.busy - (_own_seconds() - self.own)
        return max(0.0, busy / (time.monotonic() - self.began))


def await_quiet(seconds, enough=0.1):
    """Waits, at most so many seconds, until less than `enough` cores are busy over two seconds.
    Returns the cores that were busy last."""
    deadline = time.monotonic() + seconds
    while True:
        others = Others()
        time.sleep(2)
        cores = others.cores()
        if cores < enough or time.monotonic() >= deadline:
            return cores
