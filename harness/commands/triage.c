#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "commands/attach.h"
#include "commands/command.h"
#include "commands/print_result.h"
#include "commands/selection.h"
#include "report/console.h"
#include "scenario/healthy.h"
#include "triage/triage_text.h"

/* The rows of --target; else of the target file that is called as the program is, where there is
 * one. */
static bool load_healthy(const struct arguments *arguments, const char *program,
                         struct healthy_rows *rows)
{
    struct diagnostics problems = {0};
    struct load_options options = load_options_of(arguments);
    const char *word = option_text(arguments, OPTION_TARGET);
    healthy_defaults(rows);
    if (word == NULL && program == NULL)
        return true;
    _cleanup_free_ char *file =
        target_file_of(text_or(word, program), option_text(arguments, OPTION_SCENARIOS));
    if (word == NULL && access(file, R_OK) != 0)
        return true;
    bool fine = healthy_load(file, &options, rows, &problems);
    complain_of_all(&problems);
    return fine;
}

static void print_triage(const struct arguments *arguments, const struct triage *triage)
{
    _cleanup_buffer_ struct buffer out = {0};
    struct console_style console = console_style_of(STDOUT_FILENO);
    struct triage_style style = {.width = console.width,
                                 .colour = console.colour,
                                 .match = option_text(arguments, OPTION_MATCH)};
    if (option_given(arguments, OPTION_JSON)) {
        _cleanup_json_ json_t *object = triage_to_json(triage);
        _cleanup_free_ char *text = json_pretty(object);
        fputs(text, stdout);
        return;
    }
    if (option_given(arguments, OPTION_MARKDOWN))
        triage_markdown(triage, style, &out);
    else
        triage_text(triage, style, &out);
    fputs(buffer_string(&out), stdout);
}

int command_triage(const struct arguments *arguments)
{
    struct lg_error err = {0};
    _cleanup_attachment_ struct attachment attachment = {0};
    _cleanup_healthy_ struct healthy_rows rows = {0};
    _cleanup_triage_ struct triage triage = {0};
    const double look_seconds = 2;
    if (arguments->operands.count > 1) {
        lg_fail(&err, LG_ERROR_INPUT, 0, "triage takes one process: PID or NAME");
        return complain(&err);
    }
    const char *operand = arguments->operands.count > 0 ? arguments->operands.items[0] : NULL;
    if (!triage_match_is_fine(option_text(arguments, OPTION_MATCH), &err) ||
        !attach(arguments, operand, &attachment, &err))
        return complain(&err);
    if (!load_healthy(arguments, attachment.process.name, &rows))
        return EXIT_INPUT;
    struct triage_options options = {
        .loop = attachment.loop,
        .process = &attachment.process,
        .probe = attachment.probe,
        .pprof = attachment.pprof,
        .no_pprof = attachment.no_pprof.text,
        .seconds = look_seconds,
        .collect = option_given(arguments, OPTION_GC),
        .healthy = &rows,
    };
    if (!triage_look(&options, &triage, &err))
        return complain(&err);
    print_triage(arguments, &triage);
    return triage.flag_count > 0 ? EXIT_LEAK : EXIT_PASS;
}
