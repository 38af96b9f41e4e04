/*
 * The runs of one scenario after its screening: again, third, locate (see verdict/confirm.h), or
 * those that are added up with it (--times, see verdict/sum.h).
 *
 * Order of calls: scenario_screen; while scenario_wants names an attempt that can be had,
 * scenario_take; scenario_conclude; if scenario_wants_location, scenario_locate. scenario_judge
 * does all of it with the journals that are there.
 */
#pragma once

#include "result/result.h"

/* DIRECTORY/NAME/ATTEMPT, the scenario's own directory for the screening; the caller frees it. */
char *attempt_directory(const char *directory, const char *name, enum attempt attempt);

/* Reads DIRECTORY/NAME/journal.jsonl and judges it: fills record, judgement, verdict, problem and
 * reason. A journal that cannot be read is a failure of leakgate's own. */
void scenario_screen(struct scenario_result *scenario, const char *directory);
/* The attempt whose verdict would tell more; ATTEMPT_COUNT: none. Of those that are added up there
 * may always be more: how many there are, the caller knows. */
enum attempt scenario_wants(const struct scenario_result *scenario);
/* Reads and judges the attempt's journal. One that cannot be read counts as failed; one that the
 * user stopped has no vote: then false, and nothing is taken. */
bool scenario_take(struct scenario_result *scenario, const char *directory, enum attempt attempt);
/* The verdict of all attempts so far becomes the scenario's. */
void scenario_conclude(struct scenario_result *scenario);

/* How many processes were to be added up; 0: not asked for. */
size_t scenario_times(const struct scenario_result *scenario);
/* And how many are: none where the first leaks by itself, or could not be judged. */
size_t scenario_summed(const struct scenario_result *scenario);

/* Was growth confirmed whose step could be found? */
bool scenario_wants_location(const struct scenario_result *scenario);
/* Adds to the findings what the locating run's journal says; one that failed leaves a remark. */
void scenario_locate(struct scenario_result *scenario, const char *directory);

/* All of that with the attempts whose journals are there. */
void scenario_judge(struct scenario_result *scenario, const char *directory);

/* The record that a baseline is made from: the screening's, or, where two others outvoted it, that
 * of a run that passed; where it showed more than was confirmed, that of a run that did not. NULL
 * where no journal could be read. */
const struct run_record *scenario_accepted_record(const struct scenario_result *scenario);

/* The record of the run that failed, or was measured wrongly; else the screening's. May be NULL. */
const struct run_record *scenario_telling_record(const struct scenario_result *scenario);
