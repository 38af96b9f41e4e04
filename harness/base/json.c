#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"

/* jansson's own depth limit is 2048: ours is checked on the text, before anything is built. */
static bool depth_is_fine(const char *text, size_t length)
{
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        if (in_string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_string = !in_string;
        else if (!in_string && (text[i] == '[' || text[i] == '{') && ++depth > LIMIT_JSON_DEPTH)
            return false;
        else if (!in_string && (text[i] == ']' || text[i] == '}') && depth > 0)
            depth--;
    }
    return true;
}

json_t *json_parse(const char *text, size_t length, const char *source, struct lg_error *err)
{
    if (!depth_is_fine(text, length)) {
        lg_fail(err, LG_ERROR_INPUT, 0, "nested deeper than the limit of %u", LIMIT_JSON_DEPTH);
        lg_error_at(err, source, 1, 1);
        return NULL;
    }
    json_error_t problem;
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    if (value == NULL) {
        lg_fail(err, LG_ERROR_INPUT, 0, "%s", problem.text);
        lg_error_at(err, source, problem.line > 0 ? (unsigned)problem.line : 1,
                    problem.column > 0 ? (unsigned)problem.column : 1);
    }
    return value;
}

json_t *json_read_file(const char *path, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_JSON_BYTES);
    if (!file_read(path, &text, LG_ERROR_INPUT, err))
        return NULL;
    return json_parse(buffer_string(&text), text.length, path, err);
}

static char *dump(const json_t *value, size_t flags)
{
    char *text =
        json_dumps(value, flags | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12));
    if (text == NULL)
        memory_exhausted();
    return text;
}

char *json_one_line(const json_t *value)
{
    return dump(value, JSON_COMPACT);
}

char *json_pretty(const json_t *value)
{
    _cleanup_free_ char *text = dump(value, JSON_INDENT(2));
    return memory_format("%s\n", text);
}

static json_t *checked(json_t *value)
{
    if (value == NULL)
        memory_exhausted();
    return value;
}

json_t *json_text(const char *text)
{
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    /* Invalid UTF-8: every control character is kept, JSON escapes it; only bad bytes change. */
    struct buffer valid = {0};
    for (size_t left = strlen(text); left > 0;) {
        size_t length = utf8_length(text, left);
        if (length > 0)
            buffer_append(&valid, text, length);
        else
            buffer_text(&valid, "\xef\xbf\xbd");
        length = length > 0 ? length : 1;
        text += length;
        left -= length;
    }
    value = json_string(buffer_string(&valid));
    buffer_free(&valid);
    return checked(value);
}

json_t *json_number(double value)
{
    return checked(isfinite(value) ? json_real(value) : json_null());
}

const char *json_get_text(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : otherwise;
}

double json_get_number(const json_t *object, const char *key, double otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

int64_t json_get_integer(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

bool json_get_flag(const json_t *object, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

void json_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, checked(value)) != 0)
        memory_exhausted();
}

void json_put_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL)
        json_put(object, key, json_text(text));
}

void json_push(json_t *array, json_t *value)
{
    if (json_array_append_new(array, checked(value)) != 0)
        memory_exhausted();
}

void json_get_texts(const json_t *array, struct string_list *texts)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (json_is_string(json_array_get(array, i)))
            string_list_add(texts, json_string_value(json_array_get(array, i)));
}

json_t *json_texts(const struct string_list *texts)
{
    json_t *array = checked(json_array());
    for (size_t i = 0; i < texts->count; i++)
        json_push(array, json_text(texts->items[i]));
    return array;
}
