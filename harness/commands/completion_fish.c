/* The script for fish: complete(1). */
#include "base/memory.h"
#include "commands/completion_kind.h"
#include "commands/completion_scripts.h"
#include "report/text_layout.h"

static const char head[] =
    "# Completions of leakgate for fish, made by `leakgate completion fish`.\n"
    "\n"
    "function __leakgate_command -d 'The command on the line, if there is one'\n"
    "    set -l words (commandline -opc)\n"
    "    set -q words[2]; and string match -q -v -- '-*' $words[2]; and echo $words[2]\n"
    "end\n"
    "\n"
    "function __leakgate_has -d 'Is the command on the line one of these?'\n"
    "    contains -- (__leakgate_command) $argv\n"
    "end\n"
    "\n"
    "function __leakgate_has_none -d 'Is there no command yet?'\n"
    "    not __leakgate_command >/dev/null\n"
    "end\n"
    "\n"
    "function __leakgate_ask -d 'scenarios, targets or tags'\n"
    "    set -l words (commandline -opc)\n"
    "    set -l directory scenarios\n"
    "    set -l next\n"
    "    for word in $words\n"
    "        if set -q next[1]\n"
    "            set directory $word\n"
    "            set next\n"
    "        else if test \"$word\" = --scenarios\n"
    "            set next directory\n"
    "        else if string match -q -- '--scenarios=*' $word\n"
    "            set directory (string replace -- '--scenarios=' '' $word)\n"
    "        end\n"
    "    end\n"
    "    set directory (string replace -r -- '^~/' $HOME/ $directory)\n"
    "    set -l program (string replace -r -- '^~/' $HOME/ $words[1])\n"
    "    $program completion $argv[1] --scenarios $directory 2>/dev/null\n"
    "end\n"
    "\n"
    "function __leakgate_revisions\n"
    "    echo HEAD\n"
    "    git for-each-ref --format='%(refname:short)' 2>/dev/null\n"
    "end\n"
    "\n"
    "complete -c leakgate -f\n"
    "complete -c leakgate -n __leakgate_has_none -s h -l help -d 'print this help'\n"
    "complete -c leakgate -n __leakgate_has_none -s V -l version -d 'print the version'\n"
    "complete -c leakgate -n __leakgate_has_none -a help -d 'print the help of a command'\n";

/* In quotes always: what stands in them has blanks and parentheses. */
static void put_quoted(struct buffer *out, const char *text)
{
    _cleanup_free_ char *spaced = memory_format(" %s", text);
    _cleanup_free_ char *quoted = shell_quoted(spaced);
    buffer_format(out, "'%s", quoted + 2);
}

/* -x: no files but what is offered; -F: files as well. */
static const char *const actions[] = {
    [COMPLETION_NOTHING] = " -x",
    [COMPLETION_DIRECTORY] = " -x -a '(__fish_complete_directories (commandline -ct))'",
    [COMPLETION_FILE] = " -r -F",
    [COMPLETION_SCENARIO] = " -x -a '(__leakgate_ask scenarios)'",
    [COMPLETION_SCENARIO_FILE] = " -r -F -a '(__leakgate_ask scenarios)'",
    [COMPLETION_TARGET] = " -r -F -a '(__leakgate_ask targets)'",
    [COMPLETION_TAG] = " -x -a '(__leakgate_ask tags)'",
    [COMPLETION_REVISION] = " -x -a '(__leakgate_revisions)'",
};

static void put_action(struct buffer *out, enum completion completion, const char *choices)
{
    if (completion == COMPLETION_CHOICE) {
        buffer_text(out, " -x -a '");
        completion_put_choices(out, choices);
        buffer_char(out, '\'');
    } else {
        buffer_text(out, actions[completion]);
    }
}

static void put_option(struct buffer *out, const struct option_info *info)
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
        put_action(out, completion_of_option(info), info->argument);
    buffer_text(out, " -d ");
    put_quoted(out, info->help);
    buffer_char(out, '\n');
}

static void put_command(struct buffer *out, const struct command_info *command)
{
    enum completion operands = completion_of_operands(command);
    buffer_format(out, "complete -c leakgate -n __leakgate_has_none -a %s -d ", command->name);
    put_quoted(out, command->summary);
    buffer_format(out, "\ncomplete -c leakgate -n '__leakgate_has help' -a %s\n", command->name);
    if (operands == COMPLETION_NOTHING)
        return;
    buffer_format(out, "complete -c leakgate -n '__leakgate_has %s'", command->name);
    put_action(out, operands, command->operands);
    buffer_char(out, '\n');
}

void completion_fish(struct buffer *out)
{
    buffer_text(out, head);
    for (size_t i = 0; i < command_table_count; i++)
        put_command(out, &command_table[i]);
    for (size_t i = 0; i < option_table_count; i++)
        put_option(out, &option_table[i]);
}
