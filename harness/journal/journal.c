#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"

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
    if (fd < 0) {
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make the journal %s", path);
        return NULL;
    }
    struct journal *journal = memory_new(struct journal);
    journal->fd = fd;
    return journal;
}

bool journal_write(struct journal *journal, json_t *record, struct lg_error *err)
{
    _cleanup_json_ json_t *owned = record;
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

/* Whole numbers as such: "fd":25 is what a person expects to read. */
static json_t *plain_number(double value)
{
    bool whole = value == floor(value) && fabs(value) < 9e15;
    return whole ? json_integer((json_int_t)value) : json_number(value);
}

static bool write_function(struct journal *journal, uint32_t number, const char *name,
                           struct lg_error *err)
{
    json_t *record = json_object();
    json_put(record, "record", json_text("function"));
    json_put(record, "number", json_integer(number));
    json_put(record, "name", json_text(name));
    return journal_write(journal, record, err);
}

static bool write_holder(struct journal *journal, uint32_t number, struct holder holder,
                         struct lg_error *err)
{
    json_t *record = json_object();
    json_put(record, "record", json_text("holder"));
    json_put(record, "number", json_integer(number));
    json_put(record, "gauge", json_text(gauge_info(holder.gauge)->name));
    if (holder.text != NULL) {
        json_put(record, "text", json_text(holder.text));
        return journal_write(journal, record, err);
    }
    json_t *stack = json_array();
    for (uint32_t i = 0; i < holder.depth; i++)
        json_push(stack, json_integer(holder.functions[i]));
    json_put(record, "stack", stack);
    return journal_write(journal, record, err);
}

static bool write_new_names(struct journal *journal, const struct holder_table *holders,
                            struct lg_error *err)
{
    for (; journal->functions < holder_table_function_count(holders); journal->functions++) {
        uint32_t number = (uint32_t)journal->functions;
        const char *name = holder_table_function_name(holders, number);
        if (!write_function(journal, number, name, err))
            return false;
    }
    for (; journal->holders < holder_table_count(holders); journal->holders++) {
        uint32_t number = (uint32_t)journal->holders;
        if (!write_holder(journal, number, holder_table_get(holders, number), err))
            return false;
    }
    return true;
}

static void push_difference(json_t *differences, struct holding holding)
{
    json_t *row = json_array();
    json_push(row, json_integer(holding.holder));
    json_push(row, json_integer(holding.value));
    if (holding.bytes != 0)
        json_push(row, json_integer((json_int_t)holding.bytes));
    json_push(differences, row);
}

/* Both lists are sorted by holder; one that stands only in `last` holds nothing any more. */
static json_t *holding_differences(const struct journal *journal, const struct sample *sample)
{
    json_t *differences = json_array();
    size_t old = 0, new = 0;
    while (old < journal->last.count || new < sample->holdings.count) {
        const struct holding *before = old < journal->last.count ? &journal->last.items[old] : NULL;
        const struct holding *now =
            new < sample->holdings.count ? &sample->holdings.items[new] : NULL;
        if (now == NULL || (before != NULL && before->holder < now->holder)) {
            push_difference(differences, (struct holding){.holder = before->holder});
            old++;
            continue;
        }
        bool same = before != NULL && before->holder == now->holder;
        if (!same || before->value != now->value || before->bytes != now->bytes)
            push_difference(differences, *now);
        new ++;
        old += same;
    }
    return differences;
}

static json_t *gauges_read(const struct sample *sample)
{
    json_t *gauges = json_object();
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (isfinite(sample->gauges[gauge]))
            json_put(gauges, gauge_info(gauge)->name, plain_number(sample->gauges[gauge]));
    return gauges;
}

bool journal_write_sample(struct journal *journal, const struct sample *sample,
                          const struct holder_table *holders, struct lg_error *err)
{
    if (!write_new_names(journal, holders, err))
        return false;
    json_t *record = json_object();
    json_put(record, "record", json_text("sample"));
    json_put(record, "phase", json_text(phase_name(sample->phase)));
    json_put(record, "iteration", json_integer(sample->iteration));
    if (sample->step > 0)
        json_put(record, "step", json_integer(sample->step));
    json_put(record, "at", json_number(sample->at));
    json_put(record, "took", json_number(sample->took));
    json_put(record, "gauges", gauges_read(sample));
    json_put(record, "holdings", holding_differences(journal, sample));
    json_put(record, "collections", json_integer((json_int_t)sample->collections));
    if (!journal_write(journal, record, err))
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
