/*
 * `leakgate completion`. Words that come from files are offered only where they mean themselves to
 * every shell: a file's name can be anything, and none of it may be expanded.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/completion_scripts.h"
#include "commands/selection.h"

static void put_words(const struct string_list *words, struct buffer *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-.+";
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->items[i];
        if (*word != '\0' && *word != '-' && word[strspn(word, plain)] == '\0')
            buffer_format(out, "%s\n", word);
    }
}

static void put_names(const char *directory, struct buffer *out)
{
    _cleanup_strings_ struct string_list names = {0};
    yaml_names(directory, &names);
    put_words(&names, out);
}

/* Of the scenarios that can be read; who presses a key wants to see no errors of the others. */
static void put_tags(const struct arguments *arguments, struct buffer *out)
{
    _cleanup_strings_ struct string_list files = {0}, tags = {0};
    struct selection selection = {0};
    struct diagnostics problems = {0};
    files_with_suffix(option_text(arguments, OPTION_SCENARIOS), ".yaml", &files);
    selection_load(arguments, &files, &selection, &problems);
    diagnostics_free(&problems);
    for (size_t i = 0; i < selection.count; i++)
        for (size_t j = 0; j < selection.plans[i]->tags.count; j++)
            string_list_add_once(&tags, selection.plans[i]->tags.items[j]);
    selection_free(&selection);
    string_list_sort(&tags);
    put_words(&tags, out);
}

int command_completion(const struct arguments *arguments)
{
    const char *wanted = arguments->operands.count == 1 ? arguments->operands.items[0] : "";
    const char *scenarios = option_text(arguments, OPTION_SCENARIOS);
    _cleanup_free_ char *targets = path_join(scenarios, "targets");
    _cleanup_buffer_ struct buffer out = {0};
    struct lg_error err = {0};
    if (strcmp(wanted, "bash") == 0) {
        completion_bash(&out);
    } else if (strcmp(wanted, "zsh") == 0) {
        completion_zsh(&out);
    } else if (strcmp(wanted, "fish") == 0) {
        completion_fish(&out);
    } else if (strcmp(wanted, "scenarios") == 0) {
        put_names(scenarios, &out);
    } else if (strcmp(wanted, "targets") == 0) {
        put_names(targets, &out);
    } else if (strcmp(wanted, "tags") == 0) {
        put_tags(arguments, &out);
    } else {
        lg_fail(&err, LG_ERROR_INPUT, 0,
                "completion needs one operand: a shell (bash, zsh or fish), or what its script "
                "asks for (scenarios, targets or tags)");
        return complain(&err);
    }
    fputs(buffer_string(&out), stdout);
    return EXIT_PASS;
}
