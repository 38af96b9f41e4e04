#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "commands/help.h"

/* Text for roff: '-' and '\' are escaped, and a control character that begins a line made harmless
 * by a zero-width one (groff(7), "Escape sequences"). */
static void put_text(struct buffer *out, const char *text)
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
    put_text(out, term);
    put_text(out, text);
}

static void put_option(struct buffer *out, const struct option_info *info)
{
    _cleanup_free_ char *usage = option_usage(info);
    _cleanup_free_ char *text = info->otherwise != NULL
                                    ? memory_format("%s (default: %s)", info->help, info->otherwise)
                                    : memory_copy_text(info->help);
    put_term(out, usage, text);
}

static void put_paragraphs(struct buffer *out, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t length = end != NULL ? (size_t)(end - text) : strlen(text);
        _cleanup_free_ char *paragraph = memory_copy_range(text, length);
        buffer_text(out, ".PP\n");
        put_text(out, paragraph);
        text += length + (end != NULL ? 2 : 0);
    }
}

static void put_command(struct buffer *out, const struct command_info *command)
{
    _cleanup_free_ char *usage =
        memory_format("leakgate %s [OPTION ...]%s%s", command->name,
                      *command->operands != '\0' ? " " : "", command->operands);
    buffer_text(out, ".SS ");
    put_text(out, usage);
    put_paragraphs(out, command->text);
    for (size_t i = 0; i < option_table_count; i++)
        if ((option_table[i].commands & command->command) != 0)
            put_option(out, &option_table[i]);
}

static void put_facts(struct buffer *out, const char *heading, const struct fact *facts,
                      size_t count)
{
    buffer_format(out, ".SH %s\n", heading);
    for (size_t i = 0; i < count; i++)
        put_term(out, facts[i].name, facts[i].text);
}

char *man_make(void)
{
    struct buffer out = {0};
    /* Generated, and without a date: the same tables give the same bytes. */
    buffer_text(&out, ".TH LEAKGATE 1 \"\" \"leakgate " LEAKGATE_VERSION "\" \"User Commands\"\n"
                      ".SH NAME\nleakgate \\- leak regression gate for terminal programs\n"
                      ".SH SYNOPSIS\n.B leakgate\nCOMMAND [OPTION ...]\n.SH COMMANDS\n");
    for (size_t i = 0; i < command_table_count; i++)
        put_command(&out, &command_table[i]);
    put_facts(&out, "FILES", file_facts, file_fact_count);
    put_facts(&out, "ENVIRONMENT", environment_facts, environment_fact_count);
    put_facts(&out, "EXIT STATUS", exit_facts, exit_fact_count);
    return buffer_take(&out);
}
