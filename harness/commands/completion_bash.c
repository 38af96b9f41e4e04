/* The script for bash: bash(1), "Programmable Completion". It needs no other package. */
#include <string.h>

#include "commands/completion_kind.h"
#include "commands/completion_scripts.h"

/* COMP_WORDS has "=" as a word of its own unless the user took it out of COMP_WORDBREAKS; then it
 * is in the word, and what is offered has to begin with what stands before it. */
static const char head[] =
    "# Completions of leakgate for bash, made by `leakgate completion bash`.\n"
    "\n"
    "_leakgate_offer() # WORD...: those that begin with what is typed\n"
    "{\n"
    "    local word\n"
    "    for word; do\n"
    "        [[ $word == \"$current\"* ]] && COMPREPLY+=(\"$prefix$word\")\n"
    "    done\n"
    "}\n"
    "\n"
    "_leakgate_ask() # scenarios|targets|tags\n"
    "{\n"
    "    local word\n"
    "    while IFS= read -r word; do\n"
    "        _leakgate_offer \"$word\"\n"
    "    done < <(\"$program\" completion \"$1\" --scenarios \"$scenarios\" 2>/dev/null)\n"
    "}\n"
    "\n"
    "# What stands in the line is expanded by the shell, and a branch can have any name.\n"
    "_leakgate_revisions()\n"
    "{\n"
    "    local word\n"
    "    _leakgate_offer HEAD\n"
    "    while IFS= read -r word; do\n"
    "        [[ $word == *[^[:alnum:]_./@+-]* ]] || _leakgate_offer \"$word\"\n"
    "    done < <(git for-each-ref --format='%(refname:short)' 2>/dev/null)\n"
    "}\n"
    "\n"
    "# The names of files and directories are readline's to complete and to quote.\n"
    "_leakgate_files() { [[ -z $prefix ]] && compopt -o default; }\n"
    "_leakgate_directories() { [[ -z $prefix ]] && compopt -o dirnames; }\n"
    "_leakgate_or_files() { ((${#COMPREPLY[@]})) || _leakgate_files; }\n"
    "\n";

static const char body[] =
    "_leakgate()\n"
    "{\n"
    "    local program=$1 current=$2 option=$3 prefix='' scenarios=scenarios command word i\n"
    "    COMPREPLY=()\n"
    "    program=${program/#\\~\\//$HOME/}\n"
    "    if [[ $current == = ]]; then\n"
    "        current=''\n"
    "    elif [[ $option == = ]] && ((COMP_CWORD >= 2)); then\n"
    "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    elif [[ $current == --*=* ]]; then\n"
    "        option=${current%%=*}\n"
    "        prefix=$option=\n"
    "        current=${current#*=}\n"
    "    fi\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        _leakgate_commands\n"
    "        _leakgate_offer --help --version\n"
    "        return\n"
    "    fi\n"
    "    command=${COMP_WORDS[1]}\n"
    "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if [[ $word == --scenarios ]]; then\n"
    "            [[ ${COMP_WORDS[i + 1]-} == = ]] && ((++i))\n"
    "            ((i + 1 < COMP_CWORD)) && scenarios=${COMP_WORDS[i + 1]}\n"
    "        elif [[ $word == --scenarios=* ]]; then\n"
    "            scenarios=${word#*=}\n"
    "        fi\n"
    "    done\n"
    "    scenarios=${scenarios/#\\~\\//$HOME/}\n"
    "    if _leakgate_value; then\n"
    "        return\n"
    "    fi\n"
    "    case $command in\n";

static const char tail[] = "    esac\n"
                           "}\n"
                           "\n"
                           "complete -F _leakgate leakgate\n";

static void put_choices(struct buffer *out, const char *choices)
{
    buffer_text(out, "_leakgate_offer ");
    completion_put_choices(out, choices);
}

static const char *const actions[] = {
    [COMPLETION_NOTHING] = ":",
    [COMPLETION_DIRECTORY] = "_leakgate_directories",
    [COMPLETION_FILE] = "_leakgate_files",
    [COMPLETION_SCENARIO] = "_leakgate_ask scenarios",
    [COMPLETION_SCENARIO_FILE] = "_leakgate_ask scenarios; _leakgate_or_files",
    [COMPLETION_TARGET] = "_leakgate_ask targets; _leakgate_or_files",
    [COMPLETION_TAG] = "_leakgate_ask tags",
    [COMPLETION_REVISION] = "_leakgate_revisions",
};

static void put_action(struct buffer *out, enum completion completion, const char *choices)
{
    if (completion == COMPLETION_CHOICE)
        put_choices(out, choices);
    else
        buffer_text(out, actions[completion]);
}

static void put_commands(struct buffer *out)
{
    buffer_text(out, "_leakgate_commands()\n{\n    _leakgate_offer help");
    for (size_t i = 0; i < command_table_count; i++)
        buffer_format(out, " %s", command_table[i].name);
    buffer_text(out, "\n}\n\n");
}

/* Has another command an option of that name with values of its own? */
static bool is_of_several(const struct option_info *info)
{
    for (size_t i = 0; i < option_table_count; i++)
        if (&option_table[i] != info && strcmp(option_table[i].name, info->name) == 0)
            return true;
    return false;
}

/* "*:--jobs | *:-j", "run:--fail-on" */
static void put_pattern(struct buffer *out, const struct option_info *info)
{
    bool of_several = is_of_several(info), first = true;
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

static void put_values(struct buffer *out)
{
    buffer_text(out, "_leakgate_value() # of the option before the cursor, if it has one\n{\n"
                     "    case $command:$option in\n");
    for (size_t i = 0; i < option_table_count; i++) {
        const struct option_info *info = &option_table[i];
        if (info->type == OPTION_TYPE_FLAG)
            continue;
        buffer_text(out, "    ");
        put_pattern(out, info);
        buffer_text(out, ") ");
        put_action(out, completion_of_option(info), info->argument);
        buffer_text(out, " ;;\n");
    }
    buffer_text(out, "    *) return 1 ;;\n    esac\n    return 0\n}\n\n");
}

static void put_command(struct buffer *out, const struct command_info *command)
{
    buffer_format(out,
                  "    %s)\n        if [[ $current == -* ]]; then\n            _leakgate_offer",
                  command->name);
    for (size_t i = 0; i < option_table_count; i++)
        if ((option_table[i].commands & command->command) != 0)
            buffer_format(out, " --%s", option_table[i].name);
    buffer_text(out, "\n        else\n            ");
    put_action(out, completion_of_operands(command), command->operands);
    buffer_text(out, "\n        fi\n        ;;\n");
}

void completion_bash(struct buffer *out)
{
    buffer_text(out, head);
    put_commands(out);
    put_values(out);
    buffer_text(out, body);
    for (size_t i = 0; i < command_table_count; i++)
        put_command(out, &command_table[i]);
    buffer_text(out, "    help) _leakgate_commands ;;\n");
    buffer_text(out, tail);
}
