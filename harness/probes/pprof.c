#include "probes/pprof.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"

enum {
    CONNECTION_AGE_SECONDS = 24 * 60 * 60, /* a fresh one in the middle of a run would be noise */
    RECEIVE_BYTES = 256 * 1024,
    COMPLAINT_BYTES = 200, /* of the body of an answer other than 200, for the message */
    INDEX_BYTES = 64 * 1024,
    SPARE_MS = 1000 /* curl ends a slow transfer with a better message than the loop's */
};

struct pprof {
    struct loop *loop;
    CURL *easy;
    char *address; /* "http://127.0.0.1:6060/debug/pprof/" */
    int64_t timeout_ms;
    bool keep_alive;
    unsigned connections;
    long status;
};

struct transfer {
    struct pprof *pprof;
    struct buffer *body; /* or: */
    pprof_taker *take;
    void *context;
    struct lg_error *refusal; /* the taker's */
    size_t body_bytes;
    size_t header_bytes;
    const char *too_large; /* "the body is", "the headers are"; NULL: nothing is */
    size_t limit;          /* that was reached then */
    struct buffer complaint;
    bool done;
    CURLcode result;
};

static size_t refuse(struct transfer *transfer, const char *too_large, size_t limit)
{
    transfer->too_large = too_large;
    transfer->limit = limit;
    return CURL_WRITEFUNC_ERROR;
}

static size_t body_received(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    long status = 0;
    curl_easy_getinfo(transfer->pprof->easy, CURLINFO_RESPONSE_CODE, &status);
    size_t most = transfer->take != NULL ? LIMIT_HTTP_STREAM_BYTES : LIMIT_HTTP_BODY_BYTES;
    transfer->body_bytes += length;
    if (transfer->body_bytes > most)
        return refuse(transfer, "the body is", most);
    if (status != 200) {
        size_t room = COMPLAINT_BYTES - transfer->complaint.length;
        buffer_append(&transfer->complaint, bytes, length < room ? length : room);
        return length;
    }
    if (transfer->take != NULL)
        return transfer->take(transfer->context, bytes, length, transfer->refusal)
                   ? length
                   : CURL_WRITEFUNC_ERROR;
    return buffer_append_limited(transfer->body, bytes, length)
               ? length
               : refuse(transfer, "the body is", transfer->body->maximum);
}

static size_t header_received(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    (void)bytes;
    transfer->header_bytes += size * count;
    return transfer->header_bytes <= LIMIT_HTTP_HEADER_BYTES
               ? size * count
               : refuse(transfer, "the headers are", LIMIT_HTTP_HEADER_BYTES);
}

/* What holds for every fetch of this handle. */
static bool easy_configure(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)LIMIT_HTTP_CONNECT_MS) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)CONNECTION_AGE_SECONDS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_AGE_SECONDS) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, body_received) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_received) == CURLE_OK;
}

struct pprof *pprof_new(struct loop *loop, unsigned short port, bool ipv6, struct lg_error *err)
{
    CURL *easy = curl_easy_init();
    if (easy == NULL || !easy_configure(easy)) {
        curl_easy_cleanup(easy);
        lg_fail(err, LG_ERROR_INTERNAL, 0, "cannot make a libcurl handle");
        return NULL;
    }
    struct pprof *pprof = memory_new(struct pprof);
    pprof->loop = loop;
    pprof->easy = easy;
    pprof->timeout_ms = LIMIT_HTTP_TOTAL_MS;
    pprof->keep_alive = true;
    /* libcurl takes "localhost" for ::1 and then 127.0.0.1: a socket at [::] is reached by the
     * second where the machine has no IPv6. */
    pprof->address =
        memory_format("http://%s:%u/debug/pprof/", ipv6 ? "localhost" : "127.0.0.1", port);
    return pprof;
}

void pprof_free(struct pprof *pprof)
{
    if (pprof == NULL)
        return;
    curl_easy_cleanup(pprof->easy);
    free(pprof->address);
    free(pprof);
}

void pprof_set_timeout(struct pprof *pprof, int64_t ms)
{
    pprof->timeout_ms = ms;
}

void pprof_set_keep_alive(struct pprof *pprof, bool keep_alive)
{
    pprof->keep_alive = keep_alive;
}

unsigned pprof_connections(const struct pprof *pprof)
{
    return pprof->connections;
}

long pprof_status(const struct pprof *pprof)
{
    return pprof->status;
}

/* Whoever's message comes is told: several fetches can be under way in one loop. */
static bool transfer_done(void *context)
{
    struct transfer *transfer = context;
    CURLM *multi = loop_transfers(transfer->pprof->loop, NULL);
    int left = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
        struct transfer *ended = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&ended);
        if (ended == NULL)
            continue;
        ended->result = message->data.result;
        ended->done = true;
    }
    return transfer->done;
}

static bool transfer_prepare(struct transfer *transfer, const char *path, struct lg_error *err)
{
    CURL *easy = transfer->pprof->easy;
    _cleanup_free_ char *url = memory_format("%s%s", transfer->pprof->address, path);
    if (curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)transfer->pprof->timeout_ms) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, transfer->pprof->keep_alive ? 0L : 1L) ==
            CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK &&
        curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK)
        return true;
    return lg_fail(err, LG_ERROR_INTERNAL, 0, "cannot set up a transfer of %s", url);
}

static enum loop_result transfer_run(struct transfer *transfer, struct lg_error *err)
{
    struct pprof *pprof = transfer->pprof;
    CURLM *multi = loop_transfers(pprof->loop, err);
    if (multi == NULL)
        return LOOP_FAILED;
    if (curl_multi_add_handle(multi, pprof->easy) != CURLM_OK) {
        lg_fail(err, LG_ERROR_INTERNAL, 0, "cannot start a transfer");
        return LOOP_FAILED;
    }
    int64_t deadline = clock_deadline(pprof->timeout_ms + SPARE_MS);
    enum loop_result result =
        loop_run_until(pprof->loop, transfer_done, NULL, transfer, deadline, err);
    long opened = 0;
    curl_easy_getinfo(pprof->easy, CURLINFO_NUM_CONNECTS, &opened);
    curl_easy_getinfo(pprof->easy, CURLINFO_RESPONSE_CODE, &pprof->status);
    pprof->connections += (unsigned)opened;
    curl_multi_remove_handle(multi, pprof->easy);
    return result;
}

static bool transfer_finish(const struct transfer *transfer, enum loop_result result,
                            struct lg_error *err)
{
    switch (result) {
    case LOOP_DEADLINE:
        return lg_fail(err, LG_ERROR_TARGET, 0, "no answer within %lld ms",
                       (long long)transfer->pprof->timeout_ms);
    case LOOP_STOPPED:
        return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by a signal");
    case LOOP_FAILED:
        return false;
    case LOOP_DONE:
        break;
    }
    if (transfer->result != CURLE_OK && transfer->refusal != NULL &&
        transfer->refusal->class != LG_ERROR_NONE) {
        *err = *transfer->refusal;
        return false;
    }
    if (transfer->result != CURLE_OK && transfer->too_large != NULL)
        return lg_fail(err, LG_ERROR_TARGET, 0, "%s larger than the limit of %zu bytes",
                       transfer->too_large, transfer->limit);
    if (transfer->result != CURLE_OK)
        return lg_fail(err, LG_ERROR_TARGET, 0, "%s", curl_easy_strerror(transfer->result));
    long status = transfer->pprof->status;
    if (status == 200)
        return true;
    _cleanup_free_ char *line = text_harmless(buffer_string(&transfer->complaint), true);
    line[strcspn(line, "\n")] = '\0';
    return lg_fail(err, LG_ERROR_TARGET, 0, "HTTP status %ld%s%s", status,
                   line[0] != '\0' ? ": " : "", line);
}

static bool fetch(struct transfer *transfer, const char *path, struct lg_error *err)
{
    bool fetched = transfer_prepare(transfer, path, err) &&
                   transfer_finish(transfer, transfer_run(transfer, err), err);
    buffer_free(&transfer->complaint);
    return fetched || lg_context(err, "pprof %s%s", transfer->pprof->address, path);
}

bool pprof_fetch(struct pprof *pprof, const char *path, struct buffer *body, struct lg_error *err)
{
    struct transfer transfer = {.pprof = pprof, .body = body};
    return fetch(&transfer, path, err);
}

bool pprof_stream(struct pprof *pprof, const char *path, pprof_taker *take, void *context,
                  struct lg_error *err)
{
    struct lg_error refusal = {0};
    struct transfer transfer = {
        .pprof = pprof, .take = take, .context = context, .refusal = &refusal};
    return fetch(&transfer, path, err);
}

/* Its index lists the profiles; nothing else answers so. */
bool pprof_answers(struct pprof *pprof, struct lg_error *err)
{
    static const char *const words[] = {"pprof", "goroutine", "heap"};
    _cleanup_buffer_ struct buffer index = BUFFER_INIT(INDEX_BYTES);
    if (!pprof_fetch(pprof, "", &index, err))
        return false;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strstr(buffer_string(&index), words[i]) == NULL)
            return lg_fail(err, LG_ERROR_TARGET, 0, "what answers at %s is not pprof",
                           pprof->address);
    return true;
}
