/*
 * What the files of the module target share; nobody else includes it. Public functions are in
 * target.h. target.c has the process, its terminal and standard error; stepper.c the steps, of
 * which input.c does those that are input and await.c those that wait.
 */
#ifndef LEAKGATE_DRIVER_TARGET_PRIVATE_H
#define LEAKGATE_DRIVER_TARGET_PRIVATE_H

#include "driver/process.h"
#include "driver/recording.h"
#include "driver/screen.h"
#include "driver/target.h"

struct target {
    struct loop *loop;
    const struct plan *plan;
    struct world *world;
    struct target_options options;
    struct step_context steps; /* of the same loop and world */
    struct process process;
    struct terminal *terminal;
    struct recording *recording;
    struct buffer outgoing; /* replies and keys that the pty has not taken yet */
    int errors;             /* read end of standard error's pipe; -1 closed */
    int errors_file;
    size_t errors_kept;        /* bytes in errors_file */
    struct buffer errors_tail; /* the last lines */
    bool terminal_open;        /* the pty has not hung up */
    bool quitting;             /* its end is no failure now */
    int64_t started;
    int64_t last_output;
    int64_t last_input;
    int64_t escape_until; /* no input before that, an Escape was just sent; 0: none was */
    uint64_t input_frame; /* a frame with a higher number is newer than the last input */
    unsigned long output_bytes;
    unsigned sleeps;
    unsigned silent_presses;
    const struct step *unanswered; /* a press that no wait has followed yet */
};

/* target.c */
/* Queues bytes for the pty and sends what it takes now; what remains when it can be written again.
 */
bool target_send(struct target *target, const char *bytes, size_t length, struct lg_error *err);
/* Reads what the target has written so far; of a flood no more than the loop does in a round. */
void target_read(struct target *target);
/* A loop_condition of a target. */
bool target_has_ended(void *target);

/* await.c */
/* Runs the loop until condition(target) holds or the deadline has passed, as *late (may be NULL)
 * says then. False when the loop was stopped or failed. */
bool target_await(struct target *target, loop_condition *condition, int64_t deadline, bool *late,
                  struct lg_error *err);
bool step_wait(struct target *target, const struct step *step, unsigned iteration,
               struct lg_error *err);

/* input.c */
bool step_press(struct target *target, const struct step *step, struct lg_error *err);
bool step_chord(struct target *target, const struct step *step, struct lg_error *err);
bool step_text(struct target *target, const struct step *step, unsigned iteration,
               struct lg_error *err);
bool step_mouse(struct target *target, const struct step *step, unsigned iteration,
                struct lg_error *err);
bool step_resize(struct target *target, const struct step *step, struct lg_error *err);

#endif
