/*
 * What a person did to a target, with the screen before each input, and the steps of a scenario
 * that do the same. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "driver/wait_text.h"
#include "scenario/key_name.h"
#include "scenario/plan.h"

/* By this name in `type` and `vars` stands what was typed while the program had echo off. */
#define SECRET_VARIABLE "password"

enum take_kind {
    TAKE_KEY,
    TAKE_PASTE,
    TAKE_MOUSE,
    TAKE_RESIZE,
    TAKE_SECRET, /* a character that is not kept */
    TAKE_MARK    /* the start of the round trip, or its end */
};

struct take {
    enum take_kind kind;
    struct key key;
    char *text; /* that was pasted, or that the mouse was on */
    enum mouse_action mouse;
    int columns, rows;         /* of a resize */
    struct string_list before; /* the screen */
    bool rested;               /* which had stood still when the input came */
    uint64_t frames;           /* drawn so far */
};

struct takes {
    struct take *items;
    size_t count;
    size_t capacity;
};

void takes_free(struct takes *takes);

/* The part of the takes that is the round trip: between the two marks; with one, from there to
 * where the screen was last as it was there; without any, to the last input before which the screen
 * was as it had been before another. False, LG_ERROR_INPUT, where there is none. */
LG_CHECKED bool takes_round_trip(const struct takes *takes, size_t *first, size_t *end,
                                 struct lg_error *err);

/* The steps of the takes from `first` to before `end`, which has to be one of them: each input, the
 * wait for what it brought (unless nothing came, or the next input was too fast), and a wait for
 * the screen to rest. Marks are passed over. The caller frees the steps. */
void takes_steps(const struct takes *takes, size_t first, size_t end, struct range wait_rows,
                 struct step_list *steps);

/* Steps that a replay needs and the scenario does not: a rest, in which shows what the program
 * draws by itself. */
void steps_add_settle(struct step_list *steps);
void steps_add_sleep(struct step_list *steps, int64_t ms);

/* What the mouse is on: a text whose first place within the rows is there. NULL: there is none. The
 * caller frees it. */
char *text_at(const struct string_list *screen, struct range rows, int row, int column);
/* The nearest such text, for the wheel, which turns what is around it. */
char *text_near(const struct string_list *screen, struct range rows, int row, int column);
