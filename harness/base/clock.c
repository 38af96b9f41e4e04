#include "base/clock.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

int64_t clock_slept(void)
{
    struct timespec now;
    int64_t awake = clock_now();
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec - awake;
}

int64_t clock_deadline(int64_t ms)
{
    if (ms < 0 || ms > INT64_MAX / NS_PER_MS / 2)
        return CLOCK_NEVER;
    return clock_now() + ms * NS_PER_MS;
}

double clock_seconds_since(int64_t start)
{
    int64_t ms = (clock_now() - start + NS_PER_MS / 2) / NS_PER_MS;
    return (double)ms / 1000;
}

int clock_remaining_ms(int64_t deadline)
{
    if (deadline == CLOCK_NEVER)
        return -1;
    int64_t left = deadline - clock_now();
    if (left <= 0)
        return 0;
    int64_t ms = (left + NS_PER_MS - 1) / NS_PER_MS;
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

void clock_date(char date[11])
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(date, 11, "%Y-%m-%d", &utc);
}

void clock_timestamp(char timestamp[21])
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(timestamp, 21, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static void write_timestamp_ms(int64_t ms, char timestamp[25])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t length = strftime(timestamp, 25, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(timestamp + length, 25 - length, ".%03uZ", (unsigned)(ms % 1000));
}

void clock_timestamp_ms(int64_t offset_ms, char timestamp[25])
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    write_timestamp_ms((int64_t)now.tv_sec * 1000 + now.tv_nsec / NS_PER_MS + offset_ms, timestamp);
}

bool clock_timestamp_after(const char *start, double seconds, char timestamp[25])
{
    static const double most_seconds = 1e9;
    struct tm utc = {0};
    const char *end = strptime(start, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (!(seconds >= 0 && seconds < most_seconds) || end == NULL || *end != '\0' ||
        end - start != 20 || utc.tm_year < 1970 - 1900 || utc.tm_year > 9000 - 1900)
        return false;
    write_timestamp_ms((int64_t)timegm(&utc) * 1000 + (int64_t)(seconds * 1000 + 0.5), timestamp);
    return true;
}

static bool parse_date(const char *text, struct tm *utc)
{
    *utc = (struct tm){0};
    const char *end = strptime(text, "%Y-%m-%d", utc);
    struct tm normal = *utc;
    timegm(&normal); /* turns the 31st of a shorter month into another day */
    return end != NULL && *end == '\0' && end - text == 10 && normal.tm_mday == utc->tm_mday;
}

bool clock_is_date(const char *text)
{
    struct tm utc;
    return parse_date(text, &utc);
}

long clock_days_between(const char *a, const char *b)
{
    struct tm from, to;
    if (!parse_date(a, &from) || !parse_date(b, &to))
        return 0;
    return (long)((timegm(&to) - timegm(&from)) / (24 * 60 * 60));
}

void clock_describe(int64_t ns, char *text, size_t size)
{
    int64_t seconds = ns / NS_PER_SECOND;
    if (seconds < 1)
        snprintf(text, size, "%" PRId64 " ms", ns / NS_PER_MS);
    else if (seconds < 60)
        snprintf(text, size, "%.1f s", (double)ns / (double)NS_PER_SECOND);
    else if (seconds < 3600)
        snprintf(text, size, "%" PRId64 " min %02" PRId64 " s", seconds / 60, seconds % 60);
    else
        snprintf(text, size, "%" PRId64 " h %02" PRId64 " min", seconds / 3600, seconds / 60 % 60);
}
