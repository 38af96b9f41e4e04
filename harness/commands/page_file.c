#include "commands/page_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/html.h"

bool page_file_check(const struct arguments *arguments, struct lg_error *err)
{
    const char *path = option_text(arguments, OPTION_HTML);
    struct stat status;
    if (path == NULL)
        return true;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return lg_fail(err, LG_ERROR_INPUT, 0, "--html %s: that is not a regular file", path);
    size_t length = (size_t)(path_base(path) - path);
    _cleanup_free_ char *directory =
        length > 0 ? memory_copy_range(path, length) : memory_copy_text(".");
    return access(directory, W_OK | X_OK) == 0 ||
           lg_fail(err, LG_ERROR_INPUT, errno, "--html %s: cannot write there", path);
}

bool page_file_write(const struct arguments *arguments, json_t *head, const struct buffer *text,
                     struct lg_error *err)
{
    const char *path = option_text(arguments, OPTION_HTML);
    _cleanup_json_ json_t *taken = head;
    _cleanup_buffer_ struct buffer page = {0};
    if (path == NULL)
        return true;
    html_page(taken, buffer_string(text), &page);
    if (!file_write_atomic(path, buffer_string(&page), page.length, err))
        return false;
    fprintf(stderr, "Page: %s\n", path);
    return true;
}
