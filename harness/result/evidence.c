#include "result/evidence.h"

#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "result/attempts.h"

static bool is_there(const char *directory, const char *name, const char *file)
{
    _cleanup_free_ char *path = report_path(directory, name, file);
    return access(path, F_OK) == 0;
}

char *evidence_describe(const char *directory, const char *name)
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
        if (is_there(directory, name, kinds[i].file))
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
    if (!is_there(directory, scenario->name, first) || !is_there(directory, scenario->name, last))
        return NULL;
    _cleanup_free_ char *from = report_path(directory, scenario->name, first);
    _cleanup_free_ char *to = report_path(directory, scenario->name, last);
    _cleanup_free_ char *base = shell_quoted(from);
    _cleanup_free_ char *profile = shell_quoted(to);
    /* Goroutines all wait in runtime.gopark: what called it tells them apart. */
    return memory_format("go tool pprof -top%s -base %s %s", goroutines ? " -cum" : "", base,
                         profile);
}

/* Of one run. */
static bool remove_files(const char *directory, struct lg_error *err)
{
    static const char *const names[] = {EVIDENCE_HEAP_FIRST, EVIDENCE_HEAP_LAST,
                                        EVIDENCE_GOROUTINE_FIRST, EVIDENCE_GOROUTINE_LAST,
                                        EVIDENCE_GOROUTINES};
    bool removed = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        _cleanup_free_ char *path = path_join(directory, names[i]);
        if (unlink(path) != 0 && errno != ENOENT)
            removed = lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot remove %s", path);
    }
    return removed;
}

bool evidence_forget(const char *directory, const char *name, struct lg_error *err)
{
    bool removed = true;
    for (enum attempt attempt = 0; attempt < ATTEMPT_COUNT; attempt++) {
        _cleanup_free_ char *of_attempt = attempt_directory(directory, name, attempt);
        removed = remove_files(of_attempt, err) && removed;
    }
    return removed;
}
