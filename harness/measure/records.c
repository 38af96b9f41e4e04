/* What the worker says in the journal, made from what it has. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "measure/identify.h"
#include "measure/run_private.h"
#include "probes/build_info.h"

/* Steps and screens are written by callbacks, which cannot end the run: the next record does. */
static bool write_record(struct run *run, const struct journal_record *record, struct lg_error *err)
{
    if (run->journal_problem.class == LG_ERROR_NONE)
        return journal_write(run->journal, record, err);
    if (err != NULL)
        *err = run->journal_problem;
    return false;
}

static char *mark_text(const struct mark *mark)
{
    return memory_format("%s:%u:%u", mark->file, mark->line, mark->column);
}

static struct journal_measure measure_numbers(const struct measure_plan *measure)
{
    return (struct journal_measure){
        .warmup = measure->warmup,
        .idle_samples = measure->idle_samples,
        .idle_ms = measure->idle_ms,
        .samples = measure->samples,
        .iterations_per_sample = measure->iterations_per_sample,
        .every_ms = measure->every_ms,
        .for_ms = measure->for_ms,
        .file_for_ms =
            measure->file_for_ms != measure->for_ms ? measure->file_for_ms : JOURNAL_ABSENT,
        .drain_ms = measure->drain_ms,
        .heap_rate = measure->heap_rate,
    };
}

/* What each step that waits belongs to: the input before it, counted from 1; its own number where
 * there is none. All rounds of a step in a loop are one place: the first of them. */
static unsigned input_of(const struct step_list *steps, size_t index)
{
    size_t input = index, first = 0;
    while (input > 0 && !step_is_input(&steps->items[input]))
        input--;
    if (!step_is_input(&steps->items[input]))
        input = index;
    while (!marks_equal(&steps->items[first].where, &steps->items[input].where))
        first++;
    return (unsigned)first + 1;
}

/* `wheres` owns the texts of the places. */
static struct journal_places iteration_places(const struct step_list *steps,
                                              struct string_list *wheres)
{
    struct journal_places places = {.items = memory_array(steps->count + 1, sizeof *places.items),
                                    .count = steps->count};
    for (size_t i = 0; i < steps->count; i++) {
        string_list_take(wheres, mark_text(&steps->items[i].where));
        places.items[i] =
            (struct journal_place){.step = text_or(steps->items[i].written, steps->items[i].source),
                                   .where = wheres->items[i],
                                   .input = input_of(steps, i)};
    }
    return places;
}

bool run_write_header(struct run *run, struct lg_error *err)
{
    const struct run_options *options = run->options;
    const struct plan *plan = run->plan;
    clock_timestamp(run->date);
    snprintf(run->today, sizeof run->today, "%.10s", run->date);
    _cleanup_free_ char *program = world_find_program(plan, NULL);
    _cleanup_free_ char *program_hash = program != NULL ? identify_program(program) : NULL;
    _cleanup_strings_ struct string_list wheres = {0};
    struct journal_header header = {
        .version = JOURNAL_VERSION,
        .leakgate = LEAKGATE_VERSION,
        .date = run->date,
        .watch = options->watch,
        .scenario = plan->name,
        .title = plan->title,
        .file = plan->file,
        .target = plan->target.name,
        .program = path_base(plan->target.command.items[0]),
        .program_hash = program_hash,
        .attempt = attempt_name(options->attempt),
        .plan_hash = plan->hash,
        .plan = plan->document,
        .measure = measure_numbers(&plan->measure),
        .baseline = options->baseline,
        .baseline_revision = options->baseline_revision,
        .baseline_commit = options->baseline_commit,
        .baseline_here = options->baseline_here,
        .plan_difference = options->plan_difference,
        .quarantine_here = {plan->quarantine_here.reason, plan->quarantine_here.until},
        .quarantine = {plan->quarantine.reason, plan->quarantine.until},
        .world = options->world_root,
        .iterations_total = run->iterations_total,
        .options = options->reproduce,
        .baselines = options->baselines,
        .control = options->control_version,
        .times = options->times > 1 ? options->times : JOURNAL_ABSENT,
    };
    if (options->approved != NULL)
        header.approved = *options->approved;
    if (options->control_left_behind != NULL)
        header.control_left_behind = *options->control_left_behind;
    if (options->attempt == ATTEMPT_LOCATE)
        header.iteration_steps = iteration_places(&plan->iteration, &wheres);
    bool written =
        write_record(run, &(struct journal_record){.kind = RECORD_HEADER, .header = header}, err);
    free(header.iteration_steps.items);
    return written;
}

/* Go's names for what uname calls the machine, as baselines store them. */
static char *platform_name(void)
{
    struct utsname names;
    if (uname(&names) != 0)
        return memory_copy_text("linux");
    const char *machine = names.machine;
    if (strcmp(machine, "x86_64") == 0)
        machine = "amd64";
    else if (strcmp(machine, "aarch64") == 0)
        machine = "arm64";
    return memory_format("linux/%s", machine);
}

bool run_write_target(struct run *run, int64_t heap_rate, struct lg_error *err)
{
    struct build_info build;
    /* Of what is sampled: the program may be a script that starts another. */
    _cleanup_free_ char *program = memory_format("/proc/%d/exe", (int)probe_pid(run->probe));
    _cleanup_free_ char *word = version_word(run->version_line);
    _cleanup_free_ char *platform = platform_name();
    build_info_read(program, &build);
    free_all(run->series.module, run->series.package);
    run->series.module = memory_copy_text(build.module);
    run->series.package = memory_copy_text(build.package);
    struct journal_target target = {
        .pid = probe_pid(run->probe),
        .started_pid = run->target != NULL ? run->target->process.pid : JOURNAL_ABSENT,
        .port = probe_port(run->probe),
        .version = *word != '\0' ? word : build.version,
        .version_line = run->version_line,
        .go = build.go_version,
        .module = build.module,
        .package = build.package,
        .revision = build.revision,
        .platform = platform,
        .heap_rate = heap_rate,
    };
    return write_record(run, &(struct journal_record){.kind = RECORD_TARGET, .target = target},
                        err);
}

bool run_enter_phase(struct run *run, enum phase phase, unsigned iterations, struct lg_error *err)
{
    struct journal_phase record = {
        .phase = phase, .at = run_seconds(run), .iterations = iterations};
    run->phase = phase;
    return write_record(run, &(struct journal_record){.kind = RECORD_PHASE, .phase = record}, err);
}

bool run_write_iteration(struct run *run, unsigned iteration, unsigned of, struct lg_error *err)
{
    struct journal_iteration record = {
        .phase = run->phase, .iteration = iteration, .of = of, .at = run_seconds(run)};
    return write_record(
        run, &(struct journal_record){.kind = RECORD_ITERATION, .iteration = record}, err);
}

void run_write_step(struct run *run, const struct step_report *report)
{
    int64_t started = run->target != NULL ? run->target->started : report->started;
    _cleanup_free_ char *where = mark_text(&report->step->where);
    struct journal_step step = {
        .iteration = report->iteration,
        .step = report->step->source,
        .where = where,
        .at = (double)(report->started - started) / (double)NS_PER_SECOND,
        .took_ms = (double)(report->ended - report->started) / (double)NS_PER_MS,
        .failed = report->failed,
    };
    write_record(run, &(struct journal_record){.kind = RECORD_STEP, .step = step},
                 &run->journal_problem);
}

void run_write_rows(struct run *run, enum screen_why why, const char *name,
                    const struct string_list *rows)
{
    struct journal_screen screen = {.why = why, .name = name, .rows = *rows};
    write_record(run, &(struct journal_record){.kind = RECORD_SCREEN, .screen = screen},
                 &run->journal_problem);
}

void run_write_screen(struct run *run, enum screen_why why, const char *name)
{
    _cleanup_strings_ struct string_list rows = {0};
    if (run->target == NULL)
        return;
    terminal_text(run->target->terminal, &rows);
    run_write_rows(run, why, name, &rows);
}

bool run_write_note(struct run *run, const char *text, struct lg_error *err)
{
    return write_record(run, &(struct journal_record){.kind = RECORD_NOTE, .note = {text}}, err);
}

bool run_write_flag(struct run *run, const struct journal_flag *flag, struct lg_error *err)
{
    return write_record(run, &(struct journal_record){.kind = RECORD_FLAG, .flag = *flag}, err);
}

bool run_write_failure(struct run *run, const struct lg_error *problem, const char *stderr_tail,
                       struct lg_error *err)
{
    struct journal_failure failure = {.class = problem->class,
                                      .where = problem->where,
                                      .text = problem->text,
                                      .stderr_tail = stderr_tail};
    return write_record(run, &(struct journal_record){.kind = RECORD_FAILURE, .failure = failure},
                        err);
}

bool run_write_end(struct run *run, struct lg_error *err)
{
    struct target *target = run->target;
    struct journal_end end = run->end;
    bool ended = target != NULL && target_has_ended(target);
    int status = ended ? target->process.status : 0;
    end.at = run_seconds(run);
    end.exit_status = ended && WIFEXITED(status) ? WEXITSTATUS(status) : JOURNAL_ABSENT;
    end.goroutineleak = run->goroutineleak;
    end.silent_presses = target != NULL ? target->silent_presses : 0;
    end.settles = target != NULL ? target->settles : 0;
    end.unsettled = target != NULL ? target->unsettled : 0;
    end.sleeps = target != NULL ? target->sleeps : 0;
    struct pprof *pprof = run->probe != NULL ? probe_pprof(run->probe) : NULL;
    end.connections = pprof != NULL ? pprof_connections(pprof) : 0;
    end.played_only = run->options->play_iterations > 0;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    end.own.cpu_seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                          (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    end.own.max_rss_bytes = (int64_t)usage.ru_maxrss * 1024;
    return write_record(run, &(struct journal_record){.kind = RECORD_END, .end = end}, err);
}
