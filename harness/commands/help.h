/* Help texts and the manual page, made from the tables of commands and options. The caller frees.
 */
#pragma once

#include "commands/command.h"

char *help_of_all(void);
char *help_of_command(const struct command_info *command);
/* docs/leakgate.1, in the man macros of roff (man 7 groff_man). */
char *man_make(void);
