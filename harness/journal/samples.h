/*
 * Samples in the journal, and the names of what holds: a function and a holder are written once,
 * before their first use, and a sample's holdings as differences from the sample before. Only for
 * the files of this room.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "verdict/series.h"

#define RECORD_FUNCTION "function"
#define RECORD_HOLDER "holder"
#define RECORD_SAMPLE "sample"

/* New references. */
json_t *function_to_json(const struct holder_table *holders, uint32_t number);
json_t *holder_to_json(const struct holder_table *holders, uint32_t number);
json_t *sample_to_json(const struct sample *sample, const struct holding_list *before);

/* What is wrong with it; NULL: it was taken, or is none of these three. */
const char *sample_record_read(const char *name, const json_t *object, struct series *series,
                               size_t *holdings);
