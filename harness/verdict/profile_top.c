#include "verdict/profile_top.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/strings.h"
#include "probes/gunzip.h"
#include "verdict/profile_stacks.h"

#define LEFT_OUT_SHARE 0.005 /* of all that is shown: -nodefraction */

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
    keyed_sums_free(&top->sums->shown);
    regex_free(top->sums->drop);
    regex_free(top->sums->keep);
    profile_kind_free(&top->kind);
    free_all(top->sums->nodes, top->sums, top->rows, top);
}

/* A profile has lengths and numbers as bytes from the very beginning. */
static bool is_text(const char *bytes, size_t length)
{
    enum { LOOKED_AT = 64 };
    for (size_t i = 0; i < length && i < LOOKED_AT; i++)
        if (!isprint((unsigned char)bytes[i]) && !isspace((unsigned char)bytes[i]))
            return false;
    return true;
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
        return lg_fail(err, LG_ERROR_TARGET, 0, "not a profile: it is empty");
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        size_t begins = strlen(others[i].begins);
        if (length >= begins && memcmp(bytes, others[i].begins, begins) == 0)
            return lg_fail(err, LG_ERROR_TARGET, 0, "not a profile as pprof writes it, but %s",
                           others[i].says);
    }
    if (is_text(bytes, length))
        return lg_fail(err, LG_ERROR_TARGET, 0, "not a profile as pprof writes it, but text");
    return true;
}

static struct regex *frames_regex(const struct profile_tables *tables, uint64_t number,
                                  struct lg_error *err)
{
    struct profile_string string = profile_string_at(tables, number);
    _cleanup_free_ char *whole = memory_format("^(%.*s)$", (int)string.length, string.start);
    return string.length > 0 ? regex_new(whole, err) : NULL;
}

static bool choose_values(struct profile_top *top, const char *otherwise, struct lg_error *err)
{
    const struct profile_kind *kind = &top->kind;
    const char *asked = top->question.sample_index;
    char *end = NULL;
    long number = asked != NULL ? strtol(asked, &end, 10) : -1;
    int index = asked == NULL                    ? profile_kind_type(kind, otherwise)
                : *asked != '\0' && *end == '\0' ? (int)(number < (long)kind->count ? number : -1)
                                                 : profile_kind_type(kind, asked);
    if (index < 0 && asked == NULL)
        index = (int)kind->count - 1;
    if (index < 0) {
        _cleanup_free_ char *names = profile_kind_names(kind);
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "the profile has no values \"%s\"; it has %s, or 0 to %zu", asked, names,
                       kind->count - 1);
    }
    top->index = (size_t)index;
    top->twin = profile_kind_twin(kind, kind->types[index]);
    return true;
}

static bool header_read(struct profile_top *top, enum profile_side side,
                        const struct profile_tables *tables, struct lg_error *err)
{
    if (tables->type_count == 0)
        return lg_fail(err, LG_ERROR_TARGET, 0, "no profile: it names no type of values");
    if (side == PROFILE_BEFORE) {
        struct profile_kind before = {0};
        profile_kind_read(tables, &before);
        bool alike = profile_kinds_are_alike(&top->kind, &before, err);
        profile_kind_free(&before);
        return alike;
    }
    profile_kind_read(tables, &top->kind);
    struct profile_string first = profile_string_at(tables, tables->default_type);
    _cleanup_free_ char *default_type = memory_copy_range(first.start, first.length);
    struct lg_error problem = {0};
    top->sums->drop = frames_regex(tables, tables->drop_frames, &problem);
    top->sums->keep = frames_regex(tables, tables->keep_frames, &problem);
    if (problem.class != LG_ERROR_NONE)
        return lg_fail(err, LG_ERROR_TARGET, 0, "the profile's own drop_frames: %s", problem.text);
    return choose_values(top, default_type, err);
}

static bool tables_add(struct profile_top *top, enum profile_side side,
                       struct profile_tables *tables, struct lg_error *err)
{
    return header_read(top, side, tables, err) && profile_stacks_add(top, side, tables, err);
}

bool profile_top_add(struct profile_top *top, enum profile_side side, const char *bytes,
                     size_t length, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer inflated = BUFFER_INIT(LIMIT_GZIP_OUT_BYTES);
    struct profile_tables tables = {0};
    if (gunzip_recognises(bytes, length)) {
        if (!gunzip(bytes, length, &inflated, err))
            return false;
        bytes = buffer_string(&inflated);
        length = inflated.length;
    }
    bool added = is_profile(bytes, length, err) &&
                 profile_tables_read(bytes, length, &tables, err) &&
                 tables_add(top, side, &tables, err);
    profile_tables_free(&tables);
    return added;
}

/* --- The rows --- */

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static void total_up(struct profile_top *top)
{
    uint64_t difference = 0, after = 0, before = 0;
    const struct keyed_sums *stacks = &top->sums->stacks;
    for (size_t i = 0; i < stacks->slot_count; i++) { /* an empty one holds 0 */
        const struct keyed_sum *stack = &stacks->slots[i];
        after += magnitude(stack->first);
        before += magnitude(stack->second);
        difference += magnitude((int64_t)((uint64_t)stack->first - (uint64_t)stack->second));
    }
    top->total = (int64_t)(!top->question.of_before ? difference : before > 0 ? before : after);
}

/* For each node the place through which most of its flat came, or of its cum where it has none. */
static void find_places(const struct profile_top *top, const char **places)
{
    const struct profile_sums *sums = top->sums;
    _cleanup_free_ uint64_t *most = memory_array(sums->node_count, sizeof *most);
    for (size_t i = 0; i < sums->reached.slot_count; i++) {
        const struct keyed_sum *sum = &sums->reached.slots[i];
        if (sum->key == 0)
            continue;
        size_t node = (size_t)(sum->key >> 32) - 1;
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
        const struct profile_node *node = &sums->nodes[i];
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

char *profile_top_stack(const struct profile_top *top, size_t *at, int64_t *before, int64_t *after)
{
    const struct profile_sums *sums = top->sums;
    while (*at < sums->shown.slot_count && sums->shown.slots[*at].key == 0)
        ++*at;
    if (*at >= sums->shown.slot_count)
        return NULL;
    const struct keyed_sum *sum = &sums->shown.slots[(*at)++];
    struct holder stack = holder_table_get(sums->names, (uint32_t)(sum->key - 1));
    struct buffer key = {0};
    for (uint32_t i = 0; i < stack.depth; i++)
        buffer_format(&key, "%s%s", i > 0 ? " < " : "",
                      holder_table_function_name(sums->names, stack.functions[i]));
    *after = sum->first;
    *before = sum->second;
    return buffer_take(&key);
}
