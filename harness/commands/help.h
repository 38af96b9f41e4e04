/* Help texts and the manual page, made from the tables of commands and options. The caller frees.
 */
#ifndef LEAKGATE_COMMANDS_HELP_H
#define LEAKGATE_COMMANDS_HELP_H

#include "commands/command_table.h"

char *help_of_all(void);
char *help_of_command(const struct command_info *command);
/* docs/leakgate.1, in the man macros of roff (man 7 groff_man). */
char *man_make(void);

/* "--tag TAG", "--json", "-h, --help": an option as help texts name it; the caller frees it. */
char *option_usage(const struct option_info *info);

struct fact {
    const char *name;
    const char *text;
};
extern const struct fact exit_facts[];
extern const size_t exit_fact_count;
extern const struct fact environment_facts[];
extern const size_t environment_fact_count;
extern const struct fact file_facts[];
extern const size_t file_fact_count;

#endif
