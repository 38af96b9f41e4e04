/*
 * Shell completions, made from the tables of commands and options: a script for each shell (a file
 * each), which asks `leakgate completion scenarios` (or targets, tags) for the words that depend on
 * files.
 */
#ifndef LEAKGATE_COMMANDS_COMPLETION_SCRIPTS_H
#define LEAKGATE_COMMANDS_COMPLETION_SCRIPTS_H

#include "base/buffer.h"

/* Appended. */
void completion_bash(struct buffer *out);
void completion_zsh(struct buffer *out);
void completion_fish(struct buffer *out);

#endif
