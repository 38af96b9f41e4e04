#include "journal/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"

static const char *const why_names[] = {"failed", "final", "round_trip", "snapshot", "step"};

const char *screen_why_name(enum screen_why why)
{
    return why < SCREEN_WHY_COUNT ? why_names[why] : "";
}

static enum screen_why screen_why_by_name(const char *name)
{
    enum screen_why why = 0;
    while (why < SCREEN_WHY_COUNT && strcmp(name, why_names[why]) != 0)
        why++;
    return why;
}

static const struct {
    const char *name;
    enum lg_error_class class;
} classes[] = {
    {"input", LG_ERROR_INPUT},   {"need", LG_ERROR_NEED},           {"invalid", LG_ERROR_INVALID},
    {"target", LG_ERROR_TARGET}, {"cancelled", LG_ERROR_CANCELLED}, {"internal", LG_ERROR_INTERNAL},
};

const char *problem_class_name(enum lg_error_class class)
{
    size_t i = 0;
    while (i < COUNT_OF(classes) - 1 && classes[i].class != class)
        i++;
    return classes[i].name;
}

enum lg_error_class problem_class_by_name(const char *name)
{
    size_t i = 0;
    while (i < COUNT_OF(classes) - 1 && strcmp(classes[i].name, name) != 0)
        i++;
    return classes[i].class;
}

static json_t *places_to_json(const struct journal_places *places, const struct field *table)
{
    json_t *array = json_array();
    for (size_t i = 0; i < places->count; i++) {
        json_t *place = json_object();
        fields_write(table, &places->items[i], place);
        json_push(array, place);
    }
    return array;
}

#define AS(type) (*(type const *)member)

/* New reference; NULL where there is nothing. */
static json_t *value_to_json(const struct field *field, const void *member)
{
    switch (field->kind) {
    case FIELD_TEXT:
        return AS(char *) != NULL ? json_text(AS(char *)) : NULL;
    case FIELD_NUMBER:
        return isfinite(AS(double)) ? json_number(AS(double)) : NULL;
    case FIELD_INTEGER:
        return AS(int64_t) != JOURNAL_ABSENT ? json_integer(AS(int64_t)) : NULL;
    case FIELD_FLAG:
        return json_boolean(AS(bool));
    case FIELD_TEXTS:
        return AS(struct string_list).count > 0 || field->always ? json_texts(member) : NULL;
    case FIELD_JSON:
        return json_incref(AS(json_t *));
    case FIELD_BASELINE:
        return AS(struct baseline *) != NULL ? baseline_to_json(AS(struct baseline *)) : NULL;
    case FIELD_PHASE:
        return json_text(phase_name(AS(enum phase)));
    case FIELD_GAUGE:
        return json_text(gauge_info(AS(enum gauge))->name);
    case FIELD_CLASS:
        return json_text(problem_class_name(AS(enum lg_error_class)));
    case FIELD_WHY:
        return json_text(screen_why_name(AS(enum screen_why)));
    case FIELD_PLACES:
        return AS(struct journal_places).count > 0 ? places_to_json(member, field->inner) : NULL;
    case FIELD_OBJECT:
        break;
    }
    json_t *object = json_object();
    fields_write(field->inner, member, object);
    if (json_object_get(object, field->inner->key) != NULL)
        return object;
    json_decref(object);
    return NULL;
}

void fields_write(const struct field *table, const void *members, json_t *object)
{
    for (const struct field *field = table; field->key != NULL; field++) {
        json_t *value = value_to_json(field, (const char *)members + field->offset);
        if (value != NULL || field->always)
            json_put(object, field->key, value != NULL ? value : json_null());
    }
}

static void places_from_json(const json_t *array, const struct field *table,
                             struct journal_places *places)
{
    places->count = json_array_size(array);
    places->items = places->count > 0 ? memory_array(places->count, sizeof *places->items) : NULL;
    for (size_t i = 0; i < places->count; i++)
        fields_read(table, json_array_get(array, i), &places->items[i], NULL, NULL);
}

/* null and nothing are none. */
static bool baseline_from_journal(const json_t *value, const struct baseline **baseline,
                                  const char *source, struct lg_error *err)
{
    bool none = value == NULL || json_is_null(value);
    *baseline = none ? NULL : baseline_from_json(value, source, err);
    return none || *baseline != NULL || lg_context(err, "the baseline in the journal");
}

static bool value_from_json(const struct field *field, const json_t *value, void *member,
                            const char *source, struct lg_error *err)
{
    const char *text = json_string_value(value);
    switch (field->kind) {
    case FIELD_TEXT:
        *(char **)member = memory_copy_text(text);
        break;
    case FIELD_NUMBER:
        *(double *)member = json_is_number(value) ? json_number_value(value) : NAN;
        break;
    case FIELD_INTEGER:
        *(int64_t *)member = json_is_integer(value) ? json_integer_value(value) : JOURNAL_ABSENT;
        break;
    case FIELD_FLAG:
        *(bool *)member = json_is_true(value);
        break;
    case FIELD_TEXTS:
        *(struct string_list *)member = (struct string_list){0};
        json_get_texts(value, member);
        break;
    case FIELD_JSON:
        *(json_t **)member = json_incref((json_t *)value);
        break;
    case FIELD_BASELINE:
        return baseline_from_journal(value, member, source, err);
    case FIELD_PHASE:
        *(enum phase *)member = phase_by_name(text_or(text, ""));
        break;
    case FIELD_GAUGE:
        *(enum gauge *)member = gauge_by_name(text_or(text, ""));
        break;
    case FIELD_CLASS:
        *(enum lg_error_class *)member = problem_class_by_name(text_or(text, ""));
        break;
    case FIELD_WHY:
        *(enum screen_why *)member = screen_why_by_name(text_or(text, ""));
        break;
    case FIELD_PLACES:
        places_from_json(value, field->inner, member);
        break;
    case FIELD_OBJECT:
        return fields_read(field->inner, value, member, source, err);
    }
    return true;
}

bool fields_read(const struct field *table, const json_t *object, void *members, const char *source,
                 struct lg_error *err)
{
    bool sound = true;
    for (const struct field *field = table; field->key != NULL; field++)
        sound = value_from_json(field, json_object_get(object, field->key),
                                (char *)members + field->offset, source, sound ? err : NULL) &&
                sound;
    return sound;
}

void fields_free(const struct field *table, void *members)
{
    for (const struct field *field = table; field->key != NULL; field++) {
        void *member = (char *)members + field->offset;
        struct journal_places *places = member;
        switch (field->kind) {
        case FIELD_TEXT:
            free(*(char **)member);
            break;
        case FIELD_TEXTS:
            string_list_free(member);
            break;
        case FIELD_JSON:
            json_decref(*(json_t **)member);
            break;
        case FIELD_BASELINE:
            baseline_free(*(struct baseline **)member);
            break;
        case FIELD_PLACES:
            for (size_t i = 0; i < places->count; i++)
                fields_free(field->inner, &places->items[i]);
            free(places->items);
            break;
        case FIELD_OBJECT:
            fields_free(field->inner, member);
            break;
        case FIELD_NUMBER:
        case FIELD_INTEGER:
        case FIELD_FLAG:
        case FIELD_PHASE:
        case FIELD_GAUGE:
        case FIELD_CLASS:
        case FIELD_WHY:
            break;
        }
    }
}
