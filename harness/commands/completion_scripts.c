#include "commands/completion_scripts.h"

#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "commands/command.h"

/* --- What may stand as an option's value or as an operand --- */

/* As it is derived from how the help writes it: "DIR", "NAME|FILE". */
enum kind {
    KIND_NOTHING,
    KIND_CHOICE, /* one of the words that the table lists */
    KIND_DIRECTORY,
    KIND_FILE,
    KIND_SCENARIO,      /* its name */
    KIND_SCENARIO_FILE, /* or its file */
    KIND_TARGET,        /* the name of a target file, or a file */
    KIND_TAG,
    KIND_REVISION
};

/* How each shell completes it; "@" stands for the words of a choice. */
static const struct action {
    const char *bash;
    const char *zsh;  /* what follows the second colon of a specification */
    const char *fish; /* -x: no files but what is offered; -F: files as well */
} actions[] = {
    [KIND_NOTHING] = {":", " ", " -x"},
    [KIND_CHOICE] = {"_leakgate_offer @", "(@)", " -x -a '@'"},
    [KIND_DIRECTORY] = {"_leakgate_directories", "_files -/",
                        " -x -a '(__fish_complete_directories (commandline -ct))'"},
    [KIND_FILE] = {"_leakgate_files", "_files", " -r -F"},
    [KIND_SCENARIO] = {"_leakgate_ask scenarios", "_leakgate_ask scenarios",
                       " -x -a '(__leakgate_ask scenarios)'"},
    [KIND_SCENARIO_FILE] = {"_leakgate_ask scenarios; _leakgate_or_files",
                            "_leakgate_ask_or_files scenarios",
                            " -r -F -a '(__leakgate_ask scenarios)'"},
    [KIND_TARGET] = {"_leakgate_ask targets; _leakgate_or_files", "_leakgate_ask_or_files targets",
                     " -r -F -a '(__leakgate_ask targets)'"},
    [KIND_TAG] = {"_leakgate_ask tags", "_leakgate_ask tags", " -x -a '(__leakgate_ask tags)'"},
    [KIND_REVISION] = {"_leakgate_revisions", "_leakgate_revisions",
                       " -x -a '(__leakgate_revisions)'"},
};

static enum kind kind_of_option(const struct option_info *info)
{
    static const struct {
        const char *argument;
        enum kind kind;
    } kinds[] = {{"DIR", KIND_DIRECTORY},    {"FILE", KIND_FILE}, {"PATH", KIND_FILE},
                 {"NAME|FILE", KIND_TARGET}, {"TAG", KIND_TAG},   {"REV", KIND_REVISION}};
    if (info->type == OPTION_TYPE_CHOICE)
        return KIND_CHOICE;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (text_equal(info->argument, kinds[i].argument))
            return kinds[i].kind;
    return KIND_NOTHING;
}

static enum kind kind_of_operands(const char *operands)
{
    static const char of_choices[] = "abcdefghijklmnopqrstuvwxyz0123456789-|";
    size_t first = strcspn(operands, " ");
    if (memchr(operands, '|', first) != NULL && strspn(operands, of_choices) == first)
        return KIND_CHOICE;
    bool file = strstr(operands, "FILE") != NULL || strstr(operands, "BEFORE") != NULL;
    if (strstr(operands, "SCENARIO") != NULL)
        return file ? KIND_SCENARIO_FILE : KIND_SCENARIO;
    if (strstr(operands, "DIR") != NULL)
        return KIND_DIRECTORY;
    if (strstr(operands, "REV") != NULL)
        return KIND_REVISION;
    return file ? KIND_FILE : KIND_NOTHING;
}

static void put_action(struct buffer *out, const char *action, const char *choices)
{
    for (; *action != '\0'; action++) {
        if (*action != '@') {
            buffer_char(out, *action);
            continue;
        }
        for (const char *c = choices; *c != '\0' && *c != ' '; c++)
            buffer_char(out, *c == '|' ? ' ' : *c);
    }
}

/* --- bash --- */

/* "*:--jobs | *:-j", or "run:--fail-on" where another command has an option of that name with
 * values of its own. */
static void put_bash_pattern(struct buffer *out, const struct option_info *info)
{
    bool of_several = false, first = true;
    for (size_t i = 0; i < option_table_count; i++)
        of_several |= &option_table[i] != info && strcmp(option_table[i].name, info->name) == 0;
    for (size_t i = 0; i < (of_several ? command_table_count : 1); i++) {
        const struct command_info *command = &command_table[i];
        const char *name = of_several ? command->name : "*";
        if (of_several && (info->commands & command->command) == 0)
            continue;
        buffer_format(out, "%s%s:--%s", first ? "" : " | ", name, info->name);
        if (info->letter != 0)
            buffer_format(out, " | %s:-%c", name, info->letter);
        first = false;
    }
}

static void put_bash_command(struct buffer *out, const struct command_info *command)
{
    buffer_format(out,
                  "    %s)\n        if [[ $current == -* ]]; then\n            _leakgate_offer",
                  command->name);
    for (const struct option_info *info = NULL;
         (info = option_after(command->command, info)) != NULL;)
        buffer_format(out, " --%s", info->name);
    buffer_text(out, "\n        else\n            ");
    put_action(out, actions[kind_of_operands(command->operands)].bash, command->operands);
    buffer_text(out, "\n        fi\n        ;;\n");
}

/* COMP_WORDS has "=" as a word of its own unless the user took it out of COMP_WORDBREAKS; then it
 * is in the word, and what is offered has to begin with what stands before it. */
void completion_bash(struct buffer *out)
{
    const char *template = buffer_until(out, bash_template, "@commands@");
    for (size_t i = 0; i < command_table_count; i++)
        buffer_format(out, " %s", command_table[i].name);
    template = buffer_until(out, template, "@values@\n");
    for (size_t i = 0; i < option_table_count; i++) {
        const struct option_info *info = &option_table[i];
        if (info->type == OPTION_TYPE_FLAG)
            continue;
        buffer_text(out, "    ");
        put_bash_pattern(out, info);
        buffer_text(out, ") ");
        put_action(out, actions[kind_of_option(info)].bash, info->argument);
        buffer_text(out, " ;;\n");
    }
    template = buffer_until(out, template, "@words@\n");
    for (size_t i = 0; i < command_table_count; i++)
        put_bash_command(out, &command_table[i]);
    buffer_text(out, template);
}

/* --- zsh --- */

/* Text in single quotes, in which `special` characters are escaped for what reads it. */
static void put_zsh_text(struct buffer *out, const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buffer_text(out, "'\\''");
        else if (strchr(special, *text) != NULL)
            buffer_format(out, "\\%c", *text);
        else
            buffer_char(out, *text);
    }
}

/* '*--tag=[help]:TAG:action', or '(-j --jobs)'{-j+,--jobs=}'[help]:N: ' */
static void put_zsh_option(struct buffer *out, const struct option_info *info)
{
    bool flag = info->type == OPTION_TYPE_FLAG;
    buffer_text(out, " \\\n            ");
    if (info->letter != 0)
        buffer_format(out, "'(-%c --%s)'{-%c%s,--%s%s}'", info->letter, info->name, info->letter,
                      flag ? "" : "+", info->name, flag ? "" : "=");
    else
        buffer_format(out, "'%s--%s%s", info->type == OPTION_TYPE_LIST ? "*" : "", info->name,
                      flag ? "" : "=");
    buffer_char(out, '[');
    put_zsh_text(out, info->help, "[]\\");
    buffer_char(out, ']');
    if (!flag) {
        /* A list of words explains itself. */
        bool words = strchr(info->argument, '|') != NULL;
        buffer_format(out, ":%s:", words ? "one of" : info->argument);
        put_action(out, actions[kind_of_option(info)].zsh, info->argument);
    }
    buffer_char(out, '\'');
}

static void put_zsh_command(struct buffer *out, const struct command_info *command)
{
    enum kind operands = kind_of_operands(command->operands);
    buffer_format(out, "    %s)\n        _arguments", command->name);
    for (const struct option_info *info = NULL;
         (info = option_after(command->command, info)) != NULL;)
        put_zsh_option(out, info);
    if (operands != KIND_NOTHING) {
        buffer_format(out,
                      " \\\n            '%s:", operands == KIND_CHOICE ? "1:word" : "*:operand");
        put_action(out, actions[operands].zsh, command->operands);
        buffer_char(out, '\'');
    }
    buffer_text(out, " && ret=0\n        ;;\n");
}

/* Sourced, the script only says what it is for; as a function found on fpath, it is asked at once.
 */
void completion_zsh(struct buffer *out)
{
    const char *template = buffer_until(out, zsh_template, "@commands@\n");
    for (size_t i = 0; i < command_table_count; i++) {
        buffer_format(out, "        '%s:", command_table[i].name);
        put_zsh_text(out, command_table[i].summary, ":\\");
        buffer_text(out, "'\n");
    }
    template = buffer_until(out, template, "@words@\n");
    for (size_t i = 0; i < command_table_count; i++)
        put_zsh_command(out, &command_table[i]);
    buffer_text(out, template);
}

/* --- fish --- */

/* Always in quotes: the texts have blanks and parentheses. */
static void put_fish_description(struct buffer *out, const char *text)
{
    _cleanup_free_ char *spaced = memory_format(" %s", text);
    _cleanup_free_ char *quoted = shell_quoted(spaced);
    buffer_format(out, " -d '%s\n", quoted + 2);
}

static void put_fish_command(struct buffer *out, const struct command_info *command)
{
    enum kind operands = kind_of_operands(command->operands);
    buffer_format(out, "complete -c leakgate -n __leakgate_has_none -a %s", command->name);
    put_fish_description(out, command->summary);
    buffer_format(out, "complete -c leakgate -n '__leakgate_has help' -a %s\n", command->name);
    if (operands == KIND_NOTHING)
        return;
    buffer_format(out, "complete -c leakgate -n '__leakgate_has %s'", command->name);
    put_action(out, actions[operands].fish, command->operands);
    buffer_char(out, '\n');
}

static void put_fish_option(struct buffer *out, const struct option_info *info)
{
    buffer_text(out, "complete -c leakgate -n '__leakgate_has");
    for (size_t i = 0; i < command_table_count; i++)
        if ((info->commands & command_table[i].command) != 0)
            buffer_format(out, " %s", command_table[i].name);
    buffer_text(out, "'");
    if (info->letter != 0)
        buffer_format(out, " -s %c", info->letter);
    buffer_format(out, " -l %s", info->name);
    if (info->type != OPTION_TYPE_FLAG)
        put_action(out, actions[kind_of_option(info)].fish, info->argument);
    put_fish_description(out, info->help);
}

void completion_fish(struct buffer *out)
{
    buffer_text(out, fish_template);
    for (size_t i = 0; i < command_table_count; i++)
        put_fish_command(out, &command_table[i]);
    for (size_t i = 0; i < option_table_count; i++)
        put_fish_option(out, &option_table[i]);
}
