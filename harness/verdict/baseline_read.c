/* A baseline's file, read strictly: it is edited by hand, and what is not understood must not pass
 * for something that is. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "verdict/baseline.h"

/* Where in the file we are, as "exceptions[2].expires". */
struct place {
    const char *source;
    struct lg_error *err;
    char path[256];
};

struct field {
    const char *name;
    json_type type; /* JSON_REAL: any number */
    bool needed;
};

static const struct field baseline_fields[] = {
    {"version", JSON_INTEGER, true}, {"plan", JSON_STRING, true},
    {"go", JSON_STRING, true},       {"platform", JSON_STRING, true},
    {"gauges", JSON_OBJECT, true},   {"exceptions", JSON_ARRAY, true},
    {"tools", JSON_OBJECT, false},   {"seconds", JSON_INTEGER, false},
};
static const struct field tool_fields[] = {
    {"per_iteration", JSON_REAL, true},
    {"tolerance", JSON_REAL, false},
    {"why", JSON_STRING, false},
};
static const struct field gauge_fields[] = {
    {"allowed", JSON_REAL, false},  {"level", JSON_REAL, false},    {"tolerance", JSON_REAL, false},
    {"reason", JSON_STRING, false}, {"issue", JSON_STRING, false},  {"expires", JSON_STRING, false},
    {"why", JSON_STRING, false},    {"retained", JSON_REAL, false},
};
static const struct field exception_fields[] = {
    {"gauge", JSON_STRING, true},    {"holder", JSON_STRING, true},
    {"allowed", JSON_REAL, true},    {"allowed_bytes", JSON_REAL, false},
    {"reason", JSON_STRING, true},   {"issue", JSON_STRING, false},
    {"expires", JSON_STRING, false},
};

static const char *const type_names[] = {
    [JSON_OBJECT] = "an object",       [JSON_ARRAY] = "a list",  [JSON_STRING] = "a text",
    [JSON_INTEGER] = "a whole number", [JSON_REAL] = "a number", [JSON_TRUE] = "true or false",
    [JSON_FALSE] = "true or false",    [JSON_NULL] = "null",
};

static bool refuse(struct place *place, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct place *place, const char *name, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *dot = place->path[0] != '\0' && name[0] != '\0' ? "." : "";
    const char *colon = place->path[0] != '\0' || name[0] != '\0' ? ": " : "";
    lg_fail(place->err, LG_ERROR_INPUT, 0, "%s%s%s%s%s", place->path, dot, name, colon, text);
    if (place->err != NULL)
        snprintf(place->err->where, sizeof place->err->where, "%s", place->source);
    return false;
}

static bool refuse_unknown(struct place *place, const char *kind, const char *word,
                           const char *const *known, size_t count)
{
    const char *nearest = text_nearest(word, known, count);
    if (nearest != NULL)
        return refuse(place, "", "unknown %s \"%s\"; did you mean \"%s\"?", kind, word, nearest);
    return refuse(place, "", "unknown %s \"%s\"", kind, word);
}

/* Does the object have these fields, each of its type, and no others? */
static bool check_fields(struct place *place, const json_t *object, const struct field *fields,
                         size_t count)
{
    if (!json_is_object(object))
        return refuse(place, "", "must be an object");
    const char *names[16], *name;
    for (size_t i = 0; i < count; i++)
        names[i] = fields[i].name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        size_t i = 0;
        while (i < count && strcmp(names[i], name) != 0)
            i++;
        if (i == count)
            return refuse_unknown(place, "key", name, names, count);
    }
    for (size_t i = 0; i < count; i++) {
        value = json_object_get(object, fields[i].name);
        if (value == NULL && fields[i].needed)
            return refuse(place, fields[i].name, "is missing");
        bool fits = value == NULL || json_typeof(value) == fields[i].type ||
                    (fields[i].type == JSON_REAL && json_is_number(value));
        if (!fits)
            return refuse(place, fields[i].name, "must be %s", type_names[fields[i].type]);
    }
    return true;
}

/* A finite number, 0 or more; *value keeps what it was where the key is missing. */
static bool read_number(struct place *place, const json_t *object, const char *name, double *value)
{
    const json_t *found = json_object_get(object, name);
    if (found == NULL)
        return true;
    double number = json_number_value(found);
    if (!isfinite(number) || number < 0)
        return refuse(place, name, "must be a finite number, 0 or more");
    *value = number;
    return true;
}

static bool read_text(struct place *place, const json_t *object, const char *name, char *text,
                      size_t size)
{
    const char *found = json_get_text(object, name, "");
    if (strlen(found) >= size)
        return refuse(place, name, "is longer than %zu bytes", size - 1);
    memcpy(text, found, strlen(found) + 1);
    return true;
}

/* Before anything else: of another version even the names may mean something else. */
static bool check_version(struct place *place, const json_t *json)
{
    if (!json_is_object(json))
        return refuse(place, "", "is not a baseline: an object is expected");
    const json_t *version = json_object_get(json, "version");
    if (version == NULL)
        return refuse(place, "version", "is missing");
    if (!json_is_integer(version) || json_integer_value(version) != BASELINE_VERSION)
        return refuse(place, "version", "must be %d: this leakgate reads no other",
                      BASELINE_VERSION);
    return true;
}

static bool read_head(struct place *place, const json_t *json, struct baseline *baseline)
{
    if (!read_text(place, json, "plan", baseline->plan_hash, sizeof baseline->plan_hash) ||
        !read_text(place, json, "go", baseline->go_version, sizeof baseline->go_version) ||
        !read_text(place, json, "platform", baseline->platform, sizeof baseline->platform))
        return false;
    if (!read_number(place, json, "seconds", &baseline->seconds))
        return false;
    size_t digits = strspn(baseline->plan_hash, "0123456789abcdef");
    if (digits != sizeof baseline->plan_hash - 1)
        return refuse(place, "plan", "must be 16 hexadecimal digits");
    return true;
}

static bool find_gauge(struct place *place, const char *name, enum gauge *gauge)
{
    *gauge = gauge_by_name(name);
    if (*gauge < GAUGE_COUNT)
        return true;
    const char *names[GAUGE_COUNT];
    for (unsigned i = 0; i < GAUGE_COUNT; i++)
        names[i] = gauge_info((enum gauge)i)->name;
    return refuse_unknown(place, "gauge", name, names, GAUGE_COUNT);
}

static bool is_url(const char *text)
{
    const char *host = text_starts(text, "https://")  ? text + strlen("https://")
                       : text_starts(text, "http://") ? text + strlen("http://")
                                                      : "";
    return *host != '\0' && strpbrk(text, " \t\r\n\"<>") == NULL;
}

static bool is_blank(const char *text)
{
    return strspn(text, " \t\r\n") == strlen(text);
}

static bool check_terms(struct place *place, const char *reason, const char *issue,
                        const char *expires)
{
    if (is_blank(reason))
        return refuse(place, "reason", "must not be empty: say why this growth is meant");
    if (issue != NULL && !is_url(issue))
        return refuse(place, "issue", "must be an address that begins with https:// or http://");
    if (expires != NULL && !clock_is_date(expires))
        return refuse(place, "expires", "\"%s\" is not a date of the form YYYY-MM-DD", expires);
    return true;
}

/* Of an allowance alone, and optional there: files that were made before it have none. */
static bool read_gauge_terms(struct place *place, const json_t *json, struct baseline_gauge *stored)
{
    static const char *const terms[] = {"reason", "issue", "expires"};
    bool any = false;
    for (size_t i = 0; i < COUNT_OF(terms); i++) {
        bool given = json_object_get(json, terms[i]) != NULL;
        if (given && !(stored->allowed > 0))
            return refuse(place, terms[i], "says nothing without an allowed growth");
        any = any || given;
    }
    if (!any)
        return true;
    stored->reason = (char *)json_get_text(json, "reason", "");
    stored->issue = (char *)json_get_text(json, "issue", NULL);
    stored->expires = (char *)json_get_text(json, "expires", NULL);
    return check_terms(place, stored->reason, stored->issue, stored->expires);
}

/* NAN and NULL where there is none. */
static bool read_tolerance(struct place *place, const json_t *json, double *tolerance, char **why)
{
    if (!read_number(place, json, "tolerance", tolerance))
        return false;
    *why = (char *)json_get_text(json, "why", NULL);
    if (*why != NULL && isnan(*tolerance))
        return refuse(place, "why", "says nothing without a tolerance");
    return *why == NULL || !is_blank(*why) ||
           refuse(place, "why", "must not be empty: say what moves so much");
}

static bool read_gauge(struct place *place, const json_t *json, enum gauge gauge,
                       struct baseline *baseline)
{
    struct baseline_gauge stored = {.present = true, .level = NAN, .tolerance = NAN};
    if (!check_fields(place, json, gauge_fields, COUNT_OF(gauge_fields)) ||
        !read_number(place, json, "allowed", &stored.allowed) ||
        !read_number(place, json, "level", &stored.level) ||
        !read_number(place, json, "retained", &stored.retained) ||
        !read_tolerance(place, json, &stored.tolerance, &stored.why) ||
        !read_gauge_terms(place, json, &stored))
        return false;
    if (stored.allowed > 0 && gauge_info(gauge)->rule == RULE_SHOWN)
        return refuse(place, "allowed", "the growth of this gauge is shown, never judged");
    if (stored.allowed > 0 && gauge_info(gauge)->rule == RULE_NONE)
        return refuse(place, "allowed", "none may be there: allow a holder under \"exceptions\"");
    if (!isnan(stored.level) && gauge == GAUGE_HEAP_STACK)
        return refuse(place, "level", "this gauge has no number of its own");
    if (!isnan(stored.tolerance) && isnan(stored.level))
        return refuse(place, "tolerance", "says nothing without a level");
    baseline_put_gauge(baseline, gauge, &stored);
    return true;
}

static bool read_gauges(struct place *place, const json_t *gauges, struct baseline *baseline)
{
    const char *name;
    json_t *json;
    json_object_foreach((json_t *)gauges, name, json)
    {
        enum gauge gauge;
        snprintf(place->path, sizeof place->path, "gauges");
        if (!find_gauge(place, name, &gauge))
            return false;
        snprintf(place->path, sizeof place->path, "gauges.%s", name);
        if (!read_gauge(place, json, gauge, baseline))
            return false;
    }
    return true;
}

static bool read_exception(struct place *place, const json_t *json, struct baseline *baseline)
{
    struct baseline_exception exception = {0};
    if (!check_fields(place, json, exception_fields, COUNT_OF(exception_fields)) ||
        !find_gauge(place, json_get_text(json, "gauge", ""), &exception.gauge) ||
        !read_number(place, json, "allowed", &exception.allowed) ||
        !read_number(place, json, "allowed_bytes", &exception.allowed_bytes))
        return false;
    exception.holder = (char *)json_get_text(json, "holder", "");
    exception.reason = (char *)json_get_text(json, "reason", "");
    exception.issue = (char *)json_get_text(json, "issue", NULL);
    exception.expires = (char *)json_get_text(json, "expires", NULL);
    if (exception.holder[0] == '\0')
        return refuse(place, "holder", "must not be empty");
    if (!check_terms(place, exception.reason, exception.issue, exception.expires))
        return false;
    if (!gauge_info(exception.gauge)->has_holders)
        return refuse(place, "gauge", "%s has no holders: allow its growth under \"gauges\"",
                      gauge_info(exception.gauge)->name);
    if (exception.gauge != GAUGE_HEAP_STACK && json_object_get(json, "allowed_bytes") != NULL)
        return refuse(place, "allowed_bytes", "is for %s alone",
                      gauge_info(GAUGE_HEAP_STACK)->name);
    if (baseline_exception_for(baseline, exception.gauge, exception.holder) != NULL)
        return refuse(place, "holder", "the same gauge and holder stand in an entry before");
    baseline_except(baseline, &exception);
    return true;
}

static bool read_exceptions(struct place *place, const json_t *exceptions,
                            struct baseline *baseline)
{
    for (size_t i = 0; i < json_array_size(exceptions); i++) {
        snprintf(place->path, sizeof place->path, "exceptions[%zu]", i);
        if (!read_exception(place, json_array_get(exceptions, i), baseline))
            return false;
    }
    return true;
}

static bool read_tools(struct place *place, const json_t *tools, struct baseline *baseline)
{
    const char *name;
    json_t *json;
    baseline->has_tools = tools != NULL;
    json_object_foreach((json_t *)tools, name, json)
    {
        struct baseline_tool tool = {.name = (char *)name, .tolerance = NAN};
        snprintf(place->path, sizeof place->path, "tools.%s", name);
        if (!check_fields(place, json, tool_fields, COUNT_OF(tool_fields)) ||
            !read_number(place, json, "per_iteration", &tool.per_iteration) ||
            !read_tolerance(place, json, &tool.tolerance, &tool.why))
            return false;
        baseline_add_tool(baseline, &tool);
    }
    return true;
}

struct baseline *baseline_from_json(const json_t *json, const char *source, struct lg_error *err)
{
    struct place place = {.source = source, .err = err};
    _cleanup_baseline_ struct baseline *baseline = baseline_new();
    if (!check_version(&place, json) ||
        !check_fields(&place, json, baseline_fields, COUNT_OF(baseline_fields)) ||
        !read_head(&place, json, baseline) ||
        !read_gauges(&place, json_object_get(json, "gauges"), baseline) ||
        !read_exceptions(&place, json_object_get(json, "exceptions"), baseline) ||
        !read_tools(&place, json_object_get(json, "tools"), baseline))
        return NULL;
    return take_pointer(baseline);
}

bool baseline_check_tolerances(const struct baseline *baseline, const char *source,
                               struct lg_error *err)
{
    struct place place = {.source = source, .err = err};
    size_t count;
    _cleanup_free_ struct wide_tolerance *wide = baseline_wide_tolerances(baseline, &count);
    for (size_t i = 0; i < count; i++) {
        bool of_tool = wide[i].tool != NULL;
        snprintf(place.path, sizeof place.path, "%s.%s", of_tool ? "tools" : "gauges",
                 of_tool ? wide[i].tool : gauge_info(wide[i].gauge)->name);
        if (wide[i].why == NULL)
            return refuse(&place, "tolerance",
                          "%.10g is wider than the default of %.10g: say under \"why\" what moves "
                          "so much, or leave it out",
                          wide[i].tolerance, wide[i].usual);
    }
    return true;
}

struct baseline *baseline_read(const char *path, struct lg_error *err)
{
    _cleanup_json_ json_t *json = json_read_file(path, err);
    _cleanup_baseline_ struct baseline *baseline =
        json != NULL ? baseline_from_json(json, path, err) : NULL;
    if (baseline == NULL || !baseline_check_tolerances(baseline, path, err))
        return NULL;
    return take_pointer(baseline);
}
