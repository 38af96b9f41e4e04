#include "result/amounts.h"

#include <math.h>
#include <stdio.h>

void bytes_describe(double bytes, char *text, size_t size)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    size_t unit = 0;
    while (fabs(bytes) >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1024;
        unit++;
    }
    snprintf(text, size, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

void amount_describe(enum gauge gauge, double value, char *text, size_t size)
{
    switch (gauge < GAUGE_COUNT ? gauge_info(gauge)->unit : UNIT_COUNT) {
    case UNIT_BYTES:
        bytes_describe(value, text, size);
        return;
    case UNIT_SECONDS:
        snprintf(text, size, "%.2f s", value);
        return;
    case UNIT_COUNT:
        snprintf(text, size, value == floor(value) ? "%.0f" : "%.2f", value);
        return;
    }
}

void growth_describe(enum gauge gauge, double value, char *text, size_t size)
{
    char amount[64];
    bool count = gauge >= GAUGE_COUNT || gauge_info(gauge)->unit == UNIT_COUNT;
    if (count)
        snprintf(amount, sizeof amount, "%.2f", value);
    else
        amount_describe(gauge, value, amount, sizeof amount);
    snprintf(text, size, "%s%s", value >= 0 ? "+" : "", amount);
}
