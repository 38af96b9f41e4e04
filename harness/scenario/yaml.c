#include "scenario/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"

struct reader {
    yaml_parser_t parser;
    const char *text;
    size_t length;
    const char *file;
    struct diagnostics *problems;
    const char **lines; /* where each begins */
    size_t line_count;
    size_t line_capacity;
    size_t next_line; /* the first whose indentation is not yet checked, from 0 */
    unsigned depth;
    unsigned events;
    bool failed; /* nothing more can be read */
};

/* Diagnoses what ends the reading. */
#define fail_at(reader, ...) ((reader)->failed = true, diagnose((reader)->problems, __VA_ARGS__))

#define _cleanup_event_ __attribute__((cleanup(yaml_event_delete)))

static struct mark mark_of(const struct reader *reader, yaml_mark_t mark)
{
    return (struct mark){
        .file = reader->file, .line = (unsigned)mark.line + 1, .column = (unsigned)mark.column + 1};
}

/* The length of the line break at `at` (YAML 1.1's, as libyaml counts lines: LF, CR, CR LF, NEL, LS
 * and PS), or 0. */
static size_t break_length(const char *at, size_t available)
{
    if (at[0] == '\r')
        return available > 1 && at[1] == '\n' ? 2 : 1;
    if (at[0] == '\n')
        return 1;
    if (available >= 2 && memcmp(at, "\xc2\x85", 2) == 0)
        return 2;
    bool separator = available >= 3 && memcmp(at, "\xe2\x80", 2) == 0;
    return separator && (at[2] == '\xa8' || at[2] == '\xa9') ? 3 : 0;
}

static void find_lines(struct reader *reader)
{
    const char *end = reader->text + reader->length;
    array_append(reader->lines, reader->line_count, reader->line_capacity, reader->text);
    for (const char *at = reader->text; at < end;) {
        size_t length = break_length(at, (size_t)(end - at));
        at += length > 0 ? length : 1;
        if (length > 0)
            array_append(reader->lines, reader->line_count, reader->line_capacity, at);
    }
}

static struct mark mark_at(const struct reader *reader, const char *place)
{
    size_t line = reader->line_count;
    while (reader->lines[line - 1] > place)
        line--;
    struct mark mark = {.file = reader->file, .line = (unsigned)line, .column = 1};
    for (const char *at = reader->lines[line - 1]; at < place; at++)
        mark.column += ((unsigned char)*at & 0xc0) != 0x80;
    return mark;
}

/* The byte at a place of the text; the terminating NUL where there is none. */
static const char *text_at(const struct reader *reader, yaml_mark_t mark)
{
    const char *end = reader->text + reader->length;
    const char *at = mark.line < reader->line_count ? reader->lines[mark.line] : end;
    for (size_t column = 0; column < mark.column && at < end; column++) {
        size_t length = utf8_length(at, (size_t)(end - at));
        at += length > 0 ? length : 1;
    }
    return at;
}

/* libyaml names neither the line of a bad byte nor what is wrong with it. */
static bool bytes_are_fine(struct reader *reader)
{
    for (const char *at = reader->text, *end = at + reader->length; at < end;) {
        size_t length = utf8_length(at, (size_t)(end - at));
        unsigned char byte = (unsigned char)*at;
        if (length == 0) {
            diagnose(reader->problems, mark_at(reader, at), "this is not UTF-8: byte 0x%02x", byte);
            return false;
        }
        if ((byte < 0x20 && strchr("\t\n\r", byte) == NULL) || byte == 0x7f || byte == 0) {
            diagnose(reader->problems, mark_at(reader, at),
                     "control character 0x%02x; in double quotes it can be written \"\\x%02x\"",
                     byte, byte);
            return false;
        }
        at += length;
    }
    return true;
}

/* For the usual mistakes with keys such as @ and % the message says what to write instead. */
static void report_parser_error(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = text_or(parser->problem, "this is not YAML");
    const char *context = text_or(parser->context, "");
    struct mark mark = mark_of(reader, parser->problem_mark);
    const char *at = text_at(reader, parser->problem_mark);
    if (parser->error == YAML_MEMORY_ERROR)
        memory_exhausted();
    if (parser->error == YAML_READER_ERROR) {
        size_t offset = parser->problem_offset < reader->length ? parser->problem_offset : 0;
        fail_at(reader, mark_at(reader, reader->text + offset), "%s", problem);
    } else if (*at == '\t') {
        fail_at(reader, mark, "a tab cannot indent; use spaces");
    } else if (strcmp(problem, "found character that cannot start any token") == 0) {
        fail_at(reader, mark, "text that begins with %c must stand in quotes", *at);
    } else if (strstr(context, "an alias") != NULL || strstr(context, "an anchor") != NULL) {
        fail_at(reader, mark_of(reader, parser->context_mark),
                "text that begins with * or & must stand in quotes; aliases and anchors are not "
                "supported");
    } else if (context[0] == '\0') {
        fail_at(reader, mark, "%s", problem);
    } else {
        fail_at(reader, mark, "%s %s that begins in line %u", problem, context,
                (unsigned)parser->context_mark.line + 1);
    }
}

/* libyaml takes tabs before a token inside [] and {}. Asked once for each line: what stands between
 * two tokens of a line is no indentation. */
static bool is_tab_indented(struct reader *reader, yaml_mark_t mark)
{
    if (mark.line < reader->next_line || mark.line >= reader->line_count)
        return false;
    const char *line = reader->lines[mark.line];
    reader->next_line = mark.line + 1;
    return mark.column <= strspn(line, " \t") && memchr(line, '\t', mark.column) != NULL;
}

static bool next_event(struct reader *reader, yaml_event_t *event)
{
    memset(event, 0, sizeof *event);
    if (reader->failed)
        return false;
    if (!yaml_parser_parse(&reader->parser, event)) {
        report_parser_error(reader);
        return false;
    }
    struct mark mark = mark_of(reader, event->start_mark);
    if (++reader->events > LIMIT_YAML_EVENTS) {
        fail_at(reader, mark, "more than the limit of %u YAML events", LIMIT_YAML_EVENTS);
        return false;
    }
    bool begins = event->type == YAML_SCALAR_EVENT || event->type == YAML_SEQUENCE_START_EVENT ||
                  event->type == YAML_MAPPING_START_EVENT;
    if (begins && is_tab_indented(reader, event->start_mark)) {
        fail_at(reader, (struct mark){mark.file, mark.line, 1}, "a tab cannot indent; use spaces");
        return false;
    }
    return true;
}

static struct node *read_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct mark mark = mark_of(reader, event->start_mark);
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (strlen(text) != length)
        diagnose(reader->problems, mark, "text cannot hold a NUL character");
    if (strlen(text) != length || event->data.scalar.tag != NULL)
        return node_new(NODE_BROKEN, mark);
    yaml_scalar_style_t style = event->data.scalar.style;
    struct node *node = node_scalar(text, style == YAML_PLAIN_SCALAR_STYLE, mark);
    size_t characters = 0;
    for (size_t i = 0; i < length; i++)
        characters += ((unsigned char)text[i] & 0xc0) != 0x80;
    bool quoted =
        style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    node->verbatim =
        (node->plain || quoted) && event->start_mark.line == event->end_mark.line &&
        event->end_mark.column - event->start_mark.column == characters + (quoted ? 2 : 0);
    return node;
}

static struct node *read_value(struct reader *reader, const yaml_event_t *event);

/* NULL when it cannot be a key; diagnosed. */
static struct node *read_key(struct reader *reader, const yaml_event_t *event)
{
    _cleanup_node_ struct node *key = read_value(reader, event);
    if (key->kind == NODE_BROKEN || reader->failed)
        return NULL;
    if (key->kind != NODE_SCALAR || node_is_null(key)) {
        diagnose(reader->problems, key->where, "a key must be text, not %s", node_describe(key));
        return NULL;
    }
    if (key->plain && strcmp(key->text, "<<") == 0) {
        diagnose(reader->problems, key->where, "merge keys are not supported");
        return NULL;
    }
    return take_pointer(key);
}

static void read_mapping(struct reader *reader, struct node *mapping)
{
    for (;;) {
        _cleanup_event_ yaml_event_t event;
        if (!next_event(reader, &event) || event.type == YAML_MAPPING_END_EVENT)
            return;
        _cleanup_node_ struct node *key = read_key(reader, &event);
        _cleanup_event_ yaml_event_t value_event;
        if (!next_event(reader, &value_event))
            return;
        _cleanup_node_ struct node *value = read_value(reader, &value_event);
        const struct node_entry *known = key != NULL ? node_entry(mapping, key->text) : NULL;
        if (known != NULL)
            diagnose(reader->problems, key->where, "\"%s\" stands twice here, first in line %u",
                     key->text, known->where.line);
        else if (key != NULL)
            node_put(mapping, key->text, key->where, take_pointer(value));
    }
}

static struct node *read_value(struct reader *reader, const yaml_event_t *event)
{
    struct mark mark = mark_of(reader, event->start_mark);
    bool is_list = event->type == YAML_SEQUENCE_START_EVENT;
    if (event->type == YAML_ALIAS_EVENT) {
        diagnose(reader->problems, mark, "aliases are not supported: *%s",
                 (const char *)event->data.alias.anchor);
        return node_new(NODE_BROKEN, mark);
    }
    /* The events of scalars, lists and mappings all begin with anchor and tag. */
    if (event->data.scalar.anchor != NULL)
        diagnose(reader->problems, mark, "anchors are not supported: &%s",
                 (const char *)event->data.scalar.anchor);
    if (event->data.scalar.tag != NULL)
        diagnose(reader->problems, mark,
                 "tags are not supported; text that begins with ! must stand in quotes");
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(reader, event);
    struct node *node = node_new(is_list ? NODE_LIST : NODE_MAPPING, mark);
    if (++reader->depth > LIMIT_YAML_DEPTH) {
        fail_at(reader, mark, "nested deeper than the limit of %u", LIMIT_YAML_DEPTH);
        return node;
    }
    if (!is_list)
        read_mapping(reader, node);
    while (is_list) {
        _cleanup_event_ yaml_event_t item;
        if (!next_event(reader, &item) || item.type == YAML_SEQUENCE_END_EVENT)
            break;
        node_append(node, read_value(reader, &item));
    }
    reader->depth--;
    return node;
}

/* The stream's events around the one document: STREAM-START, DOCUMENT-START, the value,
 * DOCUMENT-END, STREAM-END. */
static struct node *read_stream(struct reader *reader)
{
    struct node *root = NULL;
    for (;;) {
        _cleanup_event_ yaml_event_t event;
        if (!next_event(reader, &event) || event.type == YAML_STREAM_END_EVENT)
            break;
        struct mark mark = mark_of(reader, event.start_mark);
        bool starts = event.type == YAML_DOCUMENT_START_EVENT;
        if (starts && root != NULL)
            fail_at(reader, mark, "a second document begins here; a file holds one");
        else if (starts && (event.data.document_start.version_directive != NULL ||
                            event.data.document_start.tag_directives.start !=
                                event.data.document_start.tag_directives.end))
            fail_at(reader, mark, "directives are not supported");
        else if (!starts && event.type != YAML_STREAM_START_EVENT &&
                 event.type != YAML_DOCUMENT_END_EVENT)
            root = read_value(reader, &event);
    }
    if (root == NULL && !reader->failed)
        fail_at(reader, (struct mark){reader->file, 1, 1}, "the file is empty");
    if (!reader->failed)
        return root;
    node_free(root);
    return NULL;
}

struct node *yaml_read(const char *text, size_t length, const char *file,
                       struct diagnostics *problems)
{
    if (length > LIMIT_YAML_BYTES) {
        diagnose(problems, (struct mark){file, 1, 1}, "larger than the limit of %u KiB",
                 LIMIT_YAML_BYTES / 1024);
        return NULL;
    }
    /* libyaml skips a byte order mark only while it still guesses the encoding. */
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    struct reader reader = {.text = text, .length = length, .file = file, .problems = problems};
    struct node *root = NULL;
    find_lines(&reader);
    if (bytes_are_fine(&reader)) {
        if (!yaml_parser_initialize(&reader.parser))
            memory_exhausted();
        yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
        root = read_stream(&reader);
        yaml_parser_delete(&reader.parser);
    }
    free(reader.lines);
    return root;
}

struct node *yaml_read_file(const char *file, const struct file_source *source,
                            struct diagnostics *problems)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_YAML_BYTES);
    struct lg_error err = {0};
    bool got = source != NULL ? source->read(source->context, file, &text, &err)
                              : file_read(file, &text, LG_ERROR_INPUT, &err);
    if (got || text.overflowed)
        return yaml_read(buffer_string(&text), text.overflowed ? SIZE_MAX : text.length, file,
                         problems);
    diagnose(problems, (struct mark){file, 1, 1}, "cannot read this file: %s",
             source != NULL ? err.text : strerror(err.errnum));
    return NULL;
}

char *yaml_name(const char *file)
{
    const char *base = path_base(file);
    size_t length = strlen(base);
    return memory_copy_range(base, length - (text_ends(base, ".yaml") ? strlen(".yaml") : 0));
}

void yaml_names(const char *directory, struct string_list *names)
{
    _cleanup_strings_ struct string_list files = {0};
    directory_list(directory, ".yaml", &files);
    for (size_t i = 0; i < files.count; i++)
        string_list_take(names, yaml_name(files.items[i]));
}
