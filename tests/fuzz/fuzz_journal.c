/* Journals: read back whole and followed, from a file in memory. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "journal/follower.h"
#include "journal/run_record.h"

static void ignore(void *context, const struct journal_record *record)
{
    (void)context;
    (void)record;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct lg_error err = {0};
    _cleanup_close_ int file = file_in_memory("journal");
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (file < 0 || !file_write_all(file, data, size, &err))
        abort();
    struct run_record *record = run_record_read(path, &err);
    if ((record == NULL) == (err.class == LG_ERROR_NONE))
        abort();
    run_record_free(record);
    struct journal_follower *follower = journal_follow(path);
    journal_follow_more(follower, ignore, NULL);
    journal_follow_end(follower);
    return 0;
}
