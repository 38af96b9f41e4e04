#include "commands/complain.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/strings.h"

int complain(const struct lg_error *err)
{
    _cleanup_free_ char *text = text_harmless(err->text, false);
    _cleanup_free_ char *where = text_harmless(err->where, false);
    fprintf(stderr, "leakgate: %s%s%s\n", where, *where != '\0' ? ": " : "", text);
    return (int)lg_exit_status(err->class);
}

void print_diagnostics(const struct diagnostics *problems)
{
    for (size_t i = 0; i < problems->lines.count; i++) {
        _cleanup_free_ char *line = text_harmless(problems->lines.items[i], false);
        fprintf(stderr, "%s\n", line);
    }
    if (problems->count > problems->lines.count)
        fprintf(stderr, "and %zu more\n", problems->count - problems->lines.count);
}
