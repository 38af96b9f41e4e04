#include "scenario/diagnostics.h"

#include <stdarg.h>

#include "base/limits.h"
#include "base/memory.h"

bool marks_equal(const struct mark *a, const struct mark *b)
{
    return a->line == b->line && a->column == b->column && text_equal(a->file, b->file);
}

void diagnose(struct diagnostics *all, struct mark where, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    _cleanup_free_ char *message = memory_format_list(format, args);
    va_end(args);
    _cleanup_free_ char *raw =
        memory_format("%s:%u:%u: %s", where.file, where.line, where.column, message);
    /* Words of the user's file are quoted in messages: none may act on a terminal or a log. */
    _cleanup_free_ char *text = text_harmless(raw, false);
    /* Several scenarios share a target file, and what is wrong in it is said once. */
    if (string_list_contains(&all->lines, text))
        return;
    all->count++;
    if (all->lines.count < LIMIT_YAML_DIAGNOSTICS)
        string_list_take(&all->lines, take_pointer(text));
}

char *did_you_mean(const char *word, const char *const *names, size_t count)
{
    const char *nearest = text_nearest(word, names, count);
    return nearest != NULL ? memory_format("; did you mean \"%s\"?", nearest)
                           : memory_copy_text("");
}

void diagnostics_free(struct diagnostics *all)
{
    string_list_free(&all->lines);
    all->count = 0;
}
