#include "commands/runner.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/json.h"
#include "commands/channel.h"
#include "commands/run_scenario.h"
#include "result/result_json.h"

void runner_serve(struct suite_run *suite, size_t number, int writer, pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(RUNNER_LOST);
    setsid();
    /* A leakgate that ends ends this process as well; a write to it must not do so before. */
    signal(SIGPIPE, SIG_IGN);
    const struct arguments *arguments = suite->arguments;
    const struct revision *revision = suite->revision;
    struct scenario_run run = {
        .arguments = arguments,
        .options = {.plan = suite->selection.plans[number],
                    .baseline = suite->baselines[number],
                    .baseline_revision = revision != NULL ? revision_name(revision) : NULL,
                    .baseline_commit = revision != NULL ? revision_commit(revision) : NULL,
                    .baseline_here = suite->baselines_here[number],
                    .plan_difference = suite->plan_differences[number],
                    .play_iterations = option_number(arguments, OPTION_ITERATIONS),
                    .show = option_given(arguments, OPTION_SHOW),
                    .reproduce = suite->result->options,
                    .baselines = suite->result->baselines,
                    .timeout_scale = suite->timeout_scale},
        .result = &suite->result->scenarios[number],
        .writer = writer,
    };
    run_scenario(&run);
    json_t *result = scenario_to_json(run.result);
    json_put(result, "signal", json_integer(run.signal));
    json_t *message = json_object();
    json_put(message, "result", result);
    bool said = channel_write(writer, message);
    fflush(stderr);
    _exit(said ? EXIT_PASS : RUNNER_LOST);
}
