#include "scenario/expand.h"

#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "scenario/value.h"

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
    const char *rest = template;
    while ((rest = copy_until_reference(rest, &out)) != NULL) {
        size_t length = strcspn(rest, "}");
        if (rest[length] == '\0') {
            lg_fail(err, LG_ERROR_INPUT, 0,
                    "\"${\" without \"}\"; for the characters themselves write \"$${\"");
            return NULL;
        }
        _cleanup_free_ char *name = memory_copy_range(rest, length);
        if (!lookup(context, name, &out)) {
            lg_fail(err, LG_ERROR_INPUT, 0, "unknown reference ${%s}", name);
            return NULL;
        }
        rest += length + 1;
    }
    if (out.overflowed) {
        lg_fail(err, LG_ERROR_INPUT, 0, "a text is longer than the limit of %u bytes",
                LIMIT_WORLD_FILE_BYTES);
        return NULL;
    }
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

bool expand_is_shifted_now(const char *name, int64_t *ms)
{
    const size_t sign = strlen("now");
    if (!text_starts(name, "now") || (name[sign] != '-' && name[sign] != '+') ||
        !duration_parse(name + sign + 1, ms))
        return false;
    if (name[sign] == '-')
        *ms = -*ms;
    return true;
}
