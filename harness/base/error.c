#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool lg_fail(struct lg_error *err, enum lg_error_class class, int errnum, const char *format, ...)
{
    if (err == NULL)
        return false;
    err->class = class;
    err->errnum = errnum;
    err->where[0] = '\0';
    va_list args;
    va_start(args, format);
    int length = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (errnum != 0 && length >= 0 && (size_t)length < sizeof err->text)
        snprintf(err->text + length, sizeof err->text - (size_t)length, ": %s", strerror(errnum));
    return false;
}

bool lg_context(struct lg_error *err, const char *format, ...)
{
    if (err == NULL)
        return false;
    char inner[sizeof err->text];
    memcpy(inner, err->text, sizeof inner);
    va_list args;
    va_start(args, format);
    int length = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length < sizeof err->text)
        snprintf(err->text + length, sizeof err->text - (size_t)length, ": %s", inner);
    return false;
}

void lg_error_at(struct lg_error *err, const char *file, unsigned line, unsigned column)
{
    if (err != NULL)
        snprintf(err->where, sizeof err->where, "%s:%u:%u", file, line, column);
}

enum exit_status lg_exit_status(enum lg_error_class class)
{
    switch (class) {
    case LG_ERROR_NONE:
        return EXIT_PASS;
    case LG_ERROR_INPUT:
        return EXIT_INPUT;
    case LG_ERROR_NEED:
        return EXIT_NOTHING_JUDGED;
    case LG_ERROR_INVALID:
        return EXIT_INCONCLUSIVE;
    case LG_ERROR_TARGET:
        return EXIT_TARGET_FAILED;
    case LG_ERROR_CANCELLED:
    case LG_ERROR_INTERNAL:
        break;
    }
    return EXIT_INTERNAL;
}
