#include "commands/help.h"

#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "report/text_layout.h"

enum { HELP_WIDTH = 80, HELP_INDENT = 2, HELP_COLUMN = 26 };

const struct fact exit_facts[] = {
    {"0", "pass"},
    {"1", "leak"},
    {"2", "usage, a scenario or a baseline file is wrong: nothing ran; merge: a shard is missing"},
    {"3", "nothing was judged: no scenario, all skipped, a required baseline missing"},
    {"4", "inconclusive or invalid"},
    {"5", "the target failed: it did not start, crashed, or a wait timed out"},
    {"70", "leakgate's own fault"},
    {"128+n", "stopped by signal n, which outranks all"},
};
const size_t exit_fact_count = sizeof exit_facts / sizeof *exit_facts;

const struct fact environment_facts[] = {
    {"LEAKGATE_PROGRAM", "the program to run as the target, where --program is not given"},
    {"LEAKGATE_TIMEOUT_SCALE", "a number that every deadline of a step is multiplied by"},
    {"NO_COLOR", "no colours, where it is set and not empty"},
    {"CI", "where it is set, leakgate accept refuses to work"},
    {"TMPDIR", "where the throw-away homes of runs are made; else /tmp"},
};
const size_t environment_fact_count = sizeof environment_facts / sizeof *environment_facts;

const struct fact file_facts[] = {
    {"scenarios/NAME.yaml", "a scenario; docs/scenarios.md tells how to write one"},
    {"scenarios/targets/NAME.yaml", "a target file: how a program is started, known and quit"},
    {"baselines/TARGET/SCENARIO.json", "what a scenario may show without failing"},
    {"leakgate-report/index.html", "the result of the last run, for a browser; the same as "
                                   "summary.md, result.json, junit.xml, samples.csv"},
    {"leakgate-report/SCENARIO/", "journal, recording, last screen and standard error of a run; "
                                  "unless it passed, its goroutines and profiles"},
};
const size_t file_fact_count = sizeof file_facts / sizeof *file_facts;

char *option_usage(const struct option_info *info)
{
    _cleanup_free_ char *letter =
        info->letter != 0 ? memory_format("-%c, ", info->letter) : memory_copy_text("");
    return memory_format("%s--%s%s%s", letter, info->name, info->argument != NULL ? " " : "",
                         info->argument != NULL ? info->argument : "");
}

static void put_row(struct buffer *out, const char *name, const char *text)
{
    text_pad(out, "", HELP_INDENT);
    text_pad(out, name, HELP_COLUMN - HELP_INDENT - 1);
    if (text_columns(name) > HELP_COLUMN - HELP_INDENT - 2) {
        buffer_char(out, '\n');
        text_pad(out, "", HELP_COLUMN - 1);
    }
    buffer_char(out, ' ');
    text_wrap(out, text, HELP_COLUMN, HELP_COLUMN, HELP_WIDTH);
    buffer_char(out, '\n');
}

static void put_facts(struct buffer *out, const char *heading, const struct fact *facts,
                      size_t count)
{
    buffer_format(out, "\n%s:\n", heading);
    for (size_t i = 0; i < count; i++)
        put_row(out, facts[i].name, facts[i].text);
}

char *help_of_all(void)
{
    struct buffer out = {0};
    buffer_text(&out, "Usage: leakgate COMMAND [OPTION ...]\n\n");
    text_wrap(&out,
              "Runs terminal programs through scenarios again and again and fails when their file "
              "descriptors, goroutines or heap grow by more than the stored baseline allows.",
              0, 0, HELP_WIDTH);
    buffer_text(&out, "\n\nCommands:\n");
    for (size_t i = 0; i < command_table_count; i++)
        put_row(&out, command_table[i].name, command_table[i].summary);
    buffer_text(&out, "\nOptions:\n");
    put_row(&out, "-h, --help", "print this help; leakgate COMMAND --help that of a command");
    put_row(&out, "-V, --version", "print the version");
    put_facts(&out, "Files", file_facts, file_fact_count);
    put_facts(&out, "Environment", environment_facts, environment_fact_count);
    put_facts(&out, "Exit status", exit_facts, exit_fact_count);
    return buffer_take(&out);
}

static void put_paragraphs(struct buffer *out, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end != NULL ? (size_t)(end - text) : strlen(text);
        _cleanup_free_ char *paragraph = memory_copy_range(text, length);
        buffer_char(out, '\n');
        if (text_starts(paragraph, "    ")) /* commands, as they are typed */
            buffer_text(out, paragraph);
        else
            text_wrap(out, paragraph, 0, 0, HELP_WIDTH);
        buffer_char(out, '\n');
        text += length + (end != NULL ? 2 : 0);
    }
}

char *help_of_command(const struct command_info *command)
{
    struct buffer out = {0};
    buffer_format(&out, "Usage: leakgate %s [OPTION ...]%s%s\n", command->name,
                  *command->operands != '\0' ? " " : "", command->operands);
    put_paragraphs(&out, command->text);
    buffer_text(&out, "\nOptions:\n");
    for (size_t i = 0; i < option_table_count; i++) {
        const struct option_info *info = &option_table[i];
        if ((info->commands & command->command) == 0)
            continue;
        _cleanup_free_ char *usage = option_usage(info);
        _cleanup_free_ char *text =
            info->otherwise != NULL ? memory_format("%s (default: %s)", info->help, info->otherwise)
                                    : memory_copy_text(info->help);
        put_row(&out, usage, text);
    }
    return buffer_take(&out);
}
