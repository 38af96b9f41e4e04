#include "commands/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "commands/print_result.h"
#include "report/screen_text.h"
#include "report/text_layout.h"
#include "result/amounts.h"
#include "result/result.h"

/* Without a terminal a person looks at a log that grows. */
enum { REDRAW_MS = 200, SAY_MS = 15000, ROWS_USUAL = 24 };

void progress_start(struct progress *progress, unsigned slots, size_t of, int64_t budget_ms,
                    FILE *screens)
{
    *progress = (struct progress){
        .terminal = isatty(STDERR_FILENO) == 1,
        .screens = screens,
        .slots = memory_array(slots, sizeof *progress->slots),
        .slot_count = slots,
        .of = of,
        .budget = (double)budget_ms / 1000,
        .last_drawn = clock_now(),
    };
}

static void erase(struct progress *progress)
{
    if (progress->drawn > 0)
        fprintf(stderr, "\r\033[%zuA\033[J", progress->drawn);
    progress->drawn = 0;
    fflush(stderr);
}

/* --- Reading journals --- */

static void show_screen(struct progress_slot *slot, const struct journal_screen *screen)
{
    struct progress *progress = slot->progress;
    _cleanup_buffer_ struct buffer box = {0};
    struct console_style style = console_style_of(fileno(progress->screens));
    const char *why = screen_why_name(screen->why);
    const char *name = text_or(screen->name, "");
    bool of_step = screen->why == SCREEN_STEP;
    bool among_others = progress->slot_count > 1;
    _cleanup_free_ char *said =
        memory_format("%s%s%s", of_step ? "" : why, !of_step && *name != '\0' ? ": " : "", name);
    _cleanup_free_ char *harmless = text_harmless(said, false);
    _cleanup_free_ char *cut = text_cut(harmless, style.width - 8);
    _cleanup_free_ char *title = memory_format(" %s%s%s ", among_others ? slot->plan->name : "",
                                               among_others ? ", " : "", cut);
    screen_box(&screen->rows, title, 0, style.width, &box);
    erase(progress);
    fputs(buffer_string(&box), progress->screens);
    fflush(progress->screens);
}

static void turn_red(struct progress_slot *slot, int64_t since)
{
    if (slot->red_since != 0)
        return;
    slot->red_since = since;
    slot->progress->corrected = true;
}

/* A rest that goes on after its first sample has seen growth. A baseline's time includes the rest
 * that its run needed. */
static void take_counts(struct progress_slot *slot, const struct journal_counts *counts)
{
    slot->now = *counts;
    if (slot->phase == PHASE_IDLE)
        slot->at_rest = *counts;
    if (slot->phase != PHASE_DRAIN || slot->attempt == ATTEMPT_CONTROL)
        return;
    bool late = clock_seconds_since(slot->began) > slot->expected.seconds;
    if (++slot->rested > 1 && (late || !slot->expected.known))
        turn_red(slot, slot->phase_began);
}

static void take_record(void *context, const struct journal_record *record)
{
    struct progress_slot *slot = context;
    slot->last_event = clock_now();
    if (record->kind == RECORD_PHASE) {
        slot->phase = record->phase.phase;
        slot->phase_began = slot->last_event;
        if (slot->phase == PHASE_SECOND_LOOP) {
            slot->iterations = slot->iteration + (unsigned)record->phase.iterations;
            turn_red(slot, slot->last_event);
        }
    } else if (record->kind == RECORD_SAMPLED) {
        take_counts(slot, &record->counts);
    } else if (record->kind == RECORD_ITERATION) {
        slot->iteration = (unsigned)record->iteration.iteration;
        /* What a second loop adds, the journal's "of" does not count. */
        if (slot->phase != PHASE_SECOND_LOOP)
            slot->iterations = (unsigned)record->iteration.of;
        slot->last_at = record->iteration.at;
        if (slot->first_iteration == 0) {
            slot->first_iteration = slot->iteration;
            slot->first_at = slot->last_at;
        }
    } else if (record->kind == RECORD_SCREEN && slot->progress->screens != NULL) {
        show_screen(slot, &record->screen);
    }
}

static void read_on(struct progress_slot *slot)
{
    if (slot->follower != NULL)
        journal_follow_more(slot->follower, take_record, slot);
}

/* What came since the last look is read before. */
static void close_journal(struct progress_slot *slot)
{
    read_on(slot);
    journal_follow_end(slot->follower);
    slot->follower = NULL;
}

/* --- How long it takes --- */

static bool rests_after_loop(const struct progress_slot *slot)
{
    return slot->phase == PHASE_DRAIN || slot->phase == PHASE_SECOND_DRAIN;
}

/* Of the attempt, from the pace of its iterations so far and the idle time that is to come; of a
 * rest after the loop at most so many; -1: not known. */
static double attempt_seconds_left(const struct progress_slot *slot)
{
    const struct measure_plan *measure = &slot->plan->measure;
    unsigned done = slot->iteration - slot->first_iteration;
    if (rests_after_loop(slot))
        return fmax((double)measure->drain_ms / 1000 - clock_seconds_since(slot->phase_began), 0);
    if (slot->iterations < slot->iteration || done == 0)
        return -1;
    double pace = (slot->last_at - slot->first_at) / done;
    double left = pace * (slot->iterations - slot->iteration);
    if (slot->phase == PHASE_WARMUP)
        left += (double)measure->idle_ms / 1000;
    return fmax(left - clock_seconds_since(slot->last_event), 0);
}

double progress_seconds_left(const struct progress *progress, unsigned slot)
{
    const struct progress_slot *running = &progress->slots[slot];
    if (running->plan == NULL)
        return 0;
    double left = attempt_seconds_left(running);
    double expected = running->expected.seconds;
    if (running->red_since != 0) {
        left = fmax(left, progress->budget - clock_seconds_since(running->red_since));
        if (running->attempt != ATTEMPT_SCREENING && running->attempt != ATTEMPT_LOCATE)
            left = fmax(left, expected - clock_seconds_since(running->attempt_began));
    } else if (left < 0 || running->expected.known) {
        left = fmax(left, expected - clock_seconds_since(running->began));
    }
    return fmax(left, 1);
}

/* --- Drawing --- */

/* What is going on, in words; what further attempts are for comes first. */
static const char *attempt_words(enum attempt attempt)
{
    switch (attempt) {
    case ATTEMPT_AGAIN:
    case ATTEMPT_CONTROL_AGAIN:
        return "growth found, confirming it in a fresh process; ";
    case ATTEMPT_THIRD:
    case ATTEMPT_CONTROL_THIRD:
        return "two processes differ, a third decides; ";
    case ATTEMPT_LOCATE:
        return "leak confirmed, looking for its step; ";
    case ATTEMPT_CONTROL:
        return "the control build first; ";
    case ATTEMPT_SCREENING:
    case ATTEMPT_TIMES:
    case ATTEMPT_COUNT:
        break;
    }
    return "";
}

static const char *phase_words(const struct progress_slot *slot)
{
    switch (slot->phase) {
    case PHASE_WARMUP:
        return "warming up";
    case PHASE_IDLE:
        return "at rest before the loop";
    case PHASE_LOOP:
        return "in the loop";
    case PHASE_DRAIN:
        return "at rest after the loop";
    case PHASE_SECOND_LOOP:
        return "something stayed, the loop once more";
    case PHASE_SECOND_DRAIN:
        return "at rest after the second loop";
    case PHASE_QUIT:
        return "quitting";
    case PHASE_START:
    case PHASE_BUSY:
    case PHASE_COUNT:
        break;
    }
    return "starting";
}

static void describe_wait(const struct progress_slot *slot, struct buffer *line)
{
    const struct journal_counts *now = &slot->now, *before = &slot->at_rest;
    if (now->goroutines > before->goroutines)
        buffer_format(line, " until %.0f goroutines are %.0f again", now->goroutines,
                      before->goroutines);
    else if (now->fds > before->fds)
        buffer_format(line, " until %.0f descriptors are %.0f again", now->fds, before->fds);
}

/* "tab-cycle: in the loop, iteration 3 of 40" */
static void describe(const struct progress_slot *slot, struct buffer *line)
{
    buffer_format(line, "%s: %s%s", slot->plan->name, attempt_words(slot->attempt),
                  phase_words(slot));
    if (rests_after_loop(slot)) {
        describe_wait(slot, line);
        buffer_format(line, ", at most %.0f s", attempt_seconds_left(slot));
    } else if (slot->iterations > 0 && slot->phase != PHASE_IDLE) {
        buffer_format(line, ", iteration %u of %u", slot->iteration, slot->iterations);
    }
}

static void draw_line(struct progress *progress, const struct buffer *line)
{
    struct console_style style = console_style_of(STDERR_FILENO);
    _cleanup_free_ char *harmless = text_harmless(buffer_string(line), false);
    _cleanup_free_ char *cut = text_cut(harmless, style.width - 1);
    fprintf(stderr, "%s\n", cut);
    progress->drawn++;
}

static bool any_is_red(const struct progress *progress)
{
    for (unsigned i = 0; i < progress->slot_count; i++)
        if (progress->slots[i].red_since != 0)
            return true;
    return false;
}

/* "3 of 16 done, about 2 min left"; of a red scenario only the most is known. */
static void describe_all(const struct progress *progress, struct buffer *line)
{
    if (progress->of > 1)
        buffer_format(line, "%zu of %zu done", progress->finished, progress->of);
    if (progress->left <= 0)
        return;
    struct short_text time = about_text(progress->left);
    buffer_format(line, "%s%s %s left", line->length > 0 ? ", " : "",
                  any_is_red(progress) ? "at most" : "about", time.text);
}

/* In a log: one line for all, and what the first of those that run are at. */
static void say(struct progress *progress)
{
    const unsigned shown = 3;
    _cleanup_buffer_ struct buffer line = {0};
    unsigned count = 0;
    describe_all(progress, &line);
    for (unsigned i = 0; i < progress->slot_count && count < shown; i++) {
        if (progress->slots[i].plan == NULL)
            continue;
        count++;
        buffer_text(&line, line.length > 0 ? "; " : "");
        describe(&progress->slots[i], &line);
    }
    _cleanup_free_ char *harmless = text_harmless(buffer_string(&line), false);
    fprintf(stderr, "... %s\n", harmless);
    progress->last_drawn = clock_now();
}

static void draw(struct progress *progress)
{
    /* A block that is higher than the terminal could not be drawn over. */
    struct winsize size = {0};
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0)
        size.ws_row = ROWS_USUAL;
    erase(progress);
    for (unsigned i = 0; i < progress->slot_count && progress->drawn + 2 < size.ws_row; i++) {
        _cleanup_buffer_ struct buffer line = {0};
        if (progress->slots[i].plan == NULL)
            continue;
        describe(&progress->slots[i], &line);
        draw_line(progress, &line);
    }
    _cleanup_buffer_ struct buffer all = {0};
    describe_all(progress, &all);
    if (all.length > 0)
        draw_line(progress, &all);
    fflush(stderr);
    progress->last_drawn = clock_now();
}

void progress_update(struct progress *progress, double left)
{
    if (progress->left <= 0 || progress->corrected || left < progress->left)
        progress->left = left;
    progress->corrected = false;
    for (unsigned i = 0; i < progress->slot_count; i++)
        read_on(&progress->slots[i]);
    int64_t since = clock_now() - progress->last_drawn;
    if (progress->terminal && since >= REDRAW_MS * NS_PER_MS)
        draw(progress);
    else if (!progress->terminal && since >= SAY_MS * NS_PER_MS)
        say(progress);
}

/* --- Beginnings and ends --- */

void progress_begin(struct progress *progress, unsigned slot, const struct plan *plan,
                    struct duration expected)
{
    progress->slots[slot] = (struct progress_slot){.progress = progress,
                                                   .plan = plan,
                                                   .expected = expected,
                                                   .began = clock_now(),
                                                   .phase = PHASE_COUNT};
}

void progress_attempt(struct progress *progress, unsigned slot, enum attempt attempt,
                      const char *journal)
{
    struct progress_slot *running = &progress->slots[slot];
    close_journal(running);
    *running = (struct progress_slot){.progress = progress,
                                      .plan = running->plan,
                                      .expected = running->expected,
                                      .began = running->began,
                                      .red_since = running->red_since,
                                      .attempt = attempt,
                                      .attempt_began = clock_now(),
                                      .phase = PHASE_COUNT,
                                      .last_event = clock_now()};
    if (attempt != ATTEMPT_SCREENING && attempt != ATTEMPT_CONTROL && attempt < ATTEMPT_TIMES)
        turn_red(running, running->attempt_began);
    running->follower = journal_follow(journal);
    if (progress->terminal || *attempt_words(attempt) == '\0')
        return;
    const char *words = attempt_words(attempt);
    fprintf(stderr, "%s: %.*s\n", running->plan->name, (int)strcspn(words, ";"), words);
}

void progress_finish(struct progress *progress, unsigned slot, const char *verdict, double seconds)
{
    struct progress_slot *ended = &progress->slots[slot];
    struct short_text took = seconds_text(seconds);
    close_journal(ended);
    erase(progress);
    progress->finished++;
    /* A pass is counted by the next line; of a single one the report says it at once. */
    if (progress->of > 1 && strcmp(verdict, verdict_name(VERDICT_PASS)) != 0)
        fprintf(stderr, "[%zu/%zu] %s %s (%s)\n", progress->finished, progress->of,
                ended->plan->name, verdict, took.text);
    *ended = (struct progress_slot){0};
}

void progress_end(struct progress *progress)
{
    erase(progress);
    free(progress->slots);
}
