#include "measure/evidence.h"

#include <errno.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/memory.h"

enum {
    /* What a target that is stuck may take to say where its goroutines stand. */
    GOROUTINES_MS = 2000
};

void evidence_begin(struct evidence *evidence, const char *directory)
{
    *evidence = (struct evidence){.directory = directory,
                                  .heap = {FILE_DRAFT_NONE, FILE_DRAFT_NONE},
                                  .goroutine = {FILE_DRAFT_NONE, FILE_DRAFT_NONE}};
}

static bool draft_write(const struct evidence *evidence, struct file_draft *draft, const char *name,
                        const char *bytes, size_t length, struct lg_error *err)
{
    _cleanup_free_ char *path = path_join(evidence->directory, name);
    return file_draft_write(draft, path, bytes, length, err);
}

bool evidence_take_profile(struct evidence *evidence, enum gauge gauge, const char *bytes,
                           size_t length, struct lg_error *err)
{
    bool is_heap = gauge == GAUGE_HEAP_STACK;
    struct evidence_profile *profile = is_heap ? &evidence->heap : &evidence->goroutine;
    if (!is_heap && gauge != GAUGE_GOROUTINE)
        return true;
    if (length > LIMIT_EVIDENCE_BYTES) {
        evidence->left_out = true;
        file_draft_discard(&profile->last); /* an earlier one would be taken for it */
        return true;
    }
    if (profile->first.fd < 0)
        return draft_write(evidence, &profile->first,
                           is_heap ? EVIDENCE_HEAP_FIRST : EVIDENCE_GOROUTINE_FIRST, bytes, length,
                           err);
    return draft_write(evidence, &profile->last,
                       is_heap ? EVIDENCE_HEAP_LAST : EVIDENCE_GOROUTINE_LAST, bytes, length, err);
}

/* What is over the limit is read and dropped: a target of a million goroutines still shows the
 * first hundred thousand. */
static bool append_to_limit(void *context, const char *bytes, size_t length)
{
    struct buffer *text = context;
    size_t room = LIMIT_EVIDENCE_BYTES - text->length;
    text->overflowed = text->overflowed || length > room;
    buffer_append(text, bytes, length < room ? length : room);
    return true;
}

void evidence_take_goroutines(const struct evidence *evidence, struct pprof *pprof)
{
    _cleanup_buffer_ struct buffer text = {0};
    _cleanup_free_ char *path = path_join(evidence->directory, EVIDENCE_GOROUTINES);
    pprof_set_timeout(pprof, GOROUTINES_MS);
    if (!pprof_fetch(pprof, "goroutine?debug=2", append_to_limit, &text, NULL))
        return;
    if (text.overflowed)
        buffer_format(&text, "\n[cut off: over the limit of %u bytes]\n", LIMIT_EVIDENCE_BYTES);
    file_write_atomic(path, buffer_string(&text), text.length, NULL);
}

static bool draft_publish(const struct evidence *evidence, struct file_draft *draft,
                          const char *name, struct lg_error *err)
{
    _cleanup_free_ char *path = path_join(evidence->directory, name);
    return file_draft_publish(draft, path, err);
}

bool evidence_publish(struct evidence *evidence, struct lg_error *err)
{
    return draft_publish(evidence, &evidence->heap.first, EVIDENCE_HEAP_FIRST, err) &&
           draft_publish(evidence, &evidence->heap.last, EVIDENCE_HEAP_LAST, err) &&
           draft_publish(evidence, &evidence->goroutine.first, EVIDENCE_GOROUTINE_FIRST, err) &&
           draft_publish(evidence, &evidence->goroutine.last, EVIDENCE_GOROUTINE_LAST, err);
}

void evidence_end(struct evidence *evidence)
{
    file_draft_discard(&evidence->heap.first);
    file_draft_discard(&evidence->heap.last);
    file_draft_discard(&evidence->goroutine.first);
    file_draft_discard(&evidence->goroutine.last);
}
