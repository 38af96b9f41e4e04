/* Help texts and the manual page, made from the tables of commands and options. The caller frees.
 */
#ifndef LEAKGATE_COMMANDS_HELP_H
#define LEAKGATE_COMMANDS_HELP_H

#include "commands/command.h"

char *help_of_all(void);
char *help_of_command(const struct command_info *command);
/* docs/leakgate.1, in the man macros of roff (man 7 groff_man). */
char *man_make(void);

#endif
