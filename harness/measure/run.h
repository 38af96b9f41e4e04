/*
 * One run of one scenario, in the worker: world, target, phases, journal. The only thing that comes
 * out is the journal (and the recording, the final screen and standard error beside it).
 */
#ifndef LEAKGATE_MEASURE_RUN_H
#define LEAKGATE_MEASURE_RUN_H

#include "measure/run_options.h"

/* Runs in the worker process; returns the worker's exit status: EXIT_PASS when the journal is whole
 * (whatever is in it, a failure of the target included), EXIT_INTERNAL otherwise. */
int run_worker(const struct run_options *options);

#endif
