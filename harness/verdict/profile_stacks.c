#include "verdict/profile_stacks.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"
#include "base/strings.h"
#include "verdict/ignored_stacks.h"
#include "verdict/profile_names.h"

enum { NO_PLACE = UINT32_MAX };

enum mark {
    MARK_OWN = 1 << 0, /* of the program itself: no library, and nothing of Go */
    MARK_FOCUS = 1 << 1,
    MARK_IGNORE = 1 << 2,
    MARK_DROP = 1 << 3,  /* by drop_frames: a function; a location all of it */
    MARK_BELOW = 1 << 4, /* a location: frames of it are dropped, and all that it calls */
};

/* What is known of a function or a location of the profile, by its number in the tables. */
struct known {
    uint64_t hash; /* the same in both profiles */
    uint32_t node;
    uint32_t marks;
};

struct reading {
    struct profile_top *top;
    enum profile_side side;
    struct profile_tables *tables;
    struct known *functions, *locations;
    uint32_t *places; /* by the number of the line; NO_PLACE but for the program's own */
};

static void reading_free(struct reading *reading)
{
    free_all(reading->functions, reading->locations, reading->places);
}
#define _cleanup_reading_ __attribute__((cleanup(reading_free)))

/* --- Functions --- */

/* Go's standard library has no dot in the first part of its paths; the files of a library carry its
 * version, or lie in vendor/. */
static bool is_own(const char *name, const char *file)
{
    return !ignored_stacks_is_standard(name) && strchr(file, '@') == NULL &&
           strstr(file, "/vendor/") == NULL;
}

/* Adds `mark` where the expression is in one of the texts. */
static bool mark_by(const struct regex *regex, uint32_t mark, const char *text, size_t length,
                    uint32_t *marks, struct lg_error *err)
{
    bool found = false;
    if (regex == NULL || (*marks & mark) != 0)
        return true;
    if (!regex_search(regex, text, length, &found, err))
        return false;
    *marks |= found ? mark : 0;
    return true;
}

static bool mark_filtered(const struct profile_question *question, const char *text, size_t length,
                          uint32_t *marks, struct lg_error *err)
{
    return mark_by(question->focus, MARK_FOCUS, text, length, marks, err) &&
           mark_by(question->ignore, MARK_IGNORE, text, length, marks, err);
}

static bool mark_dropped(const struct profile_sums *sums, const char *name, uint32_t *marks,
                         struct lg_error *err)
{
    bool dropped = false, kept = false;
    if (sums->drop == NULL || *name == '\0')
        return true;
    size_t length = profile_bare_name(&name);
    if (!regex_search(sums->drop, name, length, &dropped, err) ||
        (sums->keep != NULL && !regex_search(sums->keep, name, length, &kept, err)))
        return false;
    *marks |= dropped && !kept ? MARK_DROP : 0;
    return true;
}

static uint32_t node_by_name(struct profile_sums *sums, const char *name)
{
    uint32_t number = holder_table_function(sums->names, name, strlen(name));
    while (number >= sums->node_count)
        array_add(sums->nodes, sums->node_count, sums->node_capacity);
    return number;
}

static bool functions_read(struct reading *reading, struct lg_error *err)
{
    struct profile_tables *tables = reading->tables;
    struct profile_sums *sums = reading->top->sums;
    reading->functions = memory_array(tables->function_count, sizeof *reading->functions);
    for (size_t i = 0; i < tables->function_count; i++) {
        const struct profile_function *function = &tables->functions[i];
        struct known *known = &reading->functions[i];
        if (function->name >= tables->string_count || function->file >= tables->string_count)
            return lg_fail(err, LG_ERROR_TARGET, 0,
                           "the profile is damaged: a function names no string of it");
        struct profile_string name = tables->strings[function->name];
        struct profile_string path = tables->strings[function->file];
        _cleanup_free_ char *file = memory_copy_range(path.start, path.length);
        _cleanup_free_ char *shown = profile_shown_name(name.start, name.length);
        known->hash =
            XXH3_64bits_withSeed(name.start, name.length, XXH3_64bits(file, strlen(file)));
        known->marks = is_own(shown, file) ? MARK_OWN : 0;
        known->node = *shown != '\0' ? node_by_name(sums, shown) : NO_PLACE;
        if (!mark_filtered(&reading->top->question, shown, strlen(shown), &known->marks, err) ||
            !mark_filtered(&reading->top->question, file, strlen(file), &known->marks, err) ||
            !mark_dropped(sums, shown, &known->marks, err))
            return false;
    }
    return true;
}

/* --- Locations --- */

/* That a line names a function was checked when its location was met. */
static const struct known *function_of_line(const struct reading *reading,
                                            const struct profile_line *line)
{
    static const struct known never;
    const struct profile_function *function =
        profile_function_by_id(reading->tables, line->function);
    return function != NULL ? &reading->functions[function - reading->tables->functions] : &never;
}

/* A program of the same build has the same addresses within its file, wherever that is mapped. The
 * size of a mapping is that of whole pages, for it differs by less between two runs. */
static uint64_t location_hash(const struct reading *reading,
                              const struct profile_location *location,
                              const struct profile_mapping *mapping)
{
    enum { PAGE = 0x1000 };
    uint64_t parts[4] = {location->address};
    struct profile_string file = {0};
    if (mapping != NULL) {
        file = profile_string_at(reading->tables,
                                 mapping->build_id != 0 ? mapping->build_id : mapping->file);
        parts[0] -= mapping->start;
        parts[1] = 1 + (mapping->limit - mapping->start + PAGE - 1) / PAGE;
        parts[2] = mapping->offset;
        parts[3] = XXH3_64bits(file.start, file.length);
    }
    uint64_t hash = XXH3_64bits(parts, sizeof parts);
    for (uint32_t i = 0; i < location->count; i++) {
        const struct profile_line *line = &reading->tables->lines[location->first + i];
        uint64_t frame[2] = {function_of_line(reading, line)->hash, (uint64_t)line->line};
        hash = XXH3_64bits_withSeed(frame, sizeof frame, hash);
    }
    return hash;
}

/* Frames that drop_frames names are cut off with all that they call. */
static void cut_dropped(const struct reading *reading, struct profile_location *location,
                        struct known *known)
{
    uint32_t i = location->count;
    while (i > 0 &&
           (function_of_line(reading, &reading->tables->lines[location->first + i - 1])->marks &
            MARK_DROP) == 0)
        i--;
    if (i == 0)
        return;
    known->marks |= MARK_BELOW | (i == location->count ? MARK_DROP : 0);
    if (i < location->count) {
        location->first += i;
        location->count -= i;
    }
}

static uint32_t place_of_line(struct reading *reading, const struct profile_line *line)
{
    const struct profile_function *function =
        profile_function_by_id(reading->tables, line->function);
    struct profile_string file =
        profile_string_at(reading->tables, function != NULL ? function->file : 0);
    if ((function_of_line(reading, line)->marks & MARK_OWN) == 0 || file.length == 0)
        return NO_PLACE;
    _cleanup_free_ char *text =
        memory_format("%.*s:%lld", (int)file.length, file.start, (long long)line->line);
    return holder_table_function(reading->top->sums->places, text, strlen(text));
}

/* A frame without a function is known by the file that is mapped there. */
static uint32_t node_of_mapping(const struct reading *reading,
                                const struct profile_mapping *mapping)
{
    struct profile_string file =
        profile_string_at(reading->tables, mapping != NULL ? mapping->file : 0);
    _cleanup_free_ char *name = profile_nameless(file.start, file.length);
    return node_by_name(reading->top->sums, name);
}

static bool location_read(struct reading *reading, struct profile_location *location,
                          struct known *known, struct lg_error *err)
{
    struct profile_top *top = reading->top;
    const struct profile_tables *tables = reading->tables;
    const struct profile_mapping *mapping = profile_mapping_by_id(tables, location->mapping);
    for (uint32_t i = 0; i < location->count; i++)
        if (profile_function_by_id(tables, tables->lines[location->first + i].function) == NULL)
            return lg_fail(err, LG_ERROR_TARGET, 0,
                           "the profile is damaged: a line names no function of it");
    known->hash = location_hash(reading, location, mapping);
    known->node = node_of_mapping(reading, mapping);
    if (top->sums->drop != NULL)
        cut_dropped(reading, location, known);
    for (uint32_t i = 0; i < location->count; i++) {
        const struct profile_line *line = &tables->lines[location->first + i];
        known->marks |= function_of_line(reading, line)->marks & (MARK_FOCUS | MARK_IGNORE);
        reading->places[location->first + i] = place_of_line(reading, line);
    }
    struct profile_string file = profile_string_at(tables, mapping != NULL ? mapping->file : 0);
    if (mapping != NULL &&
        !mark_filtered(&top->question, file.start, file.length, &known->marks, err))
        return false;
    top->ignore_met = top->ignore_met || (known->marks & MARK_IGNORE) != 0;
    top->focus_met = top->focus_met || (known->marks & (MARK_FOCUS | MARK_IGNORE)) == MARK_FOCUS;
    return true;
}

static bool locations_read(struct reading *reading, struct lg_error *err)
{
    struct profile_tables *tables = reading->tables;
    reading->locations = memory_array(tables->location_count, sizeof *reading->locations);
    reading->places = memory_array(tables->line_count, sizeof *reading->places);
    for (size_t i = 0; i < tables->location_count; i++)
        if (!location_read(reading, &tables->locations[i], &reading->locations[i], err))
            return false;
    return true;
}

/* --- Samples --- */

static uint64_t string_hash(const struct profile_tables *tables, uint64_t number)
{
    struct profile_string string = profile_string_at(tables, number);
    return XXH3_64bits(string.start, string.length);
}

/* The order of labels does not matter, so theirs are added up. Two stacks with one hash are as good
 * as impossible: among a million once in ten million profiles. */
static uint64_t stack_hash(const struct reading *reading, const struct profile_sample *sample,
                           const uint32_t *stack)
{
    uint64_t hash = sample->location_count, labels = 0;
    for (size_t i = 0; i < sample->location_count; i++)
        hash = XXH3_64bits_withSeed(&reading->locations[stack[i]].hash, sizeof(uint64_t), hash);
    for (size_t i = 0; i < sample->label_count; i++) {
        const struct profile_label *label = &sample->labels[i];
        uint64_t parts[4] = {string_hash(reading->tables, label->key),
                             string_hash(reading->tables, label->text),
                             string_hash(reading->tables, label->unit), label->number};
        labels += XXH3_64bits(parts, sizeof parts);
    }
    hash ^= labels;
    return hash != 0 ? hash : 1;
}

/* Where the stack begins that is left by drop_frames. What comes before the first frame of the
 * program, from the root, is never dropped, or nothing might be left. */
static size_t first_kept(const struct reading *reading, const uint32_t *stack, size_t count)
{
    bool found_other = false;
    for (size_t i = count; i-- > 0;) {
        uint32_t marks = reading->locations[stack[i]].marks;
        if ((marks & MARK_BELOW) == 0)
            found_other = true;
        else if (found_other)
            return (marks & MARK_DROP) != 0 ? i + 1 : i;
    }
    return 0;
}

static bool is_asked_for(const struct reading *reading, const uint32_t *stack, size_t count)
{
    const struct profile_question *question = &reading->top->question;
    bool focused = question->focus == NULL && count > 0;
    for (size_t i = 0; i < count; i++) {
        if ((reading->locations[stack[i]].marks & MARK_IGNORE) != 0)
            return false;
        focused = focused || (reading->locations[stack[i]].marks & MARK_FOCUS) != 0;
    }
    return focused || (question->focus == NULL && question->ignore == NULL);
}

struct amount {
    int64_t value, twin;
};

/* A frame: the function's own, and where the program's own code was last on the way to it. */
static void frame_add(struct profile_sums *sums, uint32_t node, uint32_t place, bool is_leaf,
                      struct amount amount)
{
    struct profile_node *of = &sums->nodes[node];
    bool first = of->met != sums->samples;
    int64_t flat = is_leaf ? amount.value : 0, cum = first ? amount.value : 0;
    of->met = sums->samples;
    of->flat = sum_of_two(of->flat, flat);
    of->twin = sum_of_two(of->twin, is_leaf ? amount.twin : 0);
    of->cum = sum_of_two(of->cum, cum);
    if (place != NO_PLACE && (first || is_leaf))
        keyed_sums_add(&sums->reached, ((uint64_t)node + 1) << 32 | place, flat, cum);
}

static uint32_t node_of_line(const struct reading *reading, uint32_t number,
                             const struct known *nameless)
{
    uint32_t node = function_of_line(reading, &reading->tables->lines[number])->node;
    return node != NO_PLACE ? node : nameless->node;
}

/* The innermost frames, as many as are drawn. */
static void stack_keep(struct reading *reading, const uint32_t *stack, size_t count, int64_t value)
{
    struct profile_sums *sums = reading->top->sums;
    uint32_t frames[LIMIT_PAGE_FRAMES], depth = 0;
    bool after = reading->side == PROFILE_AFTER;
    for (size_t i = 0; i < count; i++) {
        const struct profile_location *location = &reading->tables->locations[stack[i]];
        const struct known *nameless = &reading->locations[stack[i]];
        if (location->count == 0 && depth < LIMIT_PAGE_FRAMES)
            frames[depth++] = nameless->node;
        for (uint32_t line = 0; line < location->count && depth < LIMIT_PAGE_FRAMES; line++)
            frames[depth++] = node_of_line(reading, location->first + line, nameless);
    }
    uint32_t number = holder_table_stack(sums->names, GAUGE_HEAP_STACK, frames, depth);
    keyed_sums_add(&sums->shown, (uint64_t)number + 1, after ? value : 0, after ? 0 : value);
}

static void stack_add(struct reading *reading, const uint32_t *stack, size_t count,
                      struct amount amount)
{
    struct profile_sums *sums = reading->top->sums;
    uint32_t place = NO_PLACE;
    sums->samples++;
    for (size_t i = count; i-- > 0;) {
        const struct profile_location *location = &reading->tables->locations[stack[i]];
        const struct known *nameless = &reading->locations[stack[i]];
        if (location->count == 0)
            frame_add(sums, nameless->node, place, i == 0, amount);
        for (uint32_t line = location->count; line-- > 0;) {
            uint32_t number = location->first + line;
            place = reading->places[number] != NO_PLACE ? reading->places[number] : place;
            frame_add(sums, node_of_line(reading, number, nameless), place, i == 0 && line == 0,
                      amount);
        }
    }
}

static bool sample_add(void *context, const struct profile_sample *sample, struct lg_error *err)
{
    struct reading *reading = context;
    const struct profile_top *top = reading->top;
    uint32_t stack[LIMIT_PROFILE_STACK]; /* numbers of locations, leaf first */
    size_t count = sample->location_count;
    if (sample->value_count != reading->tables->type_count)
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "the profile is damaged: a sample's values do not fit its types");
    for (size_t i = 0; i < count; i++) {
        const struct profile_location *location =
            profile_location_by_id(reading->tables, sample->locations[i]);
        if (location == NULL)
            return lg_fail(err, LG_ERROR_TARGET, 0,
                           "the profile is damaged: a sample names no location of it");
        stack[i] = (uint32_t)(location - reading->tables->locations);
    }
    int64_t value = sample->values[top->index];
    struct amount amount = {value, top->twin >= 0 ? sample->values[top->twin] : 0};
    bool after = reading->side == PROFILE_AFTER;
    keyed_sums_add(&top->sums->stacks, stack_hash(reading, sample, stack), after ? value : 0,
                   after ? 0 : value);
    if (!after)
        amount = (struct amount){(int64_t)(0 - (uint64_t)amount.value),
                                 (int64_t)(0 - (uint64_t)amount.twin)};
    size_t first = first_kept(reading, stack, count);
    if (!is_asked_for(reading, stack + first, count - first))
        return true;
    stack_add(reading, stack + first, count - first, amount);
    if (top->question.keeps_stacks)
        stack_keep(reading, stack + first, count - first, value);
    return true;
}

bool profile_stacks_add(struct profile_top *top, enum profile_side side,
                        struct profile_tables *tables, struct lg_error *err)
{
    _cleanup_reading_ struct reading reading = {.top = top, .side = side, .tables = tables};
    return functions_read(&reading, err) && locations_read(&reading, err) &&
           profile_samples_read(tables, sample_add, &reading, err);
}
