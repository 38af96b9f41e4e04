#include "verdict/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "verdict/holder_key.h"
#include "verdict/runtime_memory.h"

enum { NO_ACCOUNT = -1 };

static struct stretch add_phase(struct ledger *ledger, enum phase phase)
{
    const struct series *series = ledger->series;
    struct stretch stretch = {.first = ledger->columns};
    for (size_t i = 0; i < series->count; i++) {
        if (series->samples[i].phase != phase)
            continue;
        ledger->samples[ledger->columns] = &series->samples[i];
        ledger->positions[ledger->columns++] = series_position(series, &series->samples[i]);
    }
    stretch.count = ledger->columns - stretch.first;
    return stretch;
}

/* A holder's key while the accounts are being made. */
struct entry {
    enum gauge gauge;
    char *key;
    uint32_t holder;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->gauge != y->gauge)
        return x->gauge < y->gauge ? -1 : 1;
    int by_key = strcmp(x->key, y->key);
    if (by_key != 0)
        return by_key;
    return (x->holder > y->holder) - (x->holder < y->holder);
}

static struct entry *entries_of(const struct holder_table *table, size_t *count)
{
    size_t holders = table != NULL ? holder_table_count(table) : 0;
    struct entry *entries = memory_array(holders, sizeof *entries);
    *count = 0;
    for (uint32_t number = 0; number < holders; number++) {
        struct holder holder = holder_table_get(table, number);
        char *key = holder_key(table, holder);
        if (key != NULL)
            entries[(*count)++] =
                (struct entry){.gauge = holder.gauge, .key = key, .holder = number};
    }
    qsort(entries, *count, sizeof *entries, compare_entries);
    return entries;
}

static void account_open(struct ledger *ledger, struct entry *entry)
{
    bool heap = entry->gauge == GAUGE_HEAP_STACK;
    ledger->accounts[ledger->count++] = (struct account){
        .gauge = entry->gauge,
        .key = memory_copy_text(entry->key),
        .example = entry->holder,
        .values = memory_array(ledger->columns, sizeof(double)),
        .bytes = heap ? memory_array(ledger->columns, sizeof(double)) : NULL,
    };
}

static bool is_same_account(const struct account *account, const struct entry *entry)
{
    return account->gauge == entry->gauge && strcmp(account->key, entry->key) == 0;
}

/* Opens one account per gauge and key; which one each holder belongs to is the result. */
static long *open_accounts(struct ledger *ledger, const struct holder_table *table)
{
    size_t holders = table != NULL ? holder_table_count(table) : 0;
    long *account_of = memory_array(holders, sizeof *account_of);
    for (size_t i = 0; i < holders; i++)
        account_of[i] = NO_ACCOUNT;
    size_t count = 0;
    _cleanup_free_ struct entry *entries = entries_of(table, &count);
    ledger->accounts = memory_array(count, sizeof *ledger->accounts);
    for (size_t i = 0; i < count; i++) {
        if (ledger->count == 0 ||
            !is_same_account(&ledger->accounts[ledger->count - 1], &entries[i]))
            account_open(ledger, &entries[i]);
        free(entries[i].key);
        account_of[entries[i].holder] = (long)ledger->count - 1;
    }
    return account_of;
}

static size_t holder_count(const struct series *series)
{
    return series->holders != NULL ? holder_table_count(series->holders) : 0;
}

static void fill_column(struct ledger *ledger, const long *account_of, size_t column)
{
    const struct sample *sample = ledger->samples[column];
    size_t holders = holder_count(ledger->series);
    for (size_t i = 0; i < sample->holdings.count; i++) {
        const struct holding *holding = &sample->holdings.items[i];
        if (holding->holder >= holders)
            continue;
        if (account_of[holding->holder] == NO_ACCOUNT) {
            /* Only heap stacks hold bytes. */
            ledger->left_out[column] += (double)holding->bytes;
            continue;
        }
        struct account *account = &ledger->accounts[account_of[holding->holder]];
        account->values[column] += holding->value;
        if (account->bytes != NULL)
            account->bytes[column] += (double)holding->bytes;
    }
}

struct ledger *ledger_new(const struct series *series)
{
    struct ledger *ledger = memory_new(struct ledger);
    ledger->series = series;
    ledger->samples = memory_array(series->count, sizeof *ledger->samples);
    ledger->positions = memory_array(series->count, sizeof *ledger->positions);
    ledger->idle = add_phase(ledger, PHASE_IDLE);
    ledger->loop = add_phase(ledger, PHASE_LOOP);
    ledger->drain = add_phase(ledger, PHASE_DRAIN);
    _cleanup_free_ long *account_of = open_accounts(ledger, series->holders);
    ledger->left_out = memory_array(ledger->columns, sizeof *ledger->left_out);
    for (size_t column = 0; column < ledger->columns; column++)
        fill_column(ledger, account_of, column);
    runtime_memory_subtract_stacks(ledger);
    return ledger;
}

void ledger_free(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    for (size_t i = 0; i < ledger->count; i++) {
        free(ledger->accounts[i].key);
        free(ledger->accounts[i].values);
        free(ledger->accounts[i].bytes);
    }
    free(ledger->accounts);
    free(ledger->samples);
    free(ledger->positions);
    free(ledger->left_out);
    free(ledger);
}

void cleanup_ledger(struct ledger **ledger)
{
    ledger_free(*ledger);
    *ledger = NULL;
}

const struct account *ledger_accounts(const struct ledger *ledger, enum gauge gauge, size_t *count)
{
    size_t first = 0;
    while (first < ledger->count && ledger->accounts[first].gauge < gauge)
        first++;
    size_t end = first;
    while (end < ledger->count && ledger->accounts[end].gauge == gauge)
        end++;
    *count = end - first;
    return ledger->accounts + first;
}

const struct account *ledger_account(const struct ledger *ledger, enum gauge gauge, const char *key)
{
    size_t count;
    const struct account *accounts = ledger_accounts(ledger, gauge, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(accounts[i].key, key) == 0)
            return &accounts[i];
    return NULL;
}

double *ledger_totals(const struct ledger *ledger, enum gauge gauge)
{
    double *totals = memory_array(ledger->columns, sizeof *totals);
    for (size_t column = 0; column < ledger->columns; column++)
        totals[column] = ledger->samples[column]->gauges[gauge];
    return totals;
}

double ledger_idle_floor(const struct ledger *ledger, const double *row)
{
    double floor = NAN;
    for (size_t i = 0; i < ledger->idle.count; i++)
        floor = fmin(floor, row[ledger->idle.first + i]);
    return floor;
}

double ledger_idle_position(const struct ledger *ledger)
{
    size_t last_idle = ledger->idle.first + ledger->idle.count - 1;
    return ledger->positions[ledger->idle.count > 0 ? last_idle : ledger->loop.first];
}

struct trace ledger_trace(const struct ledger *ledger, const double *row)
{
    return (struct trace){.positions = ledger->positions + ledger->loop.first,
                          .values = row + ledger->loop.first,
                          .count = ledger->loop.count};
}
