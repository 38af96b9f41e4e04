#define PCRE2_CODE_UNIT_WIDTH 8

#include "scenario/expand.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

/* Appends the text before the next "${" and makes a "$${" on the way a "${". Returns what follows
 * the "${", or NULL at the end of the template. */
static const char *copy_until_reference(const char *template, struct buffer *out)
{
    for (;;) {
        const char *dollar = strstr(template, "${");
        if (dollar == NULL) {
            buffer_text(out, template);
            return NULL;
        }
        bool literal = dollar > template && dollar[-1] == '$';
        buffer_append(out, template, (size_t)(dollar - template) - (literal ? 1 : 0));
        template = dollar + 2;
        if (!literal)
            return template;
        buffer_text(out, "${");
    }
}

char *expand(const char *template, expand_lookup *lookup, void *context, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(LIMIT_WORLD_FILE_BYTES);
    const char *remaining = template;
    while ((remaining = copy_until_reference(remaining, &out)) != NULL) {
        size_t length = strcspn(remaining, "}");
        if (remaining[length] == '\0')
            return lg_fail_null(
                err, LG_ERROR_INPUT, 0,
                "\"${\" without \"}\"; for the characters themselves write \"$${\"");
        _cleanup_free_ char *name = memory_copy_range(remaining, length);
        if (!lookup(context, name, &out))
            return lg_fail_null(err, LG_ERROR_INPUT, 0, "unknown reference ${%s}", name);
        remaining += length + 1;
    }
    if (out.overflowed)
        return lg_fail_null(err, LG_ERROR_INPUT, 0, "a text is longer than the limit of %u bytes",
                            LIMIT_WORLD_FILE_BYTES);
    return buffer_take(&out);
}

char *expand_one(const char *template, const char *name, const char *value)
{
    struct buffer out = {0};
    size_t length = strlen(name);
    const char *from = template;
    for (const char *at = template; (at = strstr(at, "${")) != NULL;) {
        bool literal = at > from && at[-1] == '$';
        bool is_it = !literal && strncmp(at + 2, name, length) == 0 && at[2 + length] == '}';
        const char *next = is_it ? at + 2 + length + 1 : at + 2;
        buffer_append(&out, from, (size_t)((is_it ? at : next) - from));
        if (is_it)
            buffer_text(&out, value);
        from = at = next;
    }
    buffer_text(&out, from);
    return buffer_take(&out);
}

static void give_up(const char *regex, int code, struct lg_error *err)
{
    char why[128] = "";
    pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof why);
    lg_fail(err, LG_ERROR_INPUT, 0, "the regular expression \"%s\" was given up: %s", regex, why);
}

char *text_replace(const char *text, const char *regex, const char *with, struct lg_error *err)
{
    int result = 0;
    size_t offset = 0;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_MULTILINE, &result, &offset, NULL);
    if (code == NULL) {
        give_up(regex, result, err);
        return NULL;
    }
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (limits == NULL)
        memory_exhausted();
    pcre2_set_match_limit(limits, LIMIT_REGEX_MATCH);
    pcre2_set_heap_limit(limits, LIMIT_REGEX_HEAP_KIB);
    char *out = NULL;
    PCRE2_SIZE length = strlen(text) + strlen(with) + 1;
    do { /* where it does not fit, `length` becomes what is needed */
        free(out);
        out = memory_array(length, 1);
        result = pcre2_substitute(
            code, (PCRE2_SPTR)text, strlen(text), 0,
            PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_LITERAL | PCRE2_SUBSTITUTE_OVERFLOW_LENGTH,
            NULL, limits, (PCRE2_SPTR)with, strlen(with), (PCRE2_UCHAR *)out, &length);
    } while (result == PCRE2_ERROR_NOMEMORY && length <= LIMIT_WORLD_FILE_BYTES);
    pcre2_match_context_free(limits);
    pcre2_code_free(code);
    if (result < 0) {
        give_up(regex, result, err);
        cleanup_free(&out);
    }
    return out;
}
