#include "commands/progress.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/console.h"
#include "report/text_layout.h"

enum { REDRAW_MS = 200 };

void progress_start(struct progress *progress, const struct plan *plan, size_t number, size_t of,
                    FILE *screens)
{
    *progress = (struct progress){
        .terminal = isatty(STDERR_FILENO) == 1,
        .channel = -1,
        .screens = screens,
        .plan = plan,
        .number = number,
        .of = of,
    };
    if (!progress->terminal)
        fprintf(stderr, "[%zu/%zu] %s ...%s", number, of, plan->name, screens != NULL ? "\n" : "");
}

void progress_start_apart(struct progress *progress, const struct plan *plan, FILE *screens,
                          int channel)
{
    *progress = (struct progress){.channel = channel, .screens = screens, .plan = plan};
}

/* Nobody to say it to is no matter: who started this process has ended, and ends it. */
static void tell(const struct progress *progress, json_t *object)
{
    _cleanup_free_ char *line = json_one_line(object);
    _cleanup_free_ char *ended = memory_format("%s\n", line);
    file_write_all(progress->channel, ended, strlen(ended), NULL);
    json_decref(object);
}

static void tell_text(const struct progress *progress, const char *key, const char *text)
{
    json_t *object = json_object();
    json_put(object, key, json_text(text));
    tell(progress, object);
}

void progress_attempt(struct progress *progress, enum attempt attempt, const char *journal)
{
    progress->attempt = attempt;
    progress->follower = journal_follow(journal);
    progress->iteration = progress->iterations = progress->first_iteration = 0;
    progress->last_event = clock_now();
    snprintf(progress->phase, sizeof progress->phase, "start");
    if (progress->channel >= 0 && attempt != ATTEMPT_SCREENING)
        tell_text(progress, "attempt", attempt_name(attempt));
    else if (!progress->terminal && attempt != ATTEMPT_SCREENING)
        fprintf(stderr, " %s ...", attempt_name(attempt));
}

void progress_world(struct progress *progress, const char *world)
{
    if (progress->channel >= 0)
        tell_text(progress, "world", world);
}

static void take_iteration(struct progress *progress, const struct journal_iteration *iteration)
{
    progress->iteration = (unsigned)iteration->iteration;
    progress->iterations = (unsigned)iteration->of;
    progress->last_at = iteration->at;
    if (progress->first_iteration == 0) {
        progress->first_iteration = progress->iteration;
        progress->first_at = progress->last_at;
    }
}

static void erase(const struct progress *progress)
{
    if (progress->terminal)
        fputs("\r\033[K", stderr);
}

static void show_screen(struct progress *progress, const struct journal_screen *screen)
{
    _cleanup_buffer_ struct buffer box = {0};
    struct console_style style = console_style_of(fileno(progress->screens));
    const char *why = screen_why_name(screen->why);
    const char *name = text_or(screen->name, "");
    bool of_step = screen->why == SCREEN_STEP;
    _cleanup_free_ char *said =
        memory_format("%s%s%s", of_step ? "" : why, !of_step && *name != '\0' ? ": " : "", name);
    _cleanup_free_ char *harmless = text_harmless(said, false);
    _cleanup_free_ char *cut = text_cut(harmless, style.width - 8);
    bool apart = progress->channel >= 0; /* others show theirs as well */
    _cleanup_free_ char *title =
        memory_format(" %s%s%s ", apart ? progress->plan->name : "", apart ? ", " : "", cut);
    console_screen(&screen->rows, title, 0, style.width, &box);
    if (apart) {
        tell_text(progress, "screen", buffer_string(&box));
        return;
    }
    erase(progress);
    fputs(buffer_string(&box), progress->screens);
    fflush(progress->screens);
}

static void take_record(void *context, const struct journal_record *record)
{
    struct progress *progress = context;
    progress->last_event = clock_now();
    if (record->kind == RECORD_PHASE)
        snprintf(progress->phase, sizeof progress->phase, "%s", phase_name(record->phase.phase));
    else if (record->kind == RECORD_ITERATION)
        take_iteration(progress, &record->iteration);
    else if (record->kind == RECORD_SCREEN && progress->screens != NULL)
        show_screen(progress, &record->screen);
}

/* From the pace of the iterations so far and the rests that are still to come; -1: cannot be told.
 */
static double seconds_left(const struct progress *progress)
{
    const struct measure_plan *measure = &progress->plan->measure;
    unsigned done = progress->iteration - progress->first_iteration;
    if (progress->iterations < progress->iteration || done == 0)
        return -1;
    if (strcmp(progress->phase, phase_name(PHASE_DRAIN)) == 0)
        return (double)measure->drain_ms / 1000;
    double pace = (progress->last_at - progress->first_at) / done;
    double left = pace * (progress->iterations - progress->iteration);
    if (strcmp(progress->phase, phase_name(PHASE_WARMUP)) == 0)
        left += (double)measure->idle_ms / 1000;
    double since = (double)(clock_now() - progress->last_event) / (double)NS_PER_SECOND;
    return fmax(left - since, 0);
}

/* "tab-cycle, again: loop, iteration 3 of 40, about 12 s left" */
static void describe(const struct progress *progress, struct buffer *line)
{
    double left = seconds_left(progress);
    bool further = progress->attempt != ATTEMPT_SCREENING;
    buffer_format(line, "%s%s%s: %s", progress->plan->name, further ? ", " : "",
                  further ? attempt_name(progress->attempt) : "", progress->phase);
    if (progress->iterations > 0)
        buffer_format(line, ", iteration %u of %u", progress->iteration, progress->iterations);
    if (left < 0)
        return;
    const double long_enough = 600;
    char time[64];
    if (left >= long_enough)
        clock_describe((int64_t)left * NS_PER_SECOND, time, sizeof time);
    else
        snprintf(time, sizeof time, "%.0f s", left);
    buffer_format(line, ", %s %s left",
                  strcmp(progress->phase, phase_name(PHASE_DRAIN)) == 0 ? "at most" : "about",
                  time);
}

static void draw(struct progress *progress)
{
    _cleanup_buffer_ struct buffer line = {0};
    buffer_format(&line, "[%zu/%zu] ", progress->number, progress->of);
    describe(progress, &line);
    struct console_style style = console_style_of(STDERR_FILENO);
    _cleanup_free_ char *harmless = text_harmless(buffer_string(&line), false);
    _cleanup_free_ char *cut = text_cut(harmless, style.width - 1);
    erase(progress);
    fputs(cut, stderr);
    fflush(stderr);
}

static void say(const struct progress *progress)
{
    _cleanup_buffer_ struct buffer line = {0};
    json_t *object = json_object();
    double left = seconds_left(progress);
    describe(progress, &line);
    json_put(object, "line", json_text(buffer_string(&line)));
    if (left >= 0)
        json_put(object, "left", json_number(left));
    tell(progress, object);
}

void progress_tick(void *context)
{
    struct progress *progress = context;
    journal_follow_more(progress->follower, take_record, progress);
    if (clock_now() - progress->last_drawn < REDRAW_MS * NS_PER_MS)
        return;
    if (progress->channel >= 0)
        say(progress);
    else if (progress->terminal)
        draw(progress);
    progress->last_drawn = clock_now();
}

void progress_attempt_end(struct progress *progress)
{
    /* What came between the last tick and the end. */
    journal_follow_more(progress->follower, take_record, progress);
    journal_follow_end(progress->follower);
    progress->follower = NULL;
    erase(progress);
}

void progress_end(struct progress *progress, const struct scenario_result *scenario)
{
    char took[64];
    clock_describe((int64_t)(scenario->seconds * 1e9), took, sizeof took);
    if (!progress->terminal && progress->channel < 0)
        fprintf(stderr, " %s (%s)\n", verdict_name(scenario->verdict), took);
}
