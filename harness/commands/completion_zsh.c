/* The script for zsh: zshcompsys(1), _arguments and compadd. */
#include <string.h>

#include "commands/completion_kind.h"
#include "commands/completion_scripts.h"

static const char head[] =
    "#compdef leakgate\n"
    "# Completions of leakgate for zsh, made by `leakgate completion zsh`.\n"
    "\n"
    "_leakgate_ask() { # [OPTION OF compadd ...] scenarios|targets|tags\n"
    "    local directory=${(Q)opt_args[--scenarios]:-scenarios}\n"
    "    local -a found\n"
    "    directory=${directory/#\\~\\//$HOME/}\n"
    "    found=(${(f)\"$($leakgate completion $@[-1] --scenarios $directory 2>/dev/null)\"})\n"
    "    compadd \"$@[1,-2]\" -a found\n"
    "}\n"
    "\n"
    "_leakgate_ask_or_files() { _leakgate_ask \"$@\" || _files }\n"
    "\n"
    "_leakgate_revisions() {\n"
    "    local -a found\n"
    "    found=(HEAD ${(f)\"$(git for-each-ref --format='%(refname:short)' 2>/dev/null)\"})\n"
    "    compadd \"$@\" -a found\n"
    "}\n"
    "\n"
    "_leakgate() {\n"
    "    local curcontext=$curcontext context state state_descr line ret=1\n"
    "    local leakgate=${${(Q)words[1]}/#\\~\\//$HOME/}\n"
    "    local -A opt_args\n"
    "    local -a commands=(\n";

static const char middle[] = "    )\n"
                             "    _arguments -C \\\n"
                             "        '(- *)'{-h,--help}'[print this help]' \\\n"
                             "        '(- *)'{-V,--version}'[print the version]' \\\n"
                             "        '1:command:->command' '*::argument:->argument' && return\n"
                             "    if [[ $state == command ]]; then\n"
                             "        _describe -t commands command commands\n"
                             "        return\n"
                             "    fi\n"
                             "    case $words[1] in\n";

/* Sourced, it only says what it is for; as a function found on fpath, it is asked at once. */
static const char tail[] = "    help)\n"
                           "        _describe -t commands command commands && ret=0\n"
                           "        ;;\n"
                           "    esac\n"
                           "    return ret\n"
                           "}\n"
                           "\n"
                           "if [[ $funcstack[1] == _leakgate ]]; then\n"
                           "    _leakgate \"$@\"\n"
                           "else\n"
                           "    compdef _leakgate leakgate\n"
                           "fi\n";

/* Text in single quotes, in which `special` characters are escaped for what reads it. */
static void put_escaped(struct buffer *out, const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            buffer_text(out, "'\\''");
            continue;
        }
        if (strchr(special, *text) != NULL)
            buffer_char(out, '\\');
        buffer_char(out, *text);
    }
}

/* The part of a specification that begins with the second colon's action. */
static const char *const actions[] = {
    [COMPLETION_NOTHING] = " ",
    [COMPLETION_DIRECTORY] = "_files -/",
    [COMPLETION_FILE] = "_files",
    [COMPLETION_SCENARIO] = "_leakgate_ask scenarios",
    [COMPLETION_SCENARIO_FILE] = "_leakgate_ask_or_files scenarios",
    [COMPLETION_TARGET] = "_leakgate_ask_or_files targets",
    [COMPLETION_TAG] = "_leakgate_ask tags",
    [COMPLETION_REVISION] = "_leakgate_revisions",
};

static void put_action(struct buffer *out, enum completion completion, const char *choices)
{
    if (completion == COMPLETION_CHOICE) {
        buffer_char(out, '(');
        completion_put_choices(out, choices);
        buffer_char(out, ')');
    } else {
        buffer_text(out, actions[completion]);
    }
}

/* What a list of words means to a person is the words. */
static const char *message_of(const char *argument)
{
    return strchr(argument, '|') != NULL ? "one of" : argument;
}

/* '*--tag=[help]:TAG:action', or '(-j --jobs)'{-j+,--jobs=}'[help]:N: ' */
static void put_option(struct buffer *out, const struct option_info *info)
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
    put_escaped(out, info->help, "[]\\");
    buffer_char(out, ']');
    if (!flag) {
        buffer_format(out, ":%s:", message_of(info->argument));
        put_action(out, completion_of_option(info), info->argument);
    }
    buffer_char(out, '\'');
}

static void put_command(struct buffer *out, const struct command_info *command)
{
    enum completion operands = completion_of_operands(command);
    buffer_format(out, "    %s)\n        _arguments", command->name);
    for (size_t i = 0; i < option_table_count; i++)
        if ((option_table[i].commands & command->command) != 0)
            put_option(out, &option_table[i]);
    if (operands != COMPLETION_NOTHING) {
        bool one = operands == COMPLETION_CHOICE;
        buffer_format(out, " \\\n            '%s:%s:", one ? "1" : "*", one ? "word" : "operand");
        put_action(out, operands, command->operands);
        buffer_char(out, '\'');
    }
    buffer_text(out, " && ret=0\n        ;;\n");
}

void completion_zsh(struct buffer *out)
{
    buffer_text(out, head);
    for (size_t i = 0; i < command_table_count; i++) {
        buffer_format(out, "        '%s:", command_table[i].name);
        put_escaped(out, command_table[i].summary, ":\\");
        buffer_text(out, "'\n");
    }
    buffer_text(out, "        'help:print the help of a command'\n");
    buffer_text(out, middle);
    for (size_t i = 0; i < command_table_count; i++)
        put_command(out, &command_table[i]);
    buffer_text(out, tail);
}
