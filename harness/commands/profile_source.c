#include "commands/profile_source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/loop.h"
#include "commands/attach.h"
#include "probes/pprof.h"

bool profile_is_url(const char *source)
{
    return text_starts(source, "http://") || text_starts(source, "https://");
}

static bool read_file(const char *path, struct buffer *bytes, struct lg_error *err)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return lg_fail(err, LG_ERROR_INPUT, errno, "cannot open %s", path);
    if (!S_ISREG(status.st_mode))
        return lg_fail(err, LG_ERROR_INPUT, 0, "%s is not a regular file", path);
    return file_read(path, bytes, LG_ERROR_INPUT, err);
}

/* "profile?seconds=5" takes five seconds. */
static int64_t seconds_of_query(const char *profile)
{
    const char *query = strchr(profile, '?');
    const char *seconds = query != NULL ? strstr(query, "seconds=") : NULL;
    long number = seconds != NULL ? strtol(seconds + strlen("seconds="), NULL, 10) : 0;
    return number < 0 ? 0 : number > 3600 ? 3600 : number;
}

static bool read_url(const char *url, struct buffer *bytes, struct lg_error *err)
{
    unsigned short port = 0;
    bool ipv6 = false;
    const char *profile = "";
    if (!pprof_url_split(url, &port, &ipv6, &profile) || *profile == '\0')
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "%s: must be http://127.0.0.1:PORT/debug/pprof/PROFILE (or localhost, or "
                       "[::1])",
                       url);
    struct loop *loop = loop_new(err);
    struct pprof *pprof = loop != NULL ? pprof_new(loop, port, ipv6, err) : NULL;
    if (pprof != NULL)
        pprof_set_timeout(pprof, LIMIT_HTTP_TOTAL_MS + 1000 * seconds_of_query(profile));
    bool fetched = pprof != NULL && pprof_fetch(pprof, profile, bytes, err);
    pprof_free(pprof);
    loop_free(loop);
    return fetched;
}

bool profile_source_add(struct profile_top *top, enum profile_side side, const char *source,
                        struct lg_error *err)
{
    bool is_url = profile_is_url(source);
    _cleanup_buffer_ struct buffer bytes = BUFFER_INIT(LIMIT_GZIP_OUT_BYTES);
    if (!(is_url ? read_url(source, &bytes, err) : read_file(source, &bytes, err)))
        return false;
    if (profile_top_add(top, side, buffer_string(&bytes), bytes.length, err))
        return true;
    /* What does not fit the question or the other profile is no fault of this one. */
    if (err->class != LG_ERROR_TARGET)
        return false;
    err->class = is_url ? LG_ERROR_TARGET : LG_ERROR_INPUT;
    return lg_context(err, "%s", source);
}
