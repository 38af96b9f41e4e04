/*
 * What the files of the module target share; nobody else includes it. Public functions are in
 * target.h. target.c has the process, its terminal and standard error; stepper.c the steps, of
 * which input.c does those that are input and await.c those that wait.
 */
#pragma once

#include "driver/screen.h"
#include "driver/target.h"

/* target.c */
/* Queues bytes for the pty and sends what it takes now; what remains when it can be written again.
 */
bool target_send(struct target *target, const char *bytes, size_t length, struct lg_error *err);
/* Reads what the target has written so far; of a flood no more than the loop does in a round. */
void target_read(struct target *target);

/* await.c */
/* loop_run_until, where a loop that was stopped is LOOP_FAILED as well. */
enum loop_result target_await(struct target *target, loop_condition *condition, loop_alarm *alarm,
                              void *context, int64_t deadline, struct lg_error *err);
/* A wait for a target that is to quit ran out: true, and another deadline, where it is busy. */
bool target_extend_quit(struct target *target, int64_t *deadline);
bool step_wait(struct target *target, const struct step *step, struct lg_error *err);

/* input.c */
bool step_press(struct target *target, const struct step *step, struct lg_error *err);
bool step_chord(struct target *target, const struct step *step, struct lg_error *err);
bool step_text(struct target *target, const struct step *step, struct lg_error *err);
bool step_mouse(struct target *target, const struct step *step, struct lg_error *err);
bool step_resize(struct target *target, const struct step *step, struct lg_error *err);
