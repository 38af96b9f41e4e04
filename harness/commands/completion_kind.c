#include "commands/completion_kind.h"

#include <string.h>

/* Alternatives in small letters are words to choose from; others say of what kind a value is. */
static bool is_choice(const char *text)
{
    return strchr(text, '|') != NULL &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-|")] == '\0';
}

enum completion completion_of_option(const struct option_info *info)
{
    static const struct {
        const char *argument;
        enum completion completion;
    } kinds[] = {{"DIR", COMPLETION_DIRECTORY}, {"FILE", COMPLETION_FILE},
                 {"PATH", COMPLETION_FILE},     {"NAME|FILE", COMPLETION_TARGET},
                 {"TAG", COMPLETION_TAG},       {"REV", COMPLETION_REVISION}};
    if (info->argument == NULL)
        return COMPLETION_NOTHING;
    if (info->type == OPTION_TYPE_CHOICE)
        return COMPLETION_CHOICE;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(info->argument, kinds[i].argument) == 0)
            return kinds[i].completion;
    return COMPLETION_NOTHING;
}

enum completion completion_of_operands(const struct command_info *command)
{
    const char *operands = command->operands;
    if (is_choice(operands))
        return COMPLETION_CHOICE;
    bool file = strstr(operands, "FILE") != NULL;
    if (strstr(operands, "SCENARIO") != NULL)
        return file ? COMPLETION_SCENARIO_FILE : COMPLETION_SCENARIO;
    if (strstr(operands, "DIR") != NULL)
        return COMPLETION_DIRECTORY;
    if (strstr(operands, "REV") != NULL)
        return COMPLETION_REVISION;
    return file ? COMPLETION_FILE : COMPLETION_NOTHING;
}

void completion_put_choices(struct buffer *out, const char *choices)
{
    for (; *choices != '\0'; choices++)
        buffer_char(out, *choices == '|' ? ' ' : *choices);
}
