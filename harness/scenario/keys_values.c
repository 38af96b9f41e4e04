/* The kinds of text and the types that several tables of keys share. */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/key_name.h"
#include "scenario/keys.h"
#include "scenario/value.h"

static bool world_directory_accepts(const char *text, struct refusal *refusal)
{
    _cleanup_free_ char *path = world_path(text, refusal);
    return path != NULL;
}

static bool world_path_accepts(const char *text, struct refusal *refusal)
{
    _cleanup_free_ char *path = world_path(text, refusal);
    if (path != NULL && path[0] == '\0')
        return refuse(refusal, "must be a path inside the world, not the world itself");
    return path != NULL;
}

static bool file_path_accepts(const char *text, struct refusal *refusal)
{
    if (strstr(text, "${i}") != NULL)
        return refuse(refusal, "is made before the first iteration: ${i} is not known then");
    return world_path_accepts(text, refusal);
}

static bool date_accepts(const char *text, struct refusal *refusal)
{
    return clock_is_date(text) || refuse(refusal, "is no day of the calendar");
}

static bool duration_accepts(const char *text, struct refusal *refusal)
{
    int64_t ms;
    return duration_parse(text, &ms) || refuse(refusal, "is longer than the limit of a day");
}

static bool range_accepts(const char *text, struct refusal *refusal)
{
    struct range range;
    return range_parse(text, &range) ||
           refuse(refusal, "holds no row or column: the last comes before the first, or is over %d",
                  LIMIT_TERMINAL_COLUMNS);
}

static bool byte_size_accepts(const char *text, struct refusal *refusal)
{
    size_t bytes;
    return byte_size_parse(text, &bytes) ||
           refuse(refusal, "is over the limit of %u MiB", LIMIT_WORLD_FILE_BYTES / 1024 / 1024);
}

static bool variable_accepts(const char *text, struct refusal *refusal)
{
    int64_t ms;
    return !shifted_now_parse(text, &ms) || refuse(refusal, "is taken: it is a time, as now-90s");
}

static bool size_accepts(const char *text, struct refusal *refusal)
{
    int columns, rows;
    return size_parse(text, &columns, &rows) ||
           refuse(refusal, "must be between %dx%d and %dx%d (columns x rows)", LIMIT_TERMINAL_LEAST,
                  LIMIT_TERMINAL_LEAST, LIMIT_TERMINAL_COLUMNS, LIMIT_TERMINAL_ROWS);
}

static bool key_accepts(const char *text, struct refusal *refusal)
{
    struct key key;
    const char *nearest = NULL;
    if (key_parse(text, &key, &nearest))
        return true;
    if (nearest == NULL)
        return refuse(refusal, "is no key: one character, or a name such as Enter or Ctrl-n");
    /* A nearest of "Ctrl-" corrects what stands before the sign. */
    bool modifier = text_ends(nearest, "-");
    const char *remaining = modifier ? text + strcspn(text, "-+") + 1 : "";
    return refuse(refusal, "is no key; did you mean \"%s%s\"?", nearest, remaining);
}

static bool regex_accepts(const char *text, struct refusal *refusal)
{
    int code = 0;
    PCRE2_SIZE offset = 0;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                                         PCRE2_UTF | PCRE2_MULTILINE, &code, &offset, NULL);
    if (compiled != NULL) {
        pcre2_code_free(compiled);
        return true;
    }
    char reason[160] = "";
    pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason);
    refusal->located = true;
    for (PCRE2_SIZE i = 0; i < offset; i++)
        refusal->offset += ((unsigned char)text[i] & 0xc0) != 0x80;
    return refuse(refusal, "is no regular expression: %s (after %u characters)", reason,
                  refusal->offset);
}

#define NAME_HINT "must be a name of letters, digits, \".\", \"_\" and \"-\""
#define WORD_HINT "must be a name of letters, digits, \"_\" and \"-\" that begins with a letter"
#define NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9._-]*$"
#define WORD_PATTERN "^[A-Za-z_][A-Za-z0-9_-]*$"
#define LOOP_NAME_PATTERN "^\\$\\{[A-Za-z_][A-Za-z0-9_-]*\\}$"

static const char *const known_references[] = {"i",   "world", "program", "project",
                                               "now", "today", NULL};

const struct text_rule some_text_rule = {.least = 1};
const struct text_rule template_rule = {.least = 1, .expands = true};
const struct text_rule any_template_rule = {.expands = true};

const struct text_rule name_rule = {"name", NAME_PATTERN, NAME_HINT, .most = 64};
static const struct text_rule project_rule = {"project", NAME_PATTERN, NAME_HINT, .most = 64,
                                              .reserved = world_directories};
const struct text_rule variable_rule = {"variable",
                                        WORD_PATTERN,
                                        WORD_HINT,
                                        .most = 64,
                                        .accepts = variable_accepts,
                                        .reserved = known_references};
static const struct text_rule environment_rule = {
    "environment", "^[A-Za-z_][A-Za-z0-9_]*$",
    .hint = "must be the name of an environment variable: letters, digits and \"_\""};
static const struct text_rule region_rule = {"region", WORD_PATTERN, WORD_HINT, .most = 64};
static const struct text_rule known_region_rule = {.least = 1, .region = true};
static const struct text_rule tag_rule = {
    "tag", "^[a-z0-9][a-z0-9_-]*$",
    .hint = "must be a tag of small letters, digits, \"_\" and \"-\"", .most = 64};
static const struct text_rule tool_rule = {
    "tool", "^[^/\\s]+$", .hint = "must be the name of a program, without a directory", .most = 64};
const struct text_rule key_name_rule = {
    "key", KEY_NAME_PATTERN "|" LOOP_NAME_PATTERN,
    .doc =
        "One printable character (`\"@\"`, `\"2\"`, `j`, `é`) or a name: Enter, Escape, Tab, "
        "Backspace, Delete, Insert, Space, Up, Down, Left, Right, Home, End, PageUp, PageDown, F1 "
        "to F12. Modifiers stand before it: `Ctrl-n`, `Alt-Shift-Up`, `Ctrl-\\`. Digits and most "
        "signs need quotes in YAML. In a loop, `\"${NAME}\"` stands for a key in each round.",
    .takes_rounds = true, .accepts = key_accepts};
static const struct text_rule date_rule = {
    "date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", .hint = "is not a date of the form YYYY-MM-DD",
    .doc = "A day of the calendar, `2027-01-31`.", .accepts = date_accepts};
const struct text_rule duration_rule = {
    "duration", "^[0-9]{1,8}(ms|s|m|h)$",
    .hint = "is no duration: a whole number and ms, s, m or h, such as 100ms or 5s",
    .doc = "A whole number and its unit: `100ms`, `5s`, `2m`, `1h`; at most 24 hours. A number "
           "without a unit is an error.",
    .accepts = duration_accepts};
static const struct text_rule range_rule = {
    "range", "^-?[0-9]{1,4}\\.\\.-?[0-9]{1,4}$",
    .hint = "is no range: one number, or first..last such as 1..-2",
    .doc = "Rows or columns of the screen: one number, or `first..last` with both ends in it. They "
           "count from 0, negative ones from the end: `0` is the first row, `-1` the last, `1..-2` "
           "all but the first and the last.",
    .accepts = range_accepts};
const struct text_rule size_rule = {
    "size", "^[0-9]{1,4}x[0-9]{1,4}$", .hint = "is not a size: columns x rows, such as 120x40",
    .doc = "Columns, `x`, rows: `120x40`. From 2x2 to 1000x500.", .accepts = size_accepts};
static const struct text_rule mode_rule = {
    "mode", "^0?[0-7]{3}$",
    .hint = "is no file mode: three octal digits in quotes, such as \"0755\"",
    .doc = "Three octal digits in quotes, with or without a 0 before them: `\"0755\"`."};
const struct text_rule regex_rule = {
    "regex",
    .doc = "A regular expression of PCRE2, at most 1 KiB. It is searched in the rows that are "
           "looked at, trailing blanks cut, joined by newlines; `^` and `$` match at each row.",
    .least = 1,
    .most = LIMIT_REGEX_BYTES,
    .expands = true,
    .accepts = regex_accepts};
/* One whose references are not replaced, or only in the scenario that it is put into. */
static const struct text_rule plain_regex_rule = {
    .least = 1, .most = LIMIT_REGEX_BYTES, .accepts = regex_accepts};
static const struct text_rule byte_size_rule = {
    "bytes", "^[1-9][0-9]{0,7}(KiB|MiB)$",
    .hint = "is not a size: a whole number of bytes, or one with KiB or MiB, such as 64KiB",
    .doc = "A whole number of bytes, or of KiB or MiB: `500`, `64KiB`, `2MiB`; at most 16 MiB.",
    .accepts = byte_size_accepts};
/* No leading '/', no empty component, no "." or "..". */
#define PATH_RULE(accepts_, ...)                                                                   \
    {                                                                                              \
        "path", "^(?!/)(?!(.*/)?\\.{1,2}(/|$))(?!.*//)(?!.*/$).+$",                                \
            "must be a path inside the world: relative, without \"..\"",                           \
            .expands = true, .accepts = (accepts_), __VA_ARGS__                                    \
    }
static const struct text_rule world_file_rule = PATH_RULE(
    file_path_accepts,
    .doc = "A path inside the world: relative, without `..`. `${world}/` or `${project.NAME}/` may "
           "stand at its start, other references anywhere; what they stand for must not lead out "
           "of the world. Directories that are missing are made, links are not followed.");
const struct text_rule world_path_rule = PATH_RULE(world_path_accepts, );
static const struct text_rule world_directory_rule = PATH_RULE(world_directory_accepts, );

const struct value_type some_text_type = {FORM_TEXT, "text", .text = &some_text_rule};
const struct value_type template_type = {FORM_TEXT, "text", .text = &template_rule};
const struct value_type name_type = {FORM_TEXT, "a name", .text = &name_rule};
const struct value_type flag_type = {.forms = FORM_FLAG, .phrase = "true or false"};
const struct value_type date_type = {FORM_TEXT, "a date as YYYY-MM-DD", .text = &date_rule};
const struct value_type duration_type = {FORM_TEXT, "a duration such as 5s",
                                         .text = &duration_rule};
const struct value_type range_type = {FORM_TEXT | FORM_INTEGER, "a number or a range such as 1..-2",
                                      .text = &range_rule, .minimum = -LIMIT_TERMINAL_COLUMNS,
                                      .maximum = LIMIT_TERMINAL_COLUMNS};
const struct value_type byte_size_type = {FORM_TEXT | FORM_INTEGER, "a size such as 64KiB",
                                          .text = &byte_size_rule, .minimum = 1,
                                          .maximum = LIMIT_WORLD_FILE_BYTES};
const struct value_type mode_type = {FORM_TEXT, "a mode such as \"0755\"", .text = &mode_rule};
const struct value_type any_template_type = {FORM_TEXT, "text", .text = &any_template_rule};
const struct value_type command_type = {FORM_LIST, "a list of a program and its arguments",
                                        .item = &any_template_type, .least_items = 1};
const struct value_type world_path_type = {FORM_TEXT, "a path", .text = &world_path_rule};
const struct value_type world_directory_type = {FORM_TEXT, "a path", .text = &world_directory_rule};
const struct value_type known_region_type = {FORM_TEXT, "the name of a region",
                                             .text = &known_region_rule};
const struct value_type plain_regex_type = {FORM_TEXT, "a regular expression",
                                            .text = &plain_regex_rule};
const struct value_type any_mapping_type = {.forms = FORM_ANY, .phrase = "a mapping"};

const struct value_type tag_list_type = {FORM_LIST, "a list of tags",
                                         .item = TEXT_AS("a tag", tag_rule)};
const struct value_type tool_list_type = {FORM_LIST, "a list of programs",
                                          .item = TEXT_AS("the name of a program", tool_rule)};
const struct value_type project_list_type = {
    FORM_LIST, "a list of project names", .item = TEXT_AS("the name of a project", project_rule)};
const struct value_type environment_type = {
    FORM_MAP, "a mapping of names to text or null", .map_key = &environment_rule,
    .item = TYPE(FORM_TEXT | FORM_NULL, "text or null", .text = &any_template_rule)};
const struct value_type file_map_type = {
    FORM_MAP, "a mapping of paths to files", .map_key = &world_file_rule,
    .item = TYPE(FORM_TEXT | FORM_TABLE, "the text of the file, or a mapping",
                 .text = &any_template_rule, .table = &world_file_table)};
const struct value_type region_map_type = {
    FORM_MAP, "a mapping of names to regions", .map_key = &region_rule,
    .item = MAPPING_AS("a mapping of rows and columns", region_table)};

const struct text_rule *const documented_rules[] = {
    &key_name_rule, &date_rule,      &duration_rule, &range_rule,      &size_rule,
    &regex_rule,    &byte_size_rule, &mode_rule,     &world_file_rule, NULL};
