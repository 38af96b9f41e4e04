/* What a run's result means to who started it. */
#pragma once

#include "result/result.h"

/* The exit status of one scenario and of all: the worst counts, in the order 70, 2, 5, 1, 4, 3, 0;
 * a signal outranks all. */
int scenario_exit_status(const struct suite_result *suite, const struct scenario_result *scenario);
int suite_exit_status(const struct suite_result *suite);
/* Its place in that order, 0 the worst; and the worse of two. */
int status_rank(int status);
int worse_status(int a, int b);
