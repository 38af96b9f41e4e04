#include "commands/print_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "pictures/recordings.h"
#include "report/format.h"
#include "result/evidence.h"

static bool is_set(const char *variable)
{
    return *text_or(getenv(variable), "") != '\0';
}

/* no-color.org, force-color.org and bixense.com/clicolors. GitHub's log shows colours and is no
 * terminal. */
static bool wants_colour(bool terminal)
{
    if (is_set("NO_COLOR"))
        return false;
    bool forced = (is_set("FORCE_COLOR") && strcmp(getenv("FORCE_COLOR"), "0") != 0) ||
                  (is_set("CLICOLOR_FORCE") && strcmp(getenv("CLICOLOR_FORCE"), "0") != 0);
    return forced || terminal || strcmp(text_or(getenv("GITHUB_ACTIONS"), ""), "true") == 0;
}

struct console_style console_style_of(int fd)
{
    struct console_style style = {.width = CONSOLE_WIDTH};
    struct winsize size;
    bool terminal = isatty(fd) == 1;
    style.colour = wants_colour(terminal);
    if (terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= CONSOLE_WIDTH_LEAST) {
        style.width = size.ws_col;
        return style;
    }
    unsigned long columns = strtoul(text_or(getenv("COLUMNS"), ""), NULL, 10);
    if (columns >= CONSOLE_WIDTH_LEAST && columns <= LIMIT_TERMINAL_COLUMNS)
        style.width = columns;
    return style;
}

/* What the workflow of a forge says of itself. */
static struct forge forge_of(const struct suite_result *suite)
{
    return (struct forge){.source_url = suite->source_url,
                          .server = getenv("GITHUB_SERVER_URL"),
                          .repository = getenv("GITHUB_REPOSITORY"),
                          .revision = getenv("GITHUB_SHA"),
                          .forgejo = is_set("FORGEJO_ACTIONS") || is_set("GITEA_ACTIONS")};
}

static void write_format(struct suite_result *suite, const struct report_format *format,
                         bool verbose, struct buffer *out)
{
    struct console_style style = console_style_of(STDOUT_FILENO);
    style.verbose = verbose;
    struct forge forge = forge_of(suite);
    suite_find_files(suite, &forge);
    if (format->write == html_report)
        recordings_draw(suite);
    if (format->write == text_report)
        console_report(suite, style, out);
    else
        format->write(suite, out);
}

bool print_report(struct suite_result *suite, const char *format, bool verbose, const char *file,
                  struct lg_error *err)
{
    _cleanup_buffer_ struct buffer out = {0};
    const struct report_format *chosen = report_format_by_name(format);
    if (chosen == NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "there is no format %s", format);
    write_format(suite, chosen, verbose, &out);
    if (file != NULL)
        return file_write_atomic(file, buffer_string(&out), out.length, err);
    fwrite(buffer_string(&out), 1, out.length, stdout);
    return true;
}

bool write_reports(struct suite_result *suite, struct lg_error *err)
{
    bool written = true;
    for (size_t i = 0; i < report_format_count; i++) {
        const struct report_format *format = &report_format_table[i];
        _cleanup_buffer_ struct buffer out = {0};
        struct lg_error problem = {0};
        if (format->file == NULL)
            continue;
        write_format(suite, format, true, &out);
        _cleanup_free_ char *path = path_join(suite->directory, format->file);
        if (file_write_atomic(path, buffer_string(&out), out.length, &problem))
            continue;
        if (written)
            *err = problem;
        written = false;
    }
    return written;
}
