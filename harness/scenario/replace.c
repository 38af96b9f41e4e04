#define PCRE2_CODE_UNIT_WIDTH 8

#include "scenario/replace.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

static bool give_up(const char *regex, int code, struct lg_error *err)
{
    char why[128] = "";
    pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
    return lg_fail(err, LG_ERROR_INPUT, 0, "the regular expression \"%s\" was given up: %s", regex,
                   why);
}

/* NULL and its length in *length when it does not fit. */
static char *substitute(const pcre2_code *code, pcre2_match_context *limits, const char *text,
                        const char *with, PCRE2_SIZE *length, int *result)
{
    _cleanup_free_ char *out = memory_array(*length, 1);
    *result = pcre2_substitute(
        code, (PCRE2_SPTR)text, strlen(text), 0,
        PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_LITERAL | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH, NULL,
        limits, (PCRE2_SPTR)with, strlen(with), (PCRE2_UCHAR *)out, length);
    return *result >= 0 ? take_pointer(out) : NULL;
}

char *text_replace(const char *text, const char *regex, const char *with, struct lg_error *err)
{
    int problem = 0;
    size_t offset = 0;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_MULTILINE, &problem, &offset, NULL);
    if (code == NULL) {
        give_up(regex, problem, err);
        return NULL;
    }
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (limits == NULL)
        memory_exhausted();
    pcre2_set_match_limit(limits, LIMIT_REGEX_MATCH);
    pcre2_set_heap_limit(limits, LIMIT_REGEX_HEAP_KIB);
    PCRE2_SIZE length = strlen(text) + strlen(with) + 1;
    char *out = substitute(code, limits, text, with, &length, &problem);
    if (problem == PCRE2_ERROR_NOMEMORY && length <= LIMIT_WORLD_FILE_BYTES)
        out = substitute(code, limits, text, with, &length, &problem);
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
    if (out == NULL)
        give_up(regex, problem, err);
    return out;
}
