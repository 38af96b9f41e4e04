#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "journal/record_json.h"
#include "journal/samples.h"

struct journal {
    int fd;
    size_t bytes;     /* written so far */
    size_t functions; /* written so far, by number */
    size_t holders;
    struct holding_list last; /* holdings of the last sample written */
};

struct journal *journal_create(const char *path, struct lg_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return lg_fail_null(err, LG_ERROR_INTERNAL, errno, "cannot make the journal %s", path);
    struct journal *journal = memory_new(struct journal);
    journal->fd = fd;
    return journal;
}

/* Steals the object. */
static bool write_line(struct journal *journal, json_t *object, struct lg_error *err)
{
    _cleanup_json_ json_t *owned = object;
    _cleanup_free_ char *line = json_one_line(owned);
    size_t length = strlen(line);
    /* The newline takes the place of the NUL, so that line and end go out in one write. */
    line[length] = '\n';
    if (!file_write_all(journal->fd, line, length + 1, err)) {
        /* What came of it is a stump, behind which nothing could be read. */
        int ignored = ftruncate(journal->fd, (off_t)journal->bytes);
        (void)ignored;
        return lg_context(err, "the journal");
    }
    journal->bytes += length + 1;
    return true;
}

bool journal_write(struct journal *journal, const struct journal_record *record,
                   struct lg_error *err)
{
    return write_line(journal, record_to_json(record), err);
}

bool journal_write_sample(struct journal *journal, const struct sample *sample,
                          const struct holder_table *holders, struct lg_error *err)
{
    for (; journal->functions < holder_table_function_count(holders); journal->functions++)
        if (!write_line(journal, function_to_json(holders, (uint32_t)journal->functions), err))
            return false;
    for (; journal->holders < holder_table_count(holders); journal->holders++)
        if (!write_line(journal, holder_to_json(holders, (uint32_t)journal->holders), err))
            return false;
    if (!write_line(journal, sample_to_json(sample, &journal->last), err))
        return false;
    holding_list_copy(&journal->last, &sample->holdings);
    return true;
}

size_t journal_bytes(const struct journal *journal)
{
    return journal->bytes;
}

bool journal_sync(struct journal *journal, struct lg_error *err)
{
    return fdatasync(journal->fd) == 0 || errno == EINVAL ||
           lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot sync the journal");
}

bool journal_close(struct journal *journal, struct lg_error *err)
{
    if (journal == NULL)
        return true;
    /* EINVAL: a pipe or a device, which has nothing to sync. */
    bool synced = fsync(journal->fd) == 0 || errno == EINVAL;
    int errnum = synced ? 0 : errno;
    if (close(journal->fd) != 0 && synced)
        errnum = errno;
    holding_list_free(&journal->last);
    free(journal);
    return errnum == 0 || lg_fail(err, LG_ERROR_INTERNAL, errnum, "cannot close the journal");
}
