/*
 * What can be done in a state, and how it may be undone. An action is a text: a key's name
 * ("a", "Ctrl-n", "Enter"), "click WORD", or "resize COLUMNSxROWS".
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"
#include "scenario/plan.h"

/* Adds what a person would try: keys that the screen names, whose number it returns, digits, the
 * alphabet in the order of the seed, then the mouse (where `mouse`), then another size. `rows` are
 * the screen's. */
size_t actions_of(const struct string_list *rows, bool mouse, unsigned seed,
                  struct string_list *actions);

/* Adds what may lead back from where the action led: Escape, the same, its reverse. */
void actions_back(const char *action, int columns, int rows, struct string_list *backs);

/* The step that does it; action_step_free frees what the step owns. */
struct step action_step(const char *action);
void action_step_free(struct step *step);
