/* The process that a command looks at, which runs already: by PID, NAME, --port or --url. */
#pragma once

#include "base/error.h"
#include "base/loop.h"
#include "commands/options.h"
#include "probes/find_process.h"
#include "probes/pprof.h"
#include "probes/probe.h"

struct attachment {
    struct loop *loop;
    struct found_process process; /* of pid 0: a --url whose process is not one of this machine's */
    struct probe *probe;          /* NULL then */
    struct pprof *pprof;          /* NULL: it serves none */
    struct pprof *url_pprof;      /* owned, where there is no probe */
    struct lg_error no_pprof;     /* why it serves none */
};

/* The parts of "http://127.0.0.1:6060" or localhost or [::1], and what stands behind /debug/pprof/
 * in it ("": nothing). False for any other address. */
bool pprof_url_split(const char *url, unsigned short *port, bool *ipv6, const char **profile);

/* The process that `operand` (a PID or the name of a program; NULL) and the options name. Where
 * several fit they are printed, as a table to choose from on standard error. class LG_ERROR_INPUT
 * where not one fits, LG_ERROR_TARGET where a --url does not answer as pprof does. */
LG_CHECKED bool attach_find(const struct arguments *arguments, const char *operand,
                            struct found_process *process, struct lg_error *err);
/* The same, with a loop, a probe and pprof. */
LG_CHECKED bool attach(const struct arguments *arguments, const char *operand,
                       struct attachment *attachment, struct lg_error *err);
void attachment_free(struct attachment *attachment);
#define _cleanup_attachment_ __attribute__((cleanup(attachment_free)))
