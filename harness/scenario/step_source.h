/* A step as one line for people: press "2", wait text "Files" rows 1..-1. */
#ifndef LEAKGATE_SCENARIO_STEP_SOURCE_H
#define LEAKGATE_SCENARIO_STEP_SOURCE_H

#include "scenario/plan.h"

/* The caller frees it. */
char *step_source_make(const struct step *step);

#endif
