#include "commands/program_target.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "commands/command.h"
#include "commands/selection.h"
#include "scenario/node.h"

/* --target's file, or that of the program's name; NULL: there is none. The caller frees it. */
static char *target_file(const struct arguments *arguments, const char *program)
{
    const char *word = option_text(arguments, OPTION_TARGET);
    if (word == NULL && program == NULL)
        return NULL;
    char *file = target_file_of(text_or(word, program), option_text(arguments, OPTION_SCENARIOS));
    if (word != NULL || access(file, R_OK) == 0)
        return file;
    free(file);
    return NULL;
}

bool program_healthy(const struct arguments *arguments, const char *program,
                     struct healthy_rows *rows)
{
    struct diagnostics problems = {0};
    struct load_options options = load_options_of(arguments);
    _cleanup_free_ char *file = target_file(arguments, program);
    healthy_defaults(rows);
    bool fine = file == NULL || healthy_load(file, &options, rows, &problems);
    complain_of_all(&problems);
    return fine;
}

bool program_open_pprof(const struct arguments *arguments, const char *program)
{
    struct diagnostics problems = {0};
    struct load_options options = load_options_of(arguments);
    _cleanup_free_ char *file = target_file(arguments, program);
    _cleanup_node_ struct node *target =
        file != NULL ? target_file_read(file, &options, &problems) : NULL;
    const struct node *variables = node_find(target, "env");
    for (size_t i = 0; variables != NULL && i < variables->count; i++) {
        const char *name = variables->entries[i].key;
        const char *value = node_text(variables->entries[i].value);
        if (strstr(name, "PPROF") != NULL && value != NULL)
            setenv(name, value, 0);
    }
    complain_of_all(&problems);
    return file == NULL || target != NULL;
}
