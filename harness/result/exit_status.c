#include "result/exit_status.h"

#include "result/quarantine.h"

int status_rank(int status)
{
    static const int worst_first[] = {EXIT_INTERNAL, EXIT_INPUT,        EXIT_TARGET_FAILED,
                                      EXIT_LEAK,     EXIT_INCONCLUSIVE, EXIT_NOTHING_JUDGED,
                                      EXIT_PASS};
    int rank = 0, count = (int)(COUNT_OF(worst_first));
    while (rank < count && worst_first[rank] != status)
        rank++;
    return rank;
}

int worse_status(int a, int b)
{
    return status_rank(a) <= status_rank(b) ? a : b;
}

static int status_of_verdict(const struct suite_result *suite,
                             const struct scenario_result *scenario)
{
    switch (scenario->verdict) {
    case VERDICT_PASS:
        return EXIT_PASS;
    case VERDICT_LEAK:
        return EXIT_LEAK;
    case VERDICT_INCONCLUSIVE:
    case VERDICT_INVALID:
        return suite->only_leaks_fail ? EXIT_PASS : EXIT_INCONCLUSIVE;
    case VERDICT_SKIPPED:
        return suite->require_all && !scenario->without ? EXIT_NOTHING_JUDGED : EXIT_PASS;
    case VERDICT_FAILED:
    case VERDICT_STOPPED:
    case VERDICT_COUNT:
        break;
    }
    return scenario->problem == LG_ERROR_NONE ? EXIT_TARGET_FAILED
                                              : (int)lg_exit_status(scenario->problem);
}

int scenario_exit_status(const struct suite_result *suite, const struct scenario_result *scenario)
{
    int status = status_of_verdict(suite, scenario);
    return quarantine_forgives(scenario, status) ? EXIT_PASS : status;
}

int suite_exit_status(const struct suite_result *suite)
{
    if (suite->signal != 0)
        return 128 + suite->signal;
    int status = suite->problems.count > 0 ? EXIT_INPUT : EXIT_PASS;
    bool any_judged = false;
    for (size_t i = 0; i < suite->count; i++) {
        status = worse_status(status, scenario_exit_status(suite, &suite->scenarios[i]));
        any_judged = any_judged || suite->scenarios[i].verdict != VERDICT_SKIPPED;
    }
    if (suite->count == 0 && suite->shards > 0)
        return EXIT_PASS;
    return any_judged ? status : worse_status(status, EXIT_NOTHING_JUDGED);
}
