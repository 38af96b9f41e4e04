#include "verdict/ledger.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "verdict/holder_key.h"

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

static int compare_accounts(const void *a, const void *b)
{
    const struct account *x = a, *y = b;
    if (x->gauge != y->gauge)
        return x->gauge < y->gauge ? -1 : 1;
    int by_key = strcmp(x->key, y->key);
    if (by_key != 0)
        return by_key;
    return (x->example > y->example) - (x->example < y->example);
}

static size_t holder_count(const struct series *series)
{
    return series->holders != NULL ? holder_table_count(series->holders) : 0;
}

/* One account per gauge and key, all of them empty: first one per holder, then those of one key
 * become one. */
static void open_accounts(struct ledger *ledger)
{
    size_t holders = holder_count(ledger->series), count = 0;
    struct account *accounts = memory_array(holders, sizeof *accounts);
    ledger->accounts = accounts;
    ledger->account_of = memory_array(holders, sizeof *ledger->account_of);
    for (uint32_t number = 0; number < holders; number++) {
        struct holder holder = holder_table_get(ledger->series->holders, number);
        char *key = holder_key(ledger->series->holders, holder);
        ledger->account_of[number] = SIZE_MAX;
        if (key != NULL)
            accounts[count++] =
                (struct account){.gauge = holder.gauge, .key = key, .example = number};
    }
    qsort(accounts, count, sizeof *accounts, compare_accounts);
    for (size_t i = 0; i < count; i++) {
        struct account account = accounts[i];
        const struct account *last = ledger->count > 0 ? &accounts[ledger->count - 1] : NULL;
        if (last != NULL && last->gauge == account.gauge && strcmp(last->key, account.key) == 0) {
            free(account.key);
        } else {
            account.values = memory_array(ledger->columns, sizeof(double));
            if (account.gauge == GAUGE_HEAP_STACK)
                account.bytes = memory_array(ledger->columns, sizeof(double));
            accounts[ledger->count++] = account;
        }
        ledger->account_of[account.example] = ledger->count - 1;
    }
}

static void fill_column(struct ledger *ledger, size_t column)
{
    const struct holding_list *holdings = &ledger->samples[column]->holdings;
    size_t holders = holder_count(ledger->series);
    for (size_t i = 0; i < holdings->count; i++) {
        const struct holding *holding = &holdings->items[i];
        if (holding->holder >= holders)
            continue;
        if (ledger->account_of[holding->holder] == SIZE_MAX) {
            /* Only heap stacks hold bytes. */
            ledger->ignored_bytes[column] += (double)holding->bytes;
            continue;
        }
        struct account *account = &ledger->accounts[ledger->account_of[holding->holder]];
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
    ledger->second = add_phase(ledger, PHASE_SECOND_DRAIN);
    ledger->ignored_bytes = memory_array(ledger->columns, sizeof *ledger->ignored_bytes);
    open_accounts(ledger);
    for (size_t column = 0; column < ledger->columns; column++)
        fill_column(ledger, column);
    return ledger;
}

void cleanup_ledger(struct ledger **ledger_pointer)
{
    struct ledger *ledger = take_pointer(*ledger_pointer);
    if (ledger == NULL)
        return;
    for (size_t i = 0; i < ledger->count; i++) {
        free(ledger->accounts[i].key);
        free(ledger->accounts[i].values);
        free(ledger->accounts[i].bytes);
    }
    free(ledger->accounts);
    free(ledger->account_of);
    free(ledger->samples);
    free(ledger->positions);
    free(ledger->ignored_bytes);
    free(ledger);
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

enum gauge ledger_held_by(enum gauge gauge)
{
    return gauge == GAUGE_HEAP_ALLOC ? GAUGE_HEAP_STACK : gauge;
}

const double *account_row(const struct account *account)
{
    return account->bytes != NULL ? account->bytes : account->values;
}

double ledger_held_in(const struct ledger *ledger, const struct sample *sample,
                      const struct account *account)
{
    size_t holders = holder_count(ledger->series), number = (size_t)(account - ledger->accounts);
    double held = 0;
    for (size_t i = 0; i < sample->holdings.count; i++) {
        const struct holding *holding = &sample->holdings.items[i];
        if (holding->holder < holders && ledger->account_of[holding->holder] == number)
            held += holding->value;
    }
    return held;
}

double *ledger_totals(const struct ledger *ledger, enum gauge gauge)
{
    double *totals = memory_array(ledger->columns, sizeof *totals);
    for (size_t column = 0; column < ledger->columns; column++)
        totals[column] = ledger->samples[column]->gauges[gauge];
    return totals;
}

double *ledger_by_sample(const struct ledger *ledger, const double *row)
{
    const struct series *series = ledger->series;
    double *values = memory_array(series->count + 1, sizeof *values);
    for (size_t i = 0; i < series->count; i++)
        values[i] = NAN;
    for (size_t column = 0; column < ledger->columns; column++)
        values[ledger->samples[column] - series->samples] = row[column];
    return values;
}

void ledger_subtract(const struct ledger *ledger, double *from, const double *row)
{
    for (size_t column = 0; column < ledger->columns; column++)
        from[column] -= row[column];
}

double ledger_idle_position(const struct ledger *ledger)
{
    return ledger
        ->positions[ledger->idle.count > 0 ? stretch_last(ledger->idle) : ledger->loop.first];
}

struct trace ledger_trace(const struct ledger *ledger, const double *row)
{
    return (struct trace){.positions = ledger->positions + ledger->loop.first,
                          .values = row + ledger->loop.first,
                          .count = ledger->loop.count};
}

size_t stretch_last(struct stretch stretch)
{
    return stretch.first + stretch.count - 1;
}

double ledger_seconds(const struct ledger *ledger, struct stretch stretch)
{
    if (stretch.count == 0)
        return 0;
    return ledger->samples[stretch_last(stretch)]->at - ledger->samples[stretch.first]->at;
}

double ledger_gain(const double *row, struct stretch stretch)
{
    return row[stretch_last(stretch)] - row[stretch.first];
}

const struct account *ledger_take_largest(const struct ledger *ledger, enum gauge gauge,
                                          bool *taken, double *gain)
{
    size_t count;
    const struct account *accounts = ledger_accounts(ledger, gauge, &count), *largest = NULL;
    *gain = 0;
    for (size_t i = 0; i < count; i++) {
        double gained = ledger_gain(account_row(&accounts[i]), ledger->loop);
        if (taken[i] || !(gained > *gain))
            continue;
        largest = &accounts[i];
        *gain = gained;
    }
    if (largest != NULL)
        taken[largest - accounts] = true;
    return largest;
}
