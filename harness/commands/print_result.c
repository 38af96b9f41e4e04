#include "commands/print_result.h"

#include <stdint.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/file.h"
#include "report/format.h"

bool print_report(const struct suite_result *suite, const char *format, const char *file,
                  struct lg_error *err)
{
    _cleanup_buffer_ struct buffer out = {0};
    const struct report_format *chosen = report_format_by_name(format);
    if (chosen == NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "there is no format %s", format);
    chosen->write(suite, &out);
    if (file != NULL)
        return file_write_atomic(file, buffer_string(&out), out.length, err);
    fwrite(buffer_string(&out), 1, out.length, stdout);
    return true;
}
