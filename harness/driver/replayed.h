/*
 * The waits of a scenario, chosen from the screens of replays: what came each time after an input,
 * and nothing that changes by itself. Pure.
 */
#pragma once

#include "driver/taken.h"
#include "scenario/write.h"

/* The screens of one replay of a plan that takes_steps made: when the target was ready, then after
 * each step of its setup, then after each of its iterations'. It may have ended early. */
struct replay {
    const struct string_list **screens;
    size_t count;
};

/* The setup, the iteration and the regions that change at rest. The inputs are the plan's own, all
 * else is freed by replayed_free. */
void replayed_scenario(const struct plan *plan, const struct replay *replays, size_t count,
                       struct scenario_draft *draft);
void replayed_free(struct scenario_draft *draft);
