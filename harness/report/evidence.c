#include "report/evidence.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "journal/run_files.h"

char *evidence_describe(const struct string_list *files)
{
    static const struct {
        const char *file;
        const char *what;
    } kinds[] = {{RECORDING_FILE, "recording"},
                 {SCREEN_FILE, "screen"},
                 {STDERR_FILE, "standard error"},
                 {EVIDENCE_GOROUTINES, "goroutines"},
                 {EVIDENCE_HEAP_FIRST, "profiles"}};
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (string_list_contains(files, kinds[i].file))
            buffer_format(&out, "%s%s", out.length > 0 ? ", " : "", kinds[i].what);
    return buffer_take(&out);
}

/* The first finding is the worst. */
static bool goroutines_grew(const struct judgement *judgement)
{
    for (size_t i = 0; judgement != NULL && i < judgement->count; i++)
        if (finding_fails(judgement->findings[i].kind))
            return judgement->findings[i].gauge == GAUGE_GOROUTINE ||
                   judgement->findings[i].gauge == GAUGE_GOROUTINE_LEAK;
    return false;
}

char *evidence_comparison(const char *directory, const struct scenario_result *scenario)
{
    bool goroutines = goroutines_grew(scenario->judgement);
    const char *first = goroutines ? EVIDENCE_GOROUTINE_FIRST : EVIDENCE_HEAP_FIRST;
    const char *last = goroutines ? EVIDENCE_GOROUTINE_LAST : EVIDENCE_HEAP_LAST;
    if (!string_list_contains(&scenario->files, first) ||
        !string_list_contains(&scenario->files, last))
        return NULL;
    _cleanup_free_ char *from = report_path(directory, scenario->name, first);
    _cleanup_free_ char *to = report_path(directory, scenario->name, last);
    _cleanup_free_ char *base = shell_quoted(from);
    _cleanup_free_ char *profile = shell_quoted(to);
    /* Goroutines all wait in runtime.gopark: what called it tells them apart. */
    return memory_format("go tool pprof -top%s -base %s %s", goroutines ? " -cum" : "", base,
                         profile);
}
