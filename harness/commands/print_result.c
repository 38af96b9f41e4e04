#include "commands/print_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "pictures/recordings.h"
#include "report/format.h"
#include "result/evidence.h"

struct console_style console_style_of(int fd)
{
    const char *no_colour = getenv("NO_COLOR");
    struct console_style style = {.width = CONSOLE_WIDTH};
    struct winsize size;
    if (!isatty(fd))
        return style;
    /* no-color.org: set and not empty. */
    style.colour = no_colour == NULL || *no_colour == '\0';
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= CONSOLE_WIDTH_LEAST)
        style.width = size.ws_col;
    return style;
}

static void write_format(struct suite_result *suite, const struct report_format *format,
                         struct buffer *out)
{
    suite_find_files(suite);
    if (format->write == html_report)
        recordings_draw(suite);
    if (format->write == text_report)
        console_report(suite, console_style_of(STDOUT_FILENO), out);
    else
        format->write(suite, out);
}

bool print_report(struct suite_result *suite, const char *format, const char *file,
                  struct lg_error *err)
{
    _cleanup_buffer_ struct buffer out = {0};
    const struct report_format *chosen = report_format_by_name(format);
    if (chosen == NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "there is no format %s", format);
    write_format(suite, chosen, &out);
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
        write_format(suite, format, &out);
        _cleanup_free_ char *path = path_join(suite->directory, format->file);
        if (file_write_atomic(path, buffer_string(&out), out.length, &problem))
            continue;
        if (written)
            *err = problem;
        written = false;
    }
    return written;
}
