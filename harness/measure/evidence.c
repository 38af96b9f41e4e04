#include "measure/evidence.h"

#include "base/limits.h"
#include "base/memory.h"

enum {
    HEAP,
    GOROUTINE = 2,
    PROFILES = 4,
    /* How long a target that is stuck may take to say where its goroutines stand. */
    GOROUTINES_MS = 2000
};

/* In the order of evidence.profiles. */
static const char *const file_names[PROFILES] = {EVIDENCE_HEAP_FIRST, EVIDENCE_HEAP_LAST,
                                                 EVIDENCE_GOROUTINE_FIRST, EVIDENCE_GOROUTINE_LAST};

void evidence_begin(struct evidence *evidence, const char *directory)
{
    *evidence = (struct evidence){.directory = directory};
    for (size_t i = 0; i < PROFILES; i++)
        evidence->profiles[i] = FILE_DRAFT_NONE;
}

bool evidence_take_profile(struct evidence *evidence, enum gauge gauge, const char *bytes,
                           size_t length, struct lg_error *err)
{
    size_t first = gauge == GAUGE_HEAP_STACK ? HEAP : GOROUTINE;
    if (gauge != GAUGE_HEAP_STACK && gauge != GAUGE_GOROUTINE)
        return true;
    if (length > LIMIT_EVIDENCE_BYTES) {
        evidence->left_out = true;
        file_draft_discard(&evidence->profiles[first + 1]); /* it is no longer the last */
        return true;
    }
    size_t i = evidence->profiles[first].fd < 0 ? first : first + 1;
    _cleanup_free_ char *path = path_join(evidence->directory, file_names[i]);
    return file_draft_write(&evidence->profiles[i], path, bytes, length, err);
}

/* What is over the limit is dropped: a target of a million goroutines still shows the first hundred
 * thousand. */
void evidence_take_goroutines(const struct evidence *evidence, struct pprof *pprof)
{
    _cleanup_buffer_ struct buffer text = {0};
    _cleanup_free_ char *path = path_join(evidence->directory, EVIDENCE_GOROUTINES);
    pprof_set_timeout(pprof, GOROUTINES_MS);
    if (!pprof_fetch(pprof, "goroutine?debug=2", &text, NULL))
        return;
    if (text.length > LIMIT_EVIDENCE_BYTES) {
        text.length = LIMIT_EVIDENCE_BYTES;
        buffer_format(&text, "\n[cut off: over the limit of %u bytes]\n", LIMIT_EVIDENCE_BYTES);
    }
    /* Evidence that cannot be written is missing, and no reason to end a run. */
    (void)!file_write_atomic(path, buffer_string(&text), text.length, NULL);
}

bool evidence_publish(struct evidence *evidence, struct lg_error *err)
{
    for (size_t i = 0; i < PROFILES; i++) {
        _cleanup_free_ char *path = path_join(evidence->directory, file_names[i]);
        if (!file_draft_publish(&evidence->profiles[i], path, err))
            return false;
    }
    return true;
}

void evidence_end(struct evidence *evidence)
{
    for (size_t i = 0; i < PROFILES; i++)
        file_draft_discard(&evidence->profiles[i]);
}
