#include "measure/stop_signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGQUIT);
}

bool stop_signals_block(struct lg_error *err)
{
    sigset_t set;
    stop_signals(&set);
    /* Where whoever started leakgate ignored SIGCHLD, the status of children would be lost. */
    if (signal(SIGCHLD, SIG_DFL) == SIG_ERR || sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot block signals");
    return true;
}

int stop_signals_open(struct lg_error *err)
{
    sigset_t set;
    stop_signals(&set);
    int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0)
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a signalfd");
    return signals;
}
