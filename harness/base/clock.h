/* Time. Deadlines are on the monotonic clock, in nanoseconds; dates are UTC. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)
#define CLOCK_NEVER INT64_MAX

/* Nanoseconds on CLOCK_MONOTONIC. */
int64_t clock_now(void);
/* `ms` from now; negative means never. */
int64_t clock_deadline(int64_t ms);
/* Nanoseconds that the machine has been suspended since it started, which clock_now leaves out. */
int64_t clock_slept(void);
/* Since clock_now() was `start`, to the millisecond: what is written down comes back the same. */
double clock_seconds_since(int64_t start);
/* Milliseconds until the deadline, rounded up, 0 when it has passed, -1 for CLOCK_NEVER: what poll
 * wants. */
int clock_remaining_ms(int64_t deadline);

/* Today and now in UTC, "YYYY-MM-DD" (11 bytes) and "YYYY-MM-DDTHH:MM:SSZ" (21 bytes). */
void clock_date(char date[11]);
void clock_timestamp(char timestamp[21]);
/* The moment `offset_ms` from now in UTC, "YYYY-MM-DDTHH:MM:SS.mmmZ" (25 bytes). */
void clock_timestamp_ms(int64_t offset_ms, char timestamp[25]);
/* The same so many seconds after "YYYY-MM-DDTHH:MM:SSZ"; false where that is none, or the moment
 * has no four digits of a year. */
bool clock_timestamp_after(const char *start, double seconds, char timestamp[25]);
/* Is `text` a date of the calendar, "YYYY-MM-DD"? */
bool clock_is_date(const char *text);
/* Days from date a to date b, both "YYYY-MM-DD" and valid; negative when b is earlier. */
long clock_days_between(const char *a, const char *b);

/* "850 ms", "12.3 s", "1 min 52 s", "2 h 05 min" into text of `size` bytes; for people. */
void clock_describe(int64_t ns, char *text, size_t size);
