/* The keys of the records. Only for the files of this room. */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "journal/record.h"

/* A record's name stands under this key. */
#define RECORD_KEY "record"

json_t *record_object(const char *name); /* new reference */

json_t *record_to_json(const struct journal_record *record); /* new reference */
/* RECORD_KIND_COUNT: a name of a newer leakgate, or one of samples.h. */
enum record_kind record_kind_of(const json_t *object);
/* `source` is what an error names. What was read is freed by record_free. */
bool record_from_json(const json_t *object, const char *source, struct journal_record *record,
                      struct lg_error *err);
void record_free(struct journal_record *record);
/* Fills a record's struct with what is absent. */
void record_members_clear(enum record_kind kind, void *members);
/* What a record's struct owns (struct journal_target of RECORD_TARGET, ...), not the struct itself.
 */
void record_members_free(enum record_kind kind, void *members);
