/*
 * pprof over one keep-alive HTTP connection in the run's event loop: while a profile is fetched the
 * loop goes on draining the terminal. Limits: LIMIT_HTTP_*. Only loopback, no proxy, no redirect.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/loop.h"

struct pprof;

/* No connection is made before the first fetch. */
LG_CHECKED struct pprof *pprof_new(struct loop *loop, unsigned short port, bool ipv6,
                                   struct lg_error *err);
void pprof_free(struct pprof *pprof);

/* GET /debug/pprof/PATH, appended to `body`, whose maximum counts as well; status other than 200 is
 * an error (LG_ERROR_TARGET), with the first line of the body. Runs the loop until it is done.
 * LG_ERROR_CANCELLED when the loop was stopped. */
LG_CHECKED bool pprof_fetch(struct pprof *pprof, const char *path, struct buffer *body,
                            struct lg_error *err);
/* The same, handing each piece to `take` as it comes; false from it ends the transfer, and *err is
 * then its own. A body has no maximum but LIMIT_HTTP_STREAM_BYTES. */
typedef bool pprof_taker(void *context, const char *bytes, size_t length, struct lg_error *err);
LG_CHECKED bool pprof_stream(struct pprof *pprof, const char *path, pprof_taker *take,
                             void *context, struct lg_error *err);
/* The HTTP status of the last answer; 0: there was none. */
long pprof_status(const struct pprof *pprof);
/* How long one fetch may take at most, in ms; LIMIT_HTTP_TOTAL_MS until it is set. */
void pprof_set_timeout(struct pprof *pprof, int64_t ms);
/* False: the connection is closed after each fetch, for a port that may be somebody else's. True
 * until it is set. */
void pprof_set_keep_alive(struct pprof *pprof, bool keep_alive);
/* Is it net/http/pprof that answers there? Else an error, class LG_ERROR_TARGET. */
LG_CHECKED bool pprof_answers(struct pprof *pprof, struct lg_error *err);
/* Connections opened so far: 1 as long as keep-alive holds. */
unsigned pprof_connections(const struct pprof *pprof);
