#include "report/sparkline.h"

#include <math.h>

#include "base/buffer.h"
#include "base/memory.h"

enum { SPARKS_MOST = 40, SPARK_LEVELS = 8 };

char *sparkline(const double *values, size_t count)
{
    double means[SPARKS_MOST], least = INFINITY, most = -INFINITY;
    size_t finite = 0;
    struct buffer out = {0};
    _cleanup_free_ double *kept = memory_array(count + 1, sizeof *kept);
    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]))
            kept[finite++] = values[i];
    if (finite < 2)
        return NULL;
    size_t parts = finite < SPARKS_MOST ? finite : SPARKS_MOST;
    for (size_t part = 0; part < parts; part++) {
        size_t first = part * finite / parts, end = (part + 1) * finite / parts;
        double sum = 0;
        for (size_t i = first; i < end; i++)
            sum += kept[i];
        means[part] = sum / (double)(end - first);
        least = fmin(least, means[part]);
        most = fmax(most, means[part]);
    }
    for (size_t part = 0; part < parts; part++) {
        double share = most > least ? (means[part] - least) / (most - least) : 0;
        unsigned level = (unsigned)(share * (SPARK_LEVELS - 1) + 0.5);
        /* U+2581 LOWER ONE EIGHTH BLOCK to U+2588 FULL BLOCK. */
        buffer_append(&out, (const char[]){'\xe2', '\x96', (char)(0x81 + level)}, 3);
    }
    return buffer_take(&out);
}

char *finding_sparkline(const struct ledger *ledger, const struct finding *finding, bool whole)
{
    _cleanup_free_ double *totals = NULL;
    const double *row = NULL;
    if (finding->gauge >= GAUGE_COUNT || gauge_info(finding->gauge)->cumulative)
        return NULL;
    if (finding->holder != NULL && !whole) {
        const struct account *account = ledger_account(ledger, finding->gauge, finding->holder);
        row = account != NULL ? account_row(account) : NULL;
    } else if (finding->gauge != GAUGE_HEAP_STACK) {
        row = totals = ledger_totals(ledger, finding->gauge);
    }
    return row != NULL ? sparkline(row + ledger->loop.first, ledger->loop.count) : NULL;
}
