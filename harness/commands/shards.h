/*
 * Reports of the parts of one suite, held against each other and put together to one: for
 * `leakgate merge`.
 */
#pragma once

#include "result/result.h"

struct shards {
    struct suite_result **reports; /* owned */
    size_t count;
    size_t capacity;
};

void shards_free(struct shards *shards);

/* What cannot be one suite: other options, another target, another suite, a shard or a scenario
 * twice. LG_ERROR_INPUT, with both sides named. */
bool shards_agree(const struct shards *shards, struct lg_error *err);

/* All of them as one, with its evidence in `directory`; what is missing of the suite is listed
 * in `problems`, and each scenario without a result has failed for that reason. The scenarios are
 * moved out of the reports, in the order of the suite; `from` names, for each, the report's
 * directory that its evidence is in ("": it has none). */
struct suite_result *shards_join(struct shards *shards, const char *directory,
                                 struct string_list *from);
