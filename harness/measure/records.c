#include "measure/records.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "measure/identify.h"

static json_t *new_record(const char *name)
{
    json_t *record = json_object();
    if (record == NULL)
        memory_exhausted();
    json_put(record, "record", json_text(name));
    return record;
}

static char *mark_text(const struct mark *mark)
{
    return memory_format("%s:%u:%u", mark->file, mark->line, mark->column);
}

static json_t *measure_numbers(const struct measure_plan *measure)
{
    json_t *numbers = json_object();
    json_put(numbers, "warmup", json_integer(measure->warmup));
    json_put(numbers, "idle_samples", json_integer(measure->idle_samples));
    json_put(numbers, "idle_ms", json_integer(measure->idle_ms));
    json_put(numbers, "samples", json_integer(measure->samples));
    json_put(numbers, "iterations_per_sample", json_integer(measure->iterations_per_sample));
    json_put(numbers, "every_ms", json_integer(measure->every_ms));
    json_put(numbers, "for_ms", json_integer(measure->for_ms));
    if (measure->file_for_ms != measure->for_ms)
        json_put(numbers, "file_for_ms", json_integer(measure->file_for_ms));
    json_put(numbers, "drain_ms", json_integer(measure->drain_ms));
    json_put(numbers, "heap_rate", json_integer(measure->heap_rate));
    return numbers;
}

/* What each step that waits belongs to: the input before it, counted from 1; its own number where
 * there is none. */
static size_t input_before(const struct step_list *steps, size_t index)
{
    for (size_t i = index + 1; i-- > 0;)
        if (step_is_input(&steps->items[i]))
            return i;
    return index;
}

/* All rounds of a step in a loop are one place: the first of them. */
static unsigned input_of(const struct step_list *steps, size_t index)
{
    size_t input = input_before(steps, index), first = 0;
    while (!marks_equal(&steps->items[first].where, &steps->items[input].where))
        first++;
    return (unsigned)first + 1;
}

static json_t *iteration_steps(const struct step_list *steps)
{
    json_t *array = json_array();
    for (size_t i = 0; i < steps->count; i++) {
        _cleanup_free_ char *where = mark_text(&steps->items[i].where);
        json_t *step = json_object();
        json_put(step, "step", json_text(step_written(&steps->items[i])));
        json_put(step, "where", json_text(where));
        json_put(step, "input", json_integer(input_of(steps, i)));
        json_push(array, step);
    }
    return array;
}

static json_t *baseline_or_null(const struct baseline *baseline)
{
    return baseline != NULL ? baseline_to_json(baseline) : json_null();
}

static json_t *quarantine_to_json(const struct quarantine_plan *quarantine)
{
    json_t *object = json_object();
    json_put(object, "reason", json_text(quarantine->reason));
    json_put(object, "until", json_text(quarantine->until));
    return object;
}

json_t *record_header(const struct run_options *options, unsigned iterations_total)
{
    const struct plan *plan = options->plan;
    char now[21];
    clock_timestamp(now);
    json_t *record = new_record("journal");
    json_put(record, "version", json_integer(1));
    json_put(record, "leakgate", json_text(LEAKGATE_VERSION));
    json_put(record, "date", json_text(now));
    json_put(record, "scenario", json_text(plan->name));
    json_put(record, "title", json_text(plan->title));
    json_put(record, "file", json_text(plan->file));
    json_put(record, "target", json_text(plan->target.name));
    json_put(record, "program", json_text(path_base(plan->target.command.items[0])));
    json_put(record, "attempt", json_text(attempt_name(options->attempt)));
    _cleanup_free_ char *program = world_find_program(plan, NULL);
    _cleanup_free_ char *program_hash = program != NULL ? identify_program(program) : NULL;
    if (program_hash != NULL)
        json_put(record, "program_hash", json_text(program_hash));
    json_put(record, "plan_hash", json_text(plan->hash));
    json_put(record, "plan", json_incref(plan->document));
    json_put(record, "measure", measure_numbers(&plan->measure));
    json_put(record, "baseline", baseline_or_null(options->baseline));
    if (options->baseline_revision != NULL) {
        json_put(record, "baseline_revision", json_text(options->baseline_revision));
        json_put(record, "baseline_commit", json_text(options->baseline_commit));
        json_put(record, "baseline_here", baseline_or_null(options->baseline_here));
        if (plan->quarantine_here.reason != NULL)
            json_put(record, "quarantine_here", quarantine_to_json(&plan->quarantine_here));
        if (options->weakened != NULL && options->weakened->count > 0)
            json_put(record, "weakened", json_texts(options->weakened));
    }
    if (plan->quarantine.reason != NULL)
        json_put(record, "quarantine", quarantine_to_json(&plan->quarantine));
    json_put(record, "world", json_text(options->world_root));
    json_put(record, "iterations_total", json_integer(iterations_total));
    if (options->reproduce != NULL)
        json_put(record, "options", json_text(options->reproduce));
    if (options->baselines != NULL)
        json_put(record, "baselines", json_text(options->baselines));
    if (options->control_version != NULL)
        json_put(record, "control", json_text(options->control_version));
    if (options->control_left_behind != NULL && options->control_left_behind->count > 0)
        json_put(record, "control_left_behind", json_texts(options->control_left_behind));
    if (options->attempt == ATTEMPT_LOCATE)
        json_put(record, "iteration_steps", iteration_steps(&plan->iteration));
    return record;
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

json_t *record_target(const struct target *target, const struct probe *probe,
                      const struct build_info *build, const char *version_line, int64_t heap_rate)
{
    _cleanup_free_ char *word = version_word(version_line);
    _cleanup_free_ char *platform = platform_name();
    json_t *record = new_record("target");
    json_put(record, "pid", json_integer(probe_pid(probe)));
    json_put(record, "started_pid", json_integer(target_pid(target)));
    json_put(record, "port", json_integer(probe_port(probe)));
    json_put(record, "version", json_text(*word != '\0' ? word : build->version));
    json_put(record, "version_line", json_text(version_line));
    json_put(record, "go", json_text(build->go_version));
    json_put(record, "module", json_text(build->module));
    json_put(record, "platform", json_text(platform));
    json_put(record, "heap_rate", json_integer(heap_rate));
    return record;
}

json_t *record_phase(enum phase phase, double at, unsigned iterations)
{
    json_t *record = new_record("phase");
    json_put(record, "phase", json_text(phase_name(phase)));
    json_put(record, "at", json_number(at));
    json_put(record, "iterations", json_integer(iterations));
    return record;
}

json_t *record_iteration(enum phase phase, unsigned iteration, unsigned of, double at)
{
    json_t *record = new_record("iteration");
    json_put(record, "phase", json_text(phase_name(phase)));
    json_put(record, "iteration", json_integer(iteration));
    json_put(record, "of", json_integer(of));
    json_put(record, "at", json_number(at));
    return record;
}

json_t *record_step(const struct step_report *report, int64_t target_started)
{
    const struct step *step = report->step;
    _cleanup_free_ char *where = mark_text(&step->where);
    json_t *record = new_record("step");
    json_put(record, "iteration", json_integer(report->iteration));
    json_put(record, "step", json_text(step->source));
    json_put(record, "where", json_text(where));
    json_put(record, "at",
             json_number((double)(report->started - target_started) / (double)NS_PER_SECOND));
    json_put(record, "took_ms",
             json_number((double)(report->ended - report->started) / (double)NS_PER_MS));
    json_put(record, "failed", json_boolean(report->failed));
    return record;
}

json_t *record_screen(const char *why, const char *name, const struct string_list *rows)
{
    json_t *lines = json_array();
    for (size_t i = 0; i < rows->count; i++)
        json_push(lines, json_text(rows->items[i]));
    json_t *record = new_record("screen");
    json_put(record, "why", json_text(why));
    json_put(record, "name", json_text(name));
    json_put(record, "rows", lines);
    return record;
}

json_t *record_note(const char *text)
{
    json_t *record = new_record("note");
    json_put(record, "text", json_text(text));
    return record;
}

const char *problem_class_name(enum lg_error_class class)
{
    switch (class) {
    case LG_ERROR_TARGET:
        return "target";
    case LG_ERROR_INVALID:
        return "invalid";
    case LG_ERROR_CANCELLED:
        return "cancelled";
    case LG_ERROR_NEED:
        return "need";
    case LG_ERROR_INPUT:
        return "input";
    case LG_ERROR_NONE:
    case LG_ERROR_INTERNAL:
        break;
    }
    return "internal";
}

json_t *record_failure(const struct lg_error *problem, const char *stderr_tail)
{
    json_t *record = new_record("failure");
    json_put(record, "class", json_text(problem_class_name(problem->class)));
    json_put(record, "where", json_text(problem->where));
    json_put(record, "text", json_text(problem->text));
    json_put(record, "stderr_tail", json_text(stderr_tail));
    return record;
}

/* What this worker itself cost: CPU seconds and the most memory it held. */
static json_t *own_usage(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    json_t *own = json_object();
    json_put(own, "cpu_seconds", json_number(cpu));
    json_put(own, "max_rss_bytes", json_integer((json_int_t)usage.ru_maxrss * 1024));
    return own;
}

json_t *record_end(const struct target *target, double at, unsigned connections, bool played_only,
                   const struct string_list *left_behind)
{
    json_t *names = json_array();
    for (size_t i = 0; i < left_behind->count; i++)
        json_push(names, json_text(left_behind->items[i]));
    int status = 0;
    bool ended = target != NULL && !target_alive((struct target *)target, &status);
    json_t *record = new_record("end");
    json_put(record, "at", json_number(at));
    json_put(record, "exit_status",
             ended && WIFEXITED(status) ? json_integer(WEXITSTATUS(status)) : json_null());
    json_put(record, "left_behind", names);
    json_put(record, "silent_presses",
             json_integer(target != NULL ? target_silent_presses(target) : 0));
    json_put(record, "sleeps", json_integer(target != NULL ? target_sleeps(target) : 0));
    json_put(record, "connections", json_integer(connections));
    json_put(record, "played_only", json_boolean(played_only));
    json_put(record, "own", own_usage());
    return record;
}
