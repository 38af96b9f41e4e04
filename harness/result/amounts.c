#include "result/amounts.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"

struct short_text bytes_text(double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    struct short_text amount;
    size_t unit = 0;
    while (fabs(bytes) >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1024;
        unit++;
    }
    snprintf(amount.text, sizeof amount.text, unit == 0 ? "%.0f %s" : "%.1f %s", bytes,
             units[unit]);
    return amount;
}

struct short_text amount_text(enum gauge gauge, double value)
{
    struct short_text amount;
    enum gauge_unit unit = gauge < GAUGE_COUNT ? gauge_info(gauge)->unit : UNIT_COUNT;
    if (unit == UNIT_BYTES)
        return bytes_text(value);
    if (unit == UNIT_SECONDS)
        snprintf(amount.text, sizeof amount.text, "%.2f s", value);
    else
        snprintf(amount.text, sizeof amount.text, value == floor(value) ? "%.0f" : "%.2f", value);
    return amount;
}

struct short_text growth_text(enum gauge gauge, double value)
{
    struct short_text growth, amount = amount_text(gauge, value);
    if (gauge >= GAUGE_COUNT || gauge_info(gauge)->unit == UNIT_COUNT)
        snprintf(amount.text, sizeof amount.text, "%.2f", value);
    snprintf(growth.text, sizeof growth.text, "%s%s", value >= 0 ? "+" : "", amount.text);
    return growth;
}

struct short_text seconds_text(double seconds)
{
    struct short_text duration;
    clock_describe((int64_t)(seconds * 1e9), duration.text, sizeof duration.text);
    return duration;
}
