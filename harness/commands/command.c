#include "commands/command.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "commands/help.h"

int complain(const struct lg_error *err)
{
    _cleanup_free_ char *text = text_harmless(err->text, false);
    _cleanup_free_ char *where = text_harmless(err->where, false);
    fprintf(stderr, "leakgate: %s%s%s\n", where, *where != '\0' ? ": " : "", text);
    return (int)lg_exit_status(err->class);
}

void complain_of_all(struct diagnostics *problems)
{
    for (size_t i = 0; i < problems->lines.count; i++) {
        _cleanup_free_ char *line = text_harmless(problems->lines.items[i], false);
        fprintf(stderr, "%s\n", line);
    }
    if (problems->count > problems->lines.count)
        fprintf(stderr, "and %zu more\n", problems->count - problems->lines.count);
    diagnostics_free(problems);
}

static const struct command_info *command_by_name(const char *name)
{
    for (size_t i = 0; i < command_table_count; i++)
        if (strcmp(command_table[i].name, name) == 0)
            return &command_table[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    _cleanup_free_ const char **names = memory_array(command_table_count, sizeof *names);
    for (size_t i = 0; i < command_table_count; i++)
        names[i] = command_table[i].name;
    const char *nearest = text_nearest(name, names, command_table_count);
    struct lg_error err = {0};
    if (nearest != NULL)
        lg_fail(&err, LG_ERROR_INPUT, 0, "unknown command %s; did you mean %s?", name, nearest);
    else
        lg_fail(&err, LG_ERROR_INPUT, 0, "unknown command %s; see leakgate --help", name);
    return complain(&err);
}

/* Before any command. */
static int unknown_option(const char *word)
{
    static const char *const names[] = {"--version", "--help"};
    struct lg_error err = {0};
    const char *nearest = text_nearest(word, names, COUNT_OF(names));
    if (nearest != NULL)
        lg_fail(&err, LG_ERROR_INPUT, 0, "unknown option %s; did you mean %s?", word, nearest);
    else
        lg_fail(&err, LG_ERROR_INPUT, 0, "%s: the command comes first, as in leakgate run %s", word,
                word);
    return complain(&err);
}

static int print_help(const struct command_info *command, FILE *stream)
{
    _cleanup_free_ char *text = command != NULL ? help_of_command(command) : help_of_all();
    fputs(text, stream);
    return stream == stdout ? EXIT_PASS : EXIT_INPUT;
}

static int run_command(const struct command_info *command, int count, char *const *words)
{
    struct arguments arguments = {0};
    struct diagnostics problems = {0};
    struct lg_error err = {0};
    int status;
    if (!arguments_parse(command->command, count, words, &arguments, &err)) {
        status = complain(&err);
        fprintf(stderr, "See leakgate %s --help.\n", command->name);
        status = command->command == COMMAND_BISECT ? bisect_status(status) : status;
    } else if (option_given(&arguments, OPTION_HELP)) {
        status = print_help(command, stdout);
    } else if (!arguments_find_project(&arguments, &problems) &&
               command->command != COMMAND_COMPLETION) {
        complain_of_all(&problems);
        status = command->command == COMMAND_BISECT ? bisect_status(EXIT_INPUT) : EXIT_INPUT;
    } else {
        status = command->run(&arguments);
    }
    diagnostics_free(&problems);
    arguments_free(&arguments);
    return status;
}

static int dispatch(int count, char **words)
{
    if (count < 2) {
        _cleanup_free_ char *project = project_find();
        if (project != NULL)
            fprintf(stderr, "Project file: %s\n\n", project);
        return print_help(NULL, stderr);
    }
    const char *word = words[1];
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0 || strcmp(word, "version") == 0) {
        puts("leakgate " LEAKGATE_VERSION);
        return EXIT_PASS;
    }
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return print_help(NULL, stdout);
    if (strcmp(word, "help") == 0) {
        const struct command_info *of = count > 2 ? command_by_name(words[2]) : NULL;
        return count > 2 && of == NULL ? unknown_command(words[2]) : print_help(of, stdout);
    }
    if (word[0] == '-')
        return unknown_option(word);
    const struct command_info *command = command_by_name(word);
    return command != NULL ? run_command(command, count - 2, words + 2) : unknown_command(word);
}

int command_main(int count, char **words)
{
    bool bisects = count > 1 && strcmp(words[1], "bisect") == 0;
    int status = dispatch(count, words);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    /* Results that did not reach their file or pipe were not given. */
    fputs("leakgate: cannot write to standard output\n", stderr);
    return status >= 128 ? status : bisects ? bisect_status(EXIT_INTERNAL) : EXIT_INTERNAL;
}
