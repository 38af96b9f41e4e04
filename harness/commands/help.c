#include "commands/help.h"

#include <ctype.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "report/text_layout.h"

enum { HELP_WIDTH = 80, HELP_INDENT = 2, HELP_COLUMN = 26 };

struct fact {
    const char *name;
    const char *text;
};

static const struct fact exit_facts[] = {
    {"0", "pass"},
    {"1", "leak"},
    {"2", "an option or a file is wrong, and nothing ran; merge: a shard is missing"},
    {"3", "nothing was judged: no scenario, all skipped, or a required baseline is missing"},
    {"4", "inconclusive or invalid"},
    {"5", "the program failed: it did not start, crashed, or a wait timed out"},
    {"70", "leakgate's own fault"},
    {"128+n", "stopped by signal n; this outranks all others"},
    {NULL, NULL},
};

static const struct fact environment_facts[] = {
    {"LEAKGATE_PROGRAM", "the program to test, when --program is not given"},
    {"LEAKGATE_TIMEOUT_SCALE", "multiplies the deadline of every step (0.1 to 100)"},
    {"NO_COLOR", "no colours, when it is set and not empty"},
    {"FORCE_COLOR, CLICOLOR_FORCE", "colours also where the output is not a terminal; in the log "
                                    "of GitHub Actions there are colours by default"},
    {"COLUMNS", "how wide lines are where the output is not a terminal (default: 100)"},
    {"CI", "when it is set, leakgate accept refuses to work"},
    {"TMPDIR", "where the temporary homes of runs are made; by default /tmp"},
    {NULL, NULL},
};

static const struct fact file_facts[] = {
    {PROJECT_FILE, "the project file, in this folder or above it in the repository: defaults for "
                   "options; docs/project.md"},
    {"scenarios/NAME.yaml", "a scenario; docs/scenarios.md says how to write one"},
    {"scenarios/targets/NAME.yaml", "a target file: how a program is started, recognised and quit"},
    {"baselines/TARGET/SCENARIO.json", "what a scenario may show without failing"},
    {"leakgate-report/index.html", "the result of the last run for a browser; beside it "
                                   "summary.md, result.json, junit.xml and samples.csv"},
    {"leakgate-report/SCENARIO/", "journal, recording, last screen and standard error of a run; if "
                                  "it did not pass, also goroutines and profiles"},
    {NULL, NULL},
};

static const struct {
    const char *heading;
    const struct fact *facts; /* up to one without a name */
} fact_lists[] = {
    {"Files", file_facts},
    {"Environment", environment_facts},
    {"Exit status", exit_facts},
};

/* --- What both say; the caller frees it --- */

/* "leakgate check [OPTION ...] [SCENARIO|FILE ...]" */
static char *command_usage(const struct command_info *command)
{
    return memory_format("leakgate %s [OPTION ...]%s%s", command->name,
                         *command->operands != '\0' ? " " : "", command->operands);
}

/* "--tag TAG", "--json", "-h, --help", and what it does. */
static void each_option(enum command command,
                        void (*put)(struct buffer *out, const char *usage, const char *text),
                        struct buffer *out)
{
    for (const struct option_info *info = NULL; (info = option_after(command, info)) != NULL;) {
        const char letter[] = {'-', info->letter, ',', ' ', '\0'};
        _cleanup_free_ char *usage =
            memory_format("%s--%s%s%s", info->letter != 0 ? letter : "", info->name,
                          info->argument != NULL ? " " : "", text_or(info->argument, ""));
        _cleanup_free_ char *text =
            info->otherwise != NULL ? memory_format("%s (default: %s)", info->help, info->otherwise)
                                    : memory_copy_text(info->help);
        put(out, usage, text);
    }
}

static void each_paragraph(const char *text, void (*put)(struct buffer *out, const char *paragraph),
                           struct buffer *out)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end != NULL ? (size_t)(end - text) : strlen(text);
        _cleanup_free_ char *paragraph = memory_copy_range(text, length);
        put(out, paragraph);
        text += length + (end != NULL ? 2 : 0);
    }
}

/* --- Help texts --- */

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

char *help_of_all(void)
{
    struct buffer out = {0};
    buffer_text(&out, "Usage: leakgate COMMAND [OPTION ...]\n\n");
    text_wrap(
        &out,
        "Finds leaks in Go terminal programs. Plays scenarios again and again and fails when file "
        "descriptors, goroutines or memory grow by more than the stored baseline allows.",
        0, 0, HELP_WIDTH);
    buffer_text(&out, "\n\nCommands:\n");
    for (size_t i = 0; i < command_table_count; i++)
        put_row(&out, command_table[i].name, command_table[i].summary);
    buffer_text(&out, "\nOptions:\n");
    put_row(&out, "-h, --help",
            "print this help; leakgate COMMAND --help prints the help of a command");
    put_row(&out, "-V, --version", "print the version");
    for (size_t i = 0; i < COUNT_OF(fact_lists); i++) {
        buffer_format(&out, "\n%s:\n", fact_lists[i].heading);
        for (const struct fact *fact = fact_lists[i].facts; fact->name != NULL; fact++)
            put_row(&out, fact->name, fact->text);
    }
    return buffer_take(&out);
}

static void put_paragraph(struct buffer *out, const char *paragraph)
{
    buffer_char(out, '\n');
    if (text_starts(paragraph, "    ")) /* commands, as they are typed */
        buffer_text(out, paragraph);
    else
        text_wrap(out, paragraph, 0, 0, HELP_WIDTH);
    buffer_char(out, '\n');
}

char *help_of_command(const struct command_info *command)
{
    struct buffer out = {0};
    _cleanup_free_ char *usage = command_usage(command);
    buffer_format(&out, "Usage: %s\n", usage);
    each_paragraph(command->text, put_paragraph, &out);
    buffer_text(&out, "\nOptions:\n");
    each_option(command->command, put_row, &out);
    return buffer_take(&out);
}

/* --- The manual page --- */

/* Text for roff: '-' and '\' are escaped, and a control character that begins a line made harmless
 * by a zero-width one (groff(7), "Escape sequences"). */
static void put_roff(struct buffer *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        buffer_text(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '-')
            buffer_text(out, "\\-");
        else if (*text == '\\')
            buffer_text(out, "\\e");
        else
            buffer_char(out, *text);
    }
    buffer_char(out, '\n');
}

static void put_term(struct buffer *out, const char *term, const char *text)
{
    buffer_text(out, ".TP\n.B ");
    put_roff(out, term);
    put_roff(out, text);
}

static void put_roff_paragraph(struct buffer *out, const char *paragraph)
{
    buffer_text(out, ".PP\n");
    put_roff(out, paragraph);
}

char *man_make(void)
{
    struct buffer out = {0};
    /* Generated, and without a date: the same tables give the same bytes. */
    buffer_text(&out, ".TH LEAKGATE 1 \"\" \"leakgate " LEAKGATE_VERSION "\" \"User Commands\"\n"
                      ".SH NAME\nleakgate \\- leak regression gate for terminal programs\n"
                      ".SH SYNOPSIS\n.B leakgate\nCOMMAND [OPTION ...]\n.SH COMMANDS\n");
    for (size_t i = 0; i < command_table_count; i++) {
        _cleanup_free_ char *usage = command_usage(&command_table[i]);
        buffer_text(&out, ".SS ");
        put_roff(&out, usage);
        each_paragraph(command_table[i].text, put_roff_paragraph, &out);
        each_option(command_table[i].command, put_term, &out);
    }
    for (size_t i = 0; i < COUNT_OF(fact_lists); i++) {
        buffer_text(&out, ".SH ");
        for (const char *c = fact_lists[i].heading; *c != '\0'; c++)
            buffer_char(&out, (char)toupper((unsigned char)*c));
        buffer_char(&out, '\n');
        for (const struct fact *fact = fact_lists[i].facts; fact->name != NULL; fact++)
            put_term(&out, fact->name, fact->text);
    }
    return buffer_take(&out);
}
