/*
 * Shell completions, made from the tables of commands and options: a script for each shell, which
 * asks `leakgate completion scenarios` (or targets, tags) for the words that depend on files.
 *
 * What a shell does with the words is written in its own language: completion/template.SHELL, where
 * a name between two "@" stands for what the tables give.
 */
#pragma once

#include "base/buffer.h"

/* Appended. */
void completion_bash(struct buffer *out); /* bash(1), "Programmable Completion" */
void completion_zsh(struct buffer *out);  /* zshcompsys(1), _arguments and compadd */
void completion_fish(struct buffer *out); /* complete(1) */

/* Made of the files by completion/embed.cmake. */
extern const char bash_template[];
extern const char zsh_template[];
extern const char fish_template[];
