/* A run, read back from its journal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strings.h"
#include "journal/record.h"
#include "verdict/judgement.h"
#include "verdict/series.h"

struct run_record {
    struct journal_header header;
    struct journal_target target;    /* all absent where the run did not come so far */
    bool sampled;                    /* it did */
    struct journal_end end;          /* all absent where the run was cut off */
    bool ended;                      /* it was not */
    struct journal_failure *failure; /* the first; NULL: none */
    struct string_list notes;
    struct journal_flag *flags; /* of a watch */
    size_t flag_count, flag_capacity;
    struct journal_screen *screens;
    size_t screen_count, screen_capacity;
    struct series series;
    struct run_facts facts; /* points into the record */
    bool torn;              /* the last line was cut off and dropped */
};

/* NULL and LG_ERROR_INPUT with file:line when it is no journal of a version this program reads. */
struct run_record *run_record_read(const char *path, struct lg_error *err);
void run_record_free(struct run_record *record);

/* LG_ERROR_NONE for a run that came to its end. */
enum lg_error_class run_record_problem(const struct run_record *record);
/* How many steps its plan's iteration has. */
size_t run_record_iteration_length(const struct run_record *record);
