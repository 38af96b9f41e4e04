/* The table of sub-commands, from which help, manual page and completions are made. */
#ifndef LEAKGATE_COMMANDS_COMMAND_TABLE_H
#define LEAKGATE_COMMANDS_COMMAND_TABLE_H

#include <stddef.h>

#include "commands/options.h"

struct command_info {
    enum command command;
    const char *name;
    const char *operands; /* for the usage line */
    const char *summary;  /* one line */
    const char *text;     /* paragraphs, separated by empty lines */
};

extern const struct command_info command_table[];
extern const size_t command_table_count;

#endif
