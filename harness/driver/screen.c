#define PCRE2_CODE_UNIT_WIDTH 8

#include "driver/screen.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"

struct screen_match {
    struct string_list texts;
    struct string_list gone;
    char *regex; /* as written, for people */
    pcre2_code *code;
    pcre2_match_context *limits;
    pcre2_match_data *result;
    char *title;
    char *region; /* its name, NULL: rows alone */
    struct range rows;
    struct range columns;
};

/* The part of the screen that a match looks at, resolved. */
struct part {
    int first_row, last_row;
    int first_column, last_column;
};

bool range_resolve(struct range range, int count, int *first, int *last)
{
    int from = range.first < 0 ? range.first + count : range.first;
    int to = range.last < 0 ? range.last + count : range.last;
    from = from < 0 ? 0 : from;
    to = to >= count ? count - 1 : to;
    if (from > to)
        return false;
    *first = from;
    *last = to;
    return true;
}

static bool compile(struct screen_match *match, struct lg_error *err)
{
    int problem;
    size_t offset;
    if (strlen(match->regex) > LIMIT_REGEX_BYTES)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "a regular expression of %zu bytes is over the limit of %u",
                       strlen(match->regex), LIMIT_REGEX_BYTES);
    match->code = pcre2_compile((PCRE2_SPTR)match->regex, PCRE2_ZERO_TERMINATED,
                                PCRE2_UTF | PCRE2_MULTILINE, &problem, &offset, NULL);
    if (match->code == NULL) {
        char why[128] = "";
        pcre2_get_error_message(problem, (PCRE2_UCHAR *)why, sizeof why);
        return lg_fail(err, LG_ERROR_INPUT, 0, "the regular expression \"%s\" is wrong at %zu: %s",
                       match->regex, offset, why);
    }
    match->limits = pcre2_match_context_create(NULL);
    match->result = pcre2_match_data_create(1, NULL);
    if (match->limits == NULL || match->result == NULL)
        memory_exhausted();
    pcre2_set_match_limit(match->limits, LIMIT_REGEX_MATCH);
    pcre2_set_heap_limit(match->limits, LIMIT_REGEX_HEAP_KIB);
    return true;
}

struct screen_match *screen_match_new(struct string_list *texts, struct string_list *gone,
                                      const char *regex, const char *title, struct range rows,
                                      const struct region *region, struct lg_error *err)
{
    struct screen_match *match = memory_new(struct screen_match);
    match->texts = *texts;
    match->gone = *gone;
    *texts = *gone = (struct string_list){0};
    match->regex = memory_copy_text(regex);
    match->title = memory_copy_text(title);
    match->region = region != NULL ? memory_copy_text(region->name) : NULL;
    match->rows = region != NULL ? region->rows : rows;
    match->columns = region != NULL ? region->columns : (struct range){0, -1};
    if (regex != NULL && !compile(match, err)) {
        screen_match_free(match);
        return NULL;
    }
    return match;
}

void screen_match_free(struct screen_match *match)
{
    if (match == NULL)
        return;
    string_list_free(&match->texts);
    string_list_free(&match->gone);
    pcre2_match_data_free(match->result);
    pcre2_match_context_free(match->limits);
    pcre2_code_free(match->code);
    free_all(match->regex, match->title, match->region, match);
}

static bool resolve(const struct screen_match *match, const struct terminal *terminal,
                    struct part *part)
{
    return range_resolve(match->rows, terminal->rows, &part->first_row, &part->last_row) &&
           range_resolve(match->columns, terminal->columns, &part->first_column,
                         &part->last_column);
}

/* The rows looked at, one string each; none when nothing of the range is on the screen. */
static void read_rows(const struct screen_match *match, const struct terminal *terminal,
                      struct string_list *rows)
{
    struct part part;
    if (!resolve(match, terminal, &part))
        return;
    for (int row = part.first_row; row <= part.last_row; row++) {
        struct buffer text = {0};
        terminal_part_text(terminal, row, part.first_column, part.last_column, &text);
        string_list_take(rows, buffer_take(&text));
    }
}

static bool rows_show(const struct string_list *rows, const char *text)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strstr(rows->items[i], text) != NULL)
            return true;
    return false;
}

static bool title_holds(const struct screen_match *match, const struct terminal *terminal)
{
    return match->title == NULL || strstr(terminal->title, match->title) != NULL;
}

static bool regex_holds(const struct screen_match *match, const struct string_list *rows,
                        bool *holds, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer subject = {0};
    for (size_t i = 0; i < rows->count; i++) {
        if (i > 0)
            buffer_char(&subject, '\n');
        buffer_text(&subject, rows->items[i]);
    }
    int result = pcre2_match(match->code, (PCRE2_SPTR)buffer_string(&subject), subject.length, 0, 0,
                             match->result, match->limits);
    *holds = result >= 0;
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH)
        return true;
    char why[128] = "";
    pcre2_get_error_message(result, (PCRE2_UCHAR *)why, sizeof why);
    return lg_fail(err, LG_ERROR_TARGET, 0,
                   "the regular expression \"%s\" was given up on this screen: %s", match->regex,
                   why);
}

bool screen_matches(struct screen_match *match, const struct terminal *terminal,
                    struct lg_error *err)
{
    _cleanup_strings_ struct string_list rows = {0};
    bool holds = true;
    if (terminal->modes.in_update || !title_holds(match, terminal))
        return false;
    read_rows(match, terminal, &rows);
    for (size_t i = 0; i < match->texts.count; i++)
        if (!rows_show(&rows, match->texts.items[i]))
            return false;
    for (size_t i = 0; i < match->gone.count; i++)
        if (rows_show(&rows, match->gone.items[i]))
            return false;
    return match->code == NULL || (regex_holds(match, &rows, &holds, err) && holds);
}

/* "rows 1..49", "row 3", "region NAME", for people. */
static char *describe_place(const struct screen_match *match, const struct terminal *terminal)
{
    struct part part;
    if (match->region != NULL)
        return memory_format("region %s", match->region);
    if (!resolve(match, terminal, &part))
        return memory_format("rows %d..%d, none of which is on the screen", match->rows.first,
                             match->rows.last);
    if (part.first_row == part.last_row)
        return memory_format("row %d", part.first_row);
    return memory_format("rows %d..%d", part.first_row, part.last_row);
}

/* Frees the part. */
static void add_part(struct buffer *text, char *part)
{
    if (text->length > 0)
        buffer_text(text, "; ");
    buffer_text(text, part);
    free(part);
}

char *screen_missing(struct screen_match *match, const struct terminal *terminal)
{
    struct buffer text = {0};
    _cleanup_strings_ struct string_list rows = {0};
    _cleanup_free_ char *place = describe_place(match, terminal);
    struct lg_error problem = {0};
    bool holds = true;
    read_rows(match, terminal, &rows);
    for (size_t i = 0; i < match->texts.count; i++)
        if (!rows_show(&rows, match->texts.items[i]))
            add_part(&text,
                     memory_format("text \"%s\" is not shown in %s", match->texts.items[i], place));
    for (size_t i = 0; i < match->gone.count; i++)
        if (rows_show(&rows, match->gone.items[i]))
            add_part(&text, memory_format("text \"%s\" is still shown in %s", match->gone.items[i],
                                          place));
    if (match->code != NULL && !regex_holds(match, &rows, &holds, &problem))
        add_part(&text, memory_copy_text(problem.text));
    else if (!holds)
        add_part(&text,
                 memory_format("regular expression \"%s\" does not match %s", match->regex, place));
    if (!title_holds(match, terminal))
        add_part(&text, memory_format("the title \"%s\" does not contain \"%s\"", terminal->title,
                                      match->title));
    if (terminal->modes.in_update)
        add_part(&text, memory_copy_text("the target has begun a frame and not ended it"));
    return buffer_take(&text);
}

bool screen_find(const struct terminal *terminal, const char *text, struct range rows, int *row,
                 int *column)
{
    int first, last;
    if (text[0] == '\0' || !range_resolve(rows, terminal->rows, &first, &last))
        return false;
    for (int i = first; i <= last; i++) {
        _cleanup_buffer_ struct buffer line = {0}, cells = {0};
        terminal_row_text(terminal, i, &line);
        const char *place = strstr(buffer_string(&line), text);
        if (place == NULL)
            continue;
        /* The cell whose text holds the first byte. */
        int cell = -1;
        do
            emulator_cell(terminal->emulator, i, ++cell, &cells);
        while (cells.length <= (size_t)(place - line.data) && cell + 1 < terminal->columns);
        *row = i;
        *column = cell;
        return true;
    }
    return false;
}

/* Marks the columns of a row that are in a region; true when there are any. */
static bool mark_columns(const struct terminal *terminal, const struct region *region, int row,
                         bool *marked)
{
    int first, last;
    if (!range_resolve(region->rows, terminal->rows, &first, &last) || row < first || row > last ||
        !range_resolve(region->columns, terminal->columns, &first, &last))
        return false;
    for (int column = first; column <= last; column++)
        marked[column] = true;
    return true;
}

static bool is_second_half(const struct terminal *terminal, int row, int column)
{
    _cleanup_buffer_ struct buffer text = {0};
    emulator_cell(terminal->emulator, row, column, &text);
    return text.length == 0;
}

/* The row with the marked columns blanked, a wide character as a whole. */
static void row_without(const struct terminal *terminal, int row, bool *marked, struct buffer *out)
{
    int columns = terminal->columns;
    for (int column = 1; column < columns; column++)
        if (marked[column - 1] != marked[column] && is_second_half(terminal, row, column))
            marked[column - 1] = marked[column] = true;
    for (int column = 0; column < columns; column++) {
        if (marked[column])
            buffer_char(out, ' ');
        else
            emulator_cell(terminal->emulator, row, column, out);
    }
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
}

void screen_without(const struct terminal *terminal, const struct plan *plan,
                    const struct string_list *leave_out, struct string_list *rows)
{
    size_t columns = (size_t)terminal->columns;
    _cleanup_free_ bool *marked = memory_array(columns, sizeof *marked);
    for (int row = 0; row < terminal->rows; row++) {
        struct buffer text = {0};
        bool any = false;
        memset(marked, 0, columns * sizeof *marked);
        for (size_t i = 0; i < plan->region_count; i++)
            if (string_list_contains(leave_out, plan->regions[i].name))
                any = mark_columns(terminal, &plan->regions[i], row, marked) || any;
        if (any)
            row_without(terminal, row, marked, &text);
        else
            terminal_row_text(terminal, row, &text);
        string_list_take(rows, buffer_take(&text));
    }
}
