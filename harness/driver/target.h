/*
 * A running target: the process in its pty, the terminal it draws on, the recording, its standard
 * error; and the steps done to it.
 *
 * Order of calls: target_start; target_ready; target_play for setup and iterations; target_quit;
 * target_free (which ends the process itself if it still runs; its descendants are left to the
 * worker).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/loop.h"
#include "scenario/plan.h"
#include "driver/process.h"
#include "driver/recording.h"
#include "driver/terminal.h"
#include "driver/world_steps.h"

struct target_options {
    const char *program; /* path, see world_find_program */
    const char *recording_path;
    const char *stderr_path;
    double timeout_scale;    /* LEAKGATE_TIMEOUT_SCALE, 1.0 by default */
    step_listener *listener; /* may be NULL */
    void *context;
    void (*snapshot)(void *context, const char *name, const struct string_list *rows);
    /* Gets what the target writes, as it is, and answers its queries; NULL: they are answered here.
     */
    void (*output)(void *context, const char *bytes, size_t length);
};

/* Outside of driver/ it is only read: process.pid, started, terminal and the counts. */
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
    int64_t quit_until;        /* then: one that is busy is waited for until that moment; else 0 */
    int64_t looked_at;         /* ... when it was last seen how busy it is */
    double cpu_seconds;        /* ... what it had used of the processor by then */
    bool too_busy;             /* ... it was busy at that look */
    int64_t started;           /* clock_now() at the start */
    int64_t last_output;
    int64_t last_input;
    int64_t escape_until; /* no input before that, an Escape was just sent; 0: none was */
    uint64_t input_frame; /* a frame with a higher number is newer than the last input */
    unsigned long output_bytes;
    unsigned sleeps;
    unsigned settles, unsettled; /* waits for the screen to settle; those that ran out */
    unsigned silent_presses; /* input steps that no wait followed and that changed nothing to see */
    const struct step *unanswered; /* a press that no wait has followed yet */
};

struct target *target_start(struct loop *loop, const struct plan *plan, struct world *world,
                            const struct target_options *options, struct lg_error *err);
void target_free(struct target *target);

/* Plays the ready steps; those without a timeout of their own have the target file's ready timeout.
 */
bool target_ready(struct target *target, struct lg_error *err);
/* Does the steps in order. The first failure ends it: err has class LG_ERROR_TARGET, the step's
 * place in `where`, and in its text what was awaited. LG_ERROR_CANCELLED when the loop was stopped.
 * The end of the target is a failure unless the step waits for it or the target is quitting. */
bool target_play(struct target *target, const struct step_list *steps, unsigned iteration,
                 struct lg_error *err);
/* Sends what a person's terminal has sent, as it is. */
bool target_forward(struct target *target, const char *bytes, size_t length, struct lg_error *err);
/* The screen as it is now, with all that the target has written so far. True when it stands still:
 * neither input nor output came for quiet_ms. */
bool target_look(struct target *target, int64_t quiet_ms, struct string_list *rows);
/* Waits until no output came for quiet_ms and no update is under way, at most until the deadline.
 * False only when the target has ended or the loop was stopped; a deadline that passes is fine. */
bool target_settle(struct target *target, int64_t quiet_ms, int64_t deadline, struct lg_error *err);
/* Waits until the screen without plan->measure.leave_out equals `rows`; false with the first
 * difference in the text (LG_ERROR_INVALID) after timeout_ms. */
bool target_await_screen(struct target *target, const struct string_list *rows, int64_t timeout_ms,
                         struct lg_error *err);
/* The quit steps, then the exit within plan->target.quit_ms with plan->target.quit_status;
 * LG_ERROR_TARGET says what happened instead. A target that is busy is given longer, up to
 * DEADLINE_BUSY_QUIT_MS for all of it; one that is still there then is `too_busy`. */
bool target_quit(struct target *target, struct lg_error *err);

/* A loop_condition of a target: has the process ended? If so, process.status is its wait status. */
bool target_has_ended(void *target);
/* LG_ERROR_TARGET: it ended, or closed its terminal, "while" it was `doing`. Returns false. */
bool target_fail_ended(struct target *target, const char *doing, struct lg_error *err);
/* `lines` lines of standard error: from the Go runtime's message of a crash on, if there is one,
 * else the last ones so far. The caller frees it. */
char *target_stderr_tail(const struct target *target, unsigned lines);
/* Writes the end of the recording; errors of the disk are reported here. */
bool target_finish(struct target *target, struct lg_error *err);
