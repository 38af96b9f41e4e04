#define PCRE2_CODE_UNIT_WIDTH 8

#include "base/regex.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

struct regex {
    char *pattern; /* as written, for people */
    pcre2_code *code;
    pcre2_match_context *limits;
    pcre2_match_data *result;
};

struct regex *regex_new(const char *pattern, struct lg_error *err)
{
    int problem = 0;
    size_t offset = 0;
    if (strlen(pattern) > LIMIT_REGEX_BYTES)
        return lg_fail_null(err, LG_ERROR_INPUT, 0,
                            "a regular expression of %zu bytes is over the limit of %u",
                            strlen(pattern), LIMIT_REGEX_BYTES);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY,
                                     &problem, &offset, NULL);
    if (code == NULL) {
        char why[128] = "";
        pcre2_get_error_message(problem, (PCRE2_UCHAR *)why, sizeof why);
        return lg_fail_null(err, LG_ERROR_INPUT, 0,
                            "the regular expression \"%s\" is wrong at %zu: %s", pattern, offset,
                            why);
    }
    struct regex *regex = memory_new(struct regex);
    regex->pattern = memory_copy_text(pattern);
    regex->code = code;
    regex->limits = pcre2_match_context_create(NULL);
    regex->result = pcre2_match_data_create(1, NULL);
    if (regex->limits == NULL || regex->result == NULL)
        memory_exhausted();
    pcre2_set_match_limit(regex->limits, LIMIT_REGEX_MATCH);
    pcre2_set_heap_limit(regex->limits, LIMIT_REGEX_HEAP_KIB);
    return regex;
}

void regex_free(struct regex *regex)
{
    if (regex == NULL)
        return;
    pcre2_match_data_free(regex->result);
    pcre2_match_context_free(regex->limits);
    pcre2_code_free(regex->code);
    free_all(regex->pattern, regex);
}

bool regex_search(const struct regex *regex, const char *text, size_t length, bool *found,
                  struct lg_error *err)
{
    int result =
        pcre2_match(regex->code, (PCRE2_SPTR)text, length, 0, 0, regex->result, regex->limits);
    if (result < 0 && result != PCRE2_ERROR_NOMATCH) {
        char why[128] = "";
        pcre2_get_error_message(result, (PCRE2_UCHAR *)why, sizeof why);
        return lg_fail(err, LG_ERROR_INPUT, 0, "the regular expression \"%s\" was given up: %s",
                       regex->pattern, why);
    }
    *found = result >= 0;
    return true;
}
