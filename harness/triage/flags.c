/* What is out of range. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/regex.h"
#include "triage/triage.h"
#include "verdict/program_functions.h"

/* Rows were checked when they were read; what backtracks for too long matches nothing. */
bool triage_matches(const struct regex *regex, const char *text)
{
    bool found = false;
    return regex == NULL || (regex_search(regex, text, strlen(text), &found, NULL) && found);
}

static double total_of(const struct named_counts *counts)
{
    double total = 0;
    for (size_t i = 0; i < counts->count; i++)
        total += counts->items[i].count;
    return total;
}

static double largest_of(const struct named_counts *counts, char **what)
{
    *what = counts->count > 0 ? memory_copy_text(counts->items[0].name) : NULL;
    return counts->count > 0 ? counts->items[0].count : 0;
}

/* Of what has no name: eventpoll, inotify, eventfd and their like. A program has one or a few of
 * each, whatever it works on. */
static double alike_of(const struct triage *triage, char **what)
{
    for (size_t i = 0; i < triage->descriptors.count; i++) {
        const char *kind = triage->descriptors.items[i].name;
        if (strcmp(kind, "file") == 0 || strcmp(kind, "device") == 0 ||
            strcmp(kind, "socket") == 0 || strcmp(kind, "pipe") == 0)
            continue;
        *what = memory_copy_text(kind);
        return triage->descriptors.items[i].count;
    }
    return 0;
}

static double files_matching(const struct triage *triage, const struct regex *match)
{
    double found = 0;
    for (size_t i = 0; i < triage->files.count; i++)
        found += triage->files.items[i].link[0] == '/' &&
                 triage_matches(match, triage->files.items[i].link);
    return isnan(triage->fds) ? NAN : found;
}

static double databases_locked(const struct triage *triage, char **what)
{
    double locked = 0;
    for (size_t i = 0; i < triage->database_count; i++) {
        const struct database *database = &triage->databases[i];
        size_t j = 0;
        while (j < database->lock_count && !database->locks[j].blocks)
            j++;
        if (j == database->lock_count)
            continue;
        if (locked++ == 0)
            *what = memory_format("%s, %s lock of %s", database->path, database->locks[j].lock,
                                  database->locks[j].owner);
    }
    return isnan(triage->fds) ? NAN : locked;
}

/* What waits for another goroutine; a read from a descriptor or a timer is nobody's fault. */
static bool may_be_stuck(const char *state)
{
    static const char *const states[] = {"chan send", "chan receive", "sync.", "semacquire",
                                         "select"};
    for (size_t i = 0; i < COUNT_OF(states); i++)
        if (text_starts(state, states[i]))
            return true;
    return false;
}

/* The figure of goroutines: all that match, or the largest group of those alike. */
static double goroutines_of(const struct triage *triage, const struct healthy_row *row,
                            const struct regex *match, char **what)
{
    double all = 0, largest = 0;
    const struct goroutine_group *foremost = NULL;
    for (size_t i = 0; i < triage->goroutines.count; i++) {
        const struct goroutine_group *group = &triage->goroutines.groups[i];
        bool blocked = row->figure == HEALTHY_GOROUTINES_BLOCKED;
        if (!triage_matches(match, group->stack) || (blocked && !may_be_stuck(group->state)))
            continue;
        double count = blocked ? group->waiting : group->count;
        all += count;
        if (count > largest) {
            largest = count;
            foremost = group;
        }
    }
    if (foremost != NULL) {
        _cleanup_free_ char *headline = stack_headline(foremost->stack, triage->build.module);
        *what = memory_format("%s [%s]", headline, foremost->state);
    }
    if (triage->goroutines.goroutines == 0)
        return NAN;
    return row->figure == HEALTHY_GOROUTINES ? all : largest;
}

static double figure_of(const struct triage *triage, const struct healthy_row *row,
                        const struct regex *match, char **what)
{
    const double mebi = 0x1p20, percent = 100;
    bool mapped = triage->map.total.regions > 0;
    switch (row->figure) {
    case HEALTHY_RSS_MB:
        return triage->rss / mebi;
    case HEALTHY_SWAP_MB:
        return mapped ? triage->map.total.swap / mebi : NAN;
    case HEALTHY_MAPPINGS:
        return mapped ? (double)triage->map.total.regions : NAN;
    case HEALTHY_THREADS:
        return triage->threads.count > 0 ? (double)triage->threads.count : NAN;
    case HEALTHY_FDS:
        return triage->fds;
    case HEALTHY_FDS_ALIKE:
        return isnan(triage->fds) ? NAN : alike_of(triage, what);
    case HEALTHY_SAME_FILE:
        return isnan(triage->fds) ? NAN : largest_of(&triage->same_files, what);
    case HEALTHY_FILES:
        return files_matching(triage, match);
    case HEALTHY_SQLITE_LOCKED:
        return databases_locked(triage, what);
    case HEALTHY_GOROUTINES:
    case HEALTHY_GOROUTINES_ALIKE:
    case HEALTHY_GOROUTINES_BLOCKED:
        return goroutines_of(triage, row, match, what);
    case HEALTHY_CPU_PERCENT:
        return triage->cpu * percent;
    case HEALTHY_CHILDREN:
        (void)largest_of(&triage->children, what);
        return triage->state != 0 ? total_of(&triage->children) : NAN;
    case HEALTHY_ZOMBIES:
        (void)largest_of(&triage->zombies, what);
        return triage->state != 0 ? total_of(&triage->zombies) : NAN;
    case HEALTHY_STARTED_PER_SECOND:
        return triage->seconds > 0 ? total_of(&triage->tools) / triage->seconds : NAN;
    case HEALTHY_FIGURES:
        break;
    }
    return NAN;
}

/* By how many times the healthy most it is; of a most of 0 the figure itself. */
static double severity(const struct flag *flag)
{
    return flag->row->most > 0 ? flag->figure / flag->row->most : flag->figure;
}

static int by_severity(const void *a, const void *b)
{
    double left = severity(a), right = severity(b);
    return (left < right) - (left > right);
}

void triage_judge(struct triage *triage, const struct healthy_rows *healthy)
{
    for (size_t i = 0; i < healthy->count; i++) {
        const struct healthy_row *row = &healthy->items[i];
        _cleanup_regex_ struct regex *match =
            row->match != NULL ? regex_new(row->match, NULL) : NULL;
        char *what = NULL;
        double figure = figure_of(triage, row, match, &what);
        if (figure > row->most)
            array_append(triage->flags, triage->flag_count, triage->flag_capacity,
                         (struct flag){row, figure, take_pointer(what)});
        free(what);
    }
    if (triage->flag_count > 0)
        qsort(triage->flags, triage->flag_count, sizeof *triage->flags, by_severity);
}
