#include "verdict/profile_top.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/strings.h"
#include "probes/gunzip.h"
#include "probes/holders.h"
#include "probes/profile_wire.h"
#include "verdict/ignored_stacks.h"
#include "verdict/keyed_sums.h"
#include "verdict/profile_names.h"

#define LEFT_OUT_SHARE 0.005 /* of all that is shown: -nodefraction */

enum { NO_PLACE = UINT32_MAX };

/* What a function holds, by the number of its name. */
struct node {
    int64_t flat, cum, twin;
    uint32_t met; /* in the sample of this number */
};

struct profile_sums {
    struct holder_table *names;  /* functions by name, as they are shown */
    struct holder_table *places; /* "file:line", as functions */
    struct node *nodes;          /* by the number of the name */
    size_t node_count, node_capacity;
    struct keyed_sums stacks;  /* by a stack's hash: what AFTER and BEFORE hold */
    struct keyed_sums reached; /* by node and place: flat and cum that came through that line */
    uint32_t samples;
    struct regex *drop, *keep; /* of AFTER's header; NULL: none */
};

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
    struct profile_tables tables;
    struct known *functions, *locations;
    uint32_t *places; /* by the number of the line; NO_PLACE but for the program's own */
};

static void reading_free(struct reading *reading)
{
    profile_tables_free(&reading->tables);
    free_all(reading->functions, reading->locations, reading->places);
}
#define _cleanup_reading_ __attribute__((cleanup(reading_free)))

/* --- Of what kind they are --- */

static char *string_copy(const struct profile_tables *tables, uint64_t number)
{
    struct profile_string string = profile_string_at(tables, number);
    return memory_copy_range(string.start, string.length);
}

static void kind_read(const struct profile_tables *tables, struct profile_kind *kind)
{
    kind->count = tables->type_count;
    kind->types = memory_array(kind->count, sizeof *kind->types);
    kind->units = memory_array(kind->count, sizeof *kind->units);
    for (size_t i = 0; i < kind->count; i++) {
        kind->types[i] = string_copy(tables, tables->types[i].name);
        kind->units[i] = string_copy(tables, tables->types[i].unit);
    }
    kind->period_type = string_copy(tables, tables->period_type.name);
    kind->period_unit = string_copy(tables, tables->period_type.unit);
    kind->period = tables->period;
}

static void kind_free(struct profile_kind *kind)
{
    for (size_t i = 0; i < kind->count; i++)
        free_all(kind->types[i], kind->units[i]);
    free_all(kind->types, kind->units, kind->period_type, kind->period_unit);
}

static char *kind_names(const struct profile_kind *kind)
{
    struct buffer names = {0};
    for (size_t i = 0; i < kind->count; i++)
        buffer_format(&names, "%s%s", i > 0 ? ", " : "", kind->types[i]);
    return buffer_take(&names);
}

static bool kinds_are_alike(const struct profile_kind *after, const struct profile_kind *before,
                            struct lg_error *err)
{
    bool alike = after->count == before->count;
    for (size_t i = 0; alike && i < after->count; i++)
        alike = strcmp(after->types[i], before->types[i]) == 0;
    if (!alike || strcmp(after->period_type, before->period_type) != 0) {
        _cleanup_free_ char *one = kind_names(before), *other = kind_names(after);
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "the profiles are of two kinds: %s before, and %s after", one, other);
    }
    for (size_t i = 0; i < after->count; i++)
        if (strcmp(after->units[i], before->units[i]) != 0)
            return lg_fail(err, LG_ERROR_INPUT, 0,
                           "the profiles have different units: %s is in %s before, and in %s after",
                           after->types[i], before->units[i], after->units[i]);
    return (after->period == before->period &&
            strcmp(after->period_unit, before->period_unit) == 0) ||
           lg_fail(
               err, LG_ERROR_INPUT, 0,
               "the profiles were sampled at different rates: one in %lld %s before, and one in "
               "%lld %s after",
               (long long)before->period, before->period_unit, (long long)after->period,
               after->period_unit);
}

static int type_by_name(const struct profile_kind *kind, const char *name)
{
    for (size_t i = 0; i < kind->count; i++)
        if (strcmp(kind->types[i], name) == 0)
            return (int)i;
    return -1;
}

/* "inuse_space" of "inuse_objects", and the reverse. */
static int twin_of(const struct profile_kind *kind, const char *type)
{
    static const char *const ends[] = {"_space", "_objects"};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (text_ends(type, ends[i])) {
            _cleanup_free_ char *other =
                memory_format("%.*s%s", (int)(strlen(type) - strlen(ends[i])), type, ends[1 - i]);
            return type_by_name(kind, other);
        }
    return -1;
}

static bool choose_values(struct profile_top *top, const char *otherwise, struct lg_error *err)
{
    const struct profile_kind *kind = &top->kind;
    const char *asked = top->question.sample_index;
    char *end = NULL;
    long number = asked != NULL ? strtol(asked, &end, 10) : -1;
    int index = asked == NULL                    ? type_by_name(kind, otherwise)
                : *asked != '\0' && *end == '\0' ? (int)(number < (long)kind->count ? number : -1)
                                                 : type_by_name(kind, asked);
    if (index < 0 && asked == NULL)
        index = (int)kind->count - 1;
    if (index < 0) {
        _cleanup_free_ char *names = kind_names(kind);
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "the profile has no values \"%s\"; it has %s, or 0 to %zu", asked, names,
                       kind->count - 1);
    }
    top->index = (size_t)index;
    top->twin = twin_of(kind, kind->types[index]);
    return true;
}

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
    struct profile_tables *tables = &reading->tables;
    struct profile_sums *sums = reading->top->sums;
    reading->functions = memory_array(tables->function_count, sizeof *reading->functions);
    for (size_t i = 0; i < tables->function_count; i++) {
        const struct profile_function *function = &tables->functions[i];
        struct known *known = &reading->functions[i];
        if (function->name >= tables->string_count || function->file >= tables->string_count)
            return lg_fail(err, LG_ERROR_TARGET, 0,
                           "the profile is damaged: a function names no string of it");
        struct profile_string name = tables->strings[function->name];
        _cleanup_free_ char *file = string_copy(tables, function->file);
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

static const struct known *function_of_line(const struct reading *reading,
                                            const struct profile_line *line)
{
    const struct profile_function *function =
        profile_function_by_id(&reading->tables, line->function);
    return function != NULL ? &reading->functions[function - reading->tables.functions] : NULL;
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
        file = profile_string_at(&reading->tables,
                                 mapping->build_id != 0 ? mapping->build_id : mapping->file);
        parts[0] -= mapping->start;
        parts[1] = 1 + (mapping->limit - mapping->start + PAGE - 1) / PAGE;
        parts[2] = mapping->offset;
        parts[3] = XXH3_64bits(file.start, file.length);
    }
    uint64_t hash = XXH3_64bits(parts, sizeof parts);
    for (uint32_t i = 0; i < location->count; i++) {
        const struct profile_line *line = &reading->tables.lines[location->first + i];
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
           (function_of_line(reading, &reading->tables.lines[location->first + i - 1])->marks &
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
        profile_function_by_id(&reading->tables, line->function);
    struct profile_string file = profile_string_at(&reading->tables, function->file);
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
        profile_string_at(&reading->tables, mapping != NULL ? mapping->file : 0);
    _cleanup_free_ char *name = profile_nameless(file.start, file.length);
    return node_by_name(reading->top->sums, name);
}

static bool location_read(struct reading *reading, struct profile_location *location,
                          struct known *known, struct lg_error *err)
{
    struct profile_top *top = reading->top;
    const struct profile_tables *tables = &reading->tables;
    const struct profile_mapping *mapping = profile_mapping_by_id(tables, location->mapping);
    for (uint32_t i = 0; i < location->count; i++)
        if (function_of_line(reading, &tables->lines[location->first + i]) == NULL)
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
    struct profile_tables *tables = &reading->tables;
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
        uint64_t parts[4] = {string_hash(&reading->tables, label->key),
                             string_hash(&reading->tables, label->text),
                             string_hash(&reading->tables, label->unit), label->number};
        labels += XXH3_64bits(parts, sizeof parts);
    }
    return hash ^ labels;
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
    struct node *of = &sums->nodes[node];
    bool first = of->met != sums->samples;
    int64_t flat = is_leaf ? amount.value : 0, cum = first ? amount.value : 0;
    of->met = sums->samples;
    of->flat = sum_of_two(of->flat, flat);
    of->twin = sum_of_two(of->twin, is_leaf ? amount.twin : 0);
    of->cum = sum_of_two(of->cum, cum);
    if (place != NO_PLACE && (first || is_leaf))
        keyed_sums_add(&sums->reached, (uint64_t)node << 32 | place, flat, cum);
}

static void stack_add(struct reading *reading, const uint32_t *stack, size_t count,
                      struct amount amount)
{
    struct profile_sums *sums = reading->top->sums;
    uint32_t place = NO_PLACE;
    sums->samples++;
    for (size_t i = count; i-- > 0;) {
        const struct profile_location *location = &reading->tables.locations[stack[i]];
        const struct known *nameless = &reading->locations[stack[i]];
        if (location->count == 0)
            frame_add(sums, nameless->node, place, i == 0, amount);
        for (uint32_t line = location->count; line-- > 0;) {
            uint32_t number = location->first + line;
            uint32_t node = function_of_line(reading, &reading->tables.lines[number])->node;
            place = reading->places[number] != NO_PLACE ? reading->places[number] : place;
            frame_add(sums, node != NO_PLACE ? node : nameless->node, place, i == 0 && line == 0,
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
    if (sample->value_count != reading->tables.type_count)
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "the profile is damaged: a sample's values do not fit its types");
    for (size_t i = 0; i < count; i++) {
        const struct profile_location *location =
            profile_location_by_id(&reading->tables, sample->locations[i]);
        if (location == NULL)
            return lg_fail(err, LG_ERROR_TARGET, 0,
                           "the profile is damaged: a sample names no location of it");
        stack[i] = (uint32_t)(location - reading->tables.locations);
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
    if (is_asked_for(reading, stack + first, count - first))
        stack_add(reading, stack + first, count - first, amount);
    return true;
}

/* --- A profile --- */

struct profile_top *profile_top_new(const struct profile_question *question)
{
    struct profile_top *top = memory_new(struct profile_top);
    top->question = *question;
    top->sums = memory_new(struct profile_sums);
    top->sums->names = holder_table_new();
    top->sums->places = holder_table_new();
    top->sums->reached.most = LIMIT_PROFILE_REACHED;
    return top;
}

void profile_top_free(struct profile_top *top)
{
    if (top == NULL)
        return;
    holder_table_free(top->sums->names);
    holder_table_free(top->sums->places);
    keyed_sums_free(&top->sums->stacks);
    keyed_sums_free(&top->sums->reached);
    regex_free(top->sums->drop);
    regex_free(top->sums->keep);
    kind_free(&top->kind);
    free_all(top->sums->nodes, top->sums, top->rows, top);
}

/* What else people have at hand, so that they are told. */
static bool is_profile(const char *bytes, size_t length, struct lg_error *err)
{
    static const struct {
        const char *begins, *says;
    } others[] = {
        {"heap profile: ", "the text of a profile; fetch it without debug=1"},
        {"goroutine profile: ", "the text of a profile; fetch it without debug=1"},
        {"threadcreate profile: ", "the text of a profile; fetch it without debug=1"},
        {"goroutine ", "the text of a profile; fetch it without debug=2"},
        {"go 1.", "a trace: go tool trace shows it"},
    };
    if (length == 0)
        return lg_fail(err, LG_ERROR_TARGET, 0, "no profile: it is empty");
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        size_t begins = strlen(others[i].begins);
        if (length >= begins && memcmp(bytes, others[i].begins, begins) == 0)
            return lg_fail(err, LG_ERROR_TARGET, 0, "no profile as pprof writes it, but %s",
                           others[i].says);
    }
    return true;
}

static struct regex *frames_regex(const struct profile_tables *tables, uint64_t number,
                                  struct lg_error *err)
{
    struct profile_string string = profile_string_at(tables, number);
    _cleanup_free_ char *whole = memory_format("^(%.*s)$", (int)string.length, string.start);
    return string.length > 0 ? regex_new(whole, err) : NULL;
}

static bool header_read(struct profile_top *top, enum profile_side side,
                        const struct profile_tables *tables, struct lg_error *err)
{
    if (tables->type_count == 0)
        return lg_fail(err, LG_ERROR_TARGET, 0, "no profile: it names no type of values");
    if (side == PROFILE_BEFORE) {
        struct profile_kind before = {0};
        kind_read(tables, &before);
        bool alike = kinds_are_alike(&top->kind, &before, err);
        kind_free(&before);
        return alike;
    }
    kind_read(tables, &top->kind);
    _cleanup_free_ char *default_type = string_copy(tables, tables->default_type);
    struct lg_error problem = {0};
    top->sums->drop = frames_regex(tables, tables->drop_frames, &problem);
    top->sums->keep = frames_regex(tables, tables->keep_frames, &problem);
    if (problem.class != LG_ERROR_NONE)
        return lg_fail(err, LG_ERROR_TARGET, 0, "the profile's own drop_frames: %s", problem.text);
    return choose_values(top, default_type, err);
}

bool profile_top_add(struct profile_top *top, enum profile_side side, const char *bytes,
                     size_t length, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer inflated = BUFFER_INIT(LIMIT_GZIP_OUT_BYTES);
    _cleanup_reading_ struct reading reading = {.top = top, .side = side};
    if (gunzip_recognises(bytes, length)) {
        if (!gunzip(bytes, length, &inflated, err))
            return false;
        bytes = buffer_string(&inflated);
        length = inflated.length;
    }
    return is_profile(bytes, length, err) &&
           profile_tables_read(bytes, length, &reading.tables, err) &&
           header_read(top, side, &reading.tables, err) && functions_read(&reading, err) &&
           locations_read(&reading, err) &&
           profile_samples_read(&reading.tables, sample_add, &reading, err);
}

/* --- The rows --- */

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static void total_up(struct profile_top *top)
{
    uint64_t difference = 0, after = 0, before = 0;
    struct keyed_sums *stacks = &top->sums->stacks;
    keyed_sums_merge(stacks);
    for (size_t i = 0; i < stacks->count; i++) {
        const struct keyed_sum *stack = &stacks->items[i];
        after += magnitude(stack->first);
        before += magnitude(stack->second);
        difference += magnitude((int64_t)((uint64_t)stack->first - (uint64_t)stack->second));
    }
    top->total = (int64_t)(!top->question.of_before ? difference : before > 0 ? before : after);
}

/* For each node the place through which most of its flat came, or of its cum where it has none. */
static void find_places(const struct profile_top *top, const char **places)
{
    struct profile_sums *sums = top->sums;
    _cleanup_free_ uint64_t *most = memory_array(sums->node_count, sizeof *most);
    keyed_sums_merge(&sums->reached);
    for (size_t i = 0; i < sums->reached.count; i++) {
        const struct keyed_sum *sum = &sums->reached.items[i];
        size_t node = (size_t)(sum->key >> 32);
        /* What shrank while the function grew did not make it grow. */
        bool has_flat = sums->nodes[node].flat != 0;
        int64_t of_node = has_flat ? sums->nodes[node].flat : sums->nodes[node].cum;
        int64_t share = has_flat ? sum->first : sum->second;
        if (share == 0 || (share < 0) != (of_node < 0) || magnitude(share) <= most[node])
            continue;
        most[node] = magnitude(share);
        places[node] = holder_table_function_name(sums->places, (uint32_t)sum->key);
    }
}

static int in_order(const struct profile_row *one, const struct profile_row *other, int64_t left,
                    int64_t right)
{
    uint64_t a = magnitude(left), b = magnitude(right);
    return a != b ? (a < b) - (a > b) : strcmp(one->function, other->function);
}

static int by_flat(const void *a, const void *b)
{
    const struct profile_row *one = a, *other = b;
    return in_order(one, other, one->flat, other->flat);
}

static int by_cum(const void *a, const void *b)
{
    const struct profile_row *one = a, *other = b;
    return in_order(one, other, one->cum, other->cum);
}

void profile_top_finish(struct profile_top *top)
{
    struct profile_sums *sums = top->sums;
    int64_t flat = 0;
    _cleanup_free_ const char **places = memory_array(sums->node_count, sizeof *places);
    total_up(top);
    find_places(top, places);
    for (size_t i = 0; i < sums->node_count; i++)
        flat = sum_of_two(flat, sums->nodes[i].flat);
    uint64_t least = (uint64_t)((double)magnitude(flat) * LEFT_OUT_SHARE);
    top->least = (int64_t)((double)magnitude(top->total) * LEFT_OUT_SHARE);
    top->rows = memory_array(sums->node_count, sizeof *top->rows);
    for (size_t i = 0; i < sums->node_count; i++) {
        const struct node *node = &sums->nodes[i];
        if (node->flat == 0 && node->cum == 0)
            continue;
        if (magnitude(node->cum) < least)
            top->left_out++;
        else
            top->rows[top->functions++] = (struct profile_row){
                .function = holder_table_function_name(sums->names, (uint32_t)i),
                .flat = node->flat,
                .cum = node->cum,
                .twin = node->twin,
                .where = places[i]};
    }
    bool cum = top->question.by_cum || text_starts(top->kind.types[top->index], "goroutine");
    if (top->functions > 0)
        qsort(top->rows, top->functions, sizeof *top->rows, cum ? by_cum : by_flat);
    size_t most = top->question.most;
    top->count = most > 0 && most < top->functions ? most : top->functions;
    for (size_t i = 0; i < top->count; i++)
        top->shown = sum_of_two(top->shown, top->rows[i].flat);
}
