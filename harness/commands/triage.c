#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "commands/attach.h"
#include "commands/command.h"
#include "commands/page_file.h"
#include "commands/print_result.h"
#include "commands/program_target.h"
#include "report/console.h"
#include "triage/triage_text.h"

static void print_triage(const struct arguments *arguments, const struct triage *triage,
                         const struct regex *match)
{
    _cleanup_buffer_ struct buffer out = {0};
    struct console_style console = console_style_of(STDOUT_FILENO);
    struct triage_style style = {.width = console.width, .colour = console.colour, .match = match};
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
    const char *pattern = option_text(arguments, OPTION_MATCH);
    _cleanup_regex_ struct regex *match = pattern != NULL ? regex_new(pattern, &err) : NULL;
    if (pattern != NULL && match == NULL)
        lg_context(&err, "--match");
    if ((pattern != NULL && match == NULL) || !page_file_check(arguments, &err) ||
        !attach(arguments, operand, &attachment, &err))
        return complain(&err);
    if (!program_healthy(arguments, attachment.process.name, &rows))
        return EXIT_INPUT;
    struct triage_options options = {
        .loop = attachment.loop,
        .process = &attachment.process,
        .probe = attachment.probe,
        .pprof = attachment.pprof,
        .no_pprof = attachment.no_pprof.text,
        .seconds = look_seconds,
        .cpu_seconds = (unsigned)((option_duration(arguments, OPTION_CPU) + 999) / 1000),
        .collect = option_given(arguments, OPTION_GC),
        .healthy = &rows,
    };
    if (!triage_look(&options, &triage, &err))
        return complain(&err);
    print_triage(arguments, &triage, match);
    _cleanup_buffer_ struct buffer text = {0};
    triage_text(&triage, (struct triage_style){.width = CONSOLE_WIDTH, .match = match}, &text);
    if (option_given(arguments, OPTION_HTML) &&
        !page_file_write(arguments, triage_page(&triage), &text, &err))
        return complain(&err);
    return triage.flag_count > 0 ? EXIT_LEAK : EXIT_PASS;
}
