/*
 * Shell completions, made from the tables of commands and options: a script for each shell, which
 * asks `leakgate completion scenarios` (or targets, tags) for the words that depend on files.
 *
 * Words that come from files are offered only where they mean themselves to every shell: a file's
 * name can be anything, and none of it may be expanded.
 */
#ifndef LEAKGATE_COMMANDS_COMPLETION_H
#define LEAKGATE_COMMANDS_COMPLETION_H

#include "base/buffer.h"
#include "commands/command.h"

/* What may stand as an option's value or as a command's operand. */
enum completion {
    COMPLETION_NOTHING,
    COMPLETION_CHOICE, /* one of the words that the table lists */
    COMPLETION_DIRECTORY,
    COMPLETION_FILE,
    COMPLETION_SCENARIO,      /* its name */
    COMPLETION_SCENARIO_FILE, /* or its file */
    COMPLETION_TARGET,        /* the name of a target file, or a file */
    COMPLETION_TAG,
    COMPLETION_REVISION
};

/* Told from how the help writes it: "DIR", "NAME|FILE". */
enum completion completion_of_option(const struct option_info *info);
enum completion completion_of_operands(const struct command_info *command);
/* "text|json" as words, with a blank between two; appended. */
void completion_put_choices(struct buffer *out, const char *choices);

/* The scripts, one file each; appended. */
void completion_bash(struct buffer *out);
void completion_zsh(struct buffer *out);
void completion_fish(struct buffer *out);

#endif
