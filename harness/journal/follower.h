/* A growing journal, for who watches a run (the progress line, --show). */
#pragma once

#include "journal/record.h"

struct journal_follower;
/* The record is valid during the call. */
typedef void journal_listener(void *context, const struct journal_record *record);

/* The file need not be there yet. */
struct journal_follower *journal_follow(const char *path);
/* Reads whole lines that have come since. Names are skipped; of samples come the counts
 * (RECORD_SAMPLED). */
void journal_follow_more(struct journal_follower *follower, journal_listener *listener,
                         void *context);
void journal_follow_end(struct journal_follower *follower);
