#include "result/sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "verdict/program_functions.h"

/* Before and after the line. */
enum { LINES_AROUND = 3 };

const struct source *source_at(const struct sources *sources, const char *place)
{
    for (size_t i = 0; i < sources->count; i++)
        if (text_equal(sources->items[i].place, place))
            return &sources->items[i];
    return NULL;
}

void sources_free(struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        free_all(sources->items[i].place, sources->items[i].link, sources->items[i].file);
        string_list_free(&sources->items[i].lines);
    }
    free(sources->items);
    *sources = (struct sources){0};
}

/* Does the place lie below the module's root? Of a module below it the path begins with the
 * module's; of a package main that was built in no package it is the file's name alone. */
static bool is_below_root(const struct finding *finding, const struct journal_target *target)
{
    const char *module = text_or(target->module, ""), *place = finding->source;
    size_t length = strlen(module);
    if (finding->function == NULL || !frame_is_own(finding->function, module) ||
        (strncmp(place, module, length) == 0 && place[length] == '/'))
        return false;
    return !text_starts(finding->function, "main.") || strchr(place, '/') != NULL ||
           text_equal(target->package, module);
}

/* Is the module's root in this folder of the working directory? */
static bool is_root(const char *folder, const char *module)
{
    _cleanup_free_ char *path = path_join(folder, "go.mod");
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_SOURCE_BYTES);
    if (!file_read_inside(path, &text))
        return false;
    const char *name = buffer_string(&text);
    if (!text_starts(name, "module "))
        name = strstr(name, "\nmodule ");
    if (name == NULL)
        return false;
    name = strchr(name, ' ') + 1;
    name += *name == '"';
    return strcspn(name, "\" \t\r\n") == strlen(module) && text_starts(name, module);
}

/* With blanks for tabs. */
static void take_line(struct string_list *lines, const char *line, size_t length)
{
    struct buffer text = {0};
    buffer_text(&text, "");
    for (size_t i = 0; i < length; i++)
        if (line[i] == '\t')
            buffer_text(&text, "    ");
        else if (line[i] != '\r')
            buffer_char(&text, line[i]);
    string_list_take(lines, buffer_take(&text));
}

static void read_lines(struct source *source, const char *path)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_SOURCE_BYTES);
    if (!file_read_inside(path, &text))
        return;
    const char *line = buffer_string(&text);
    source->first = source->line > LINES_AROUND ? source->line - LINES_AROUND : 1;
    for (unsigned i = 1; *line != '\0' && i <= source->line + LINES_AROUND; i++) {
        size_t length = strcspn(line, "\n");
        if (i >= source->first)
            take_line(&source->lines, line, length);
        line += length + (line[length] == '\n');
    }
    if (source->first + source->lines.count > source->line)
        source->file = memory_copy_text(path);
    else
        string_list_free(&source->lines);
}

static void look_in(struct source *source, const char *folder, const char *module)
{
    _cleanup_free_ char *path = path_join(folder, source->place);
    *strrchr(path, ':') = '\0';
    if (source->file == NULL && is_root(folder, module))
        read_lines(source, path);
}

void sources_find(struct sources *sources, const struct judgement *judgement,
                  const struct journal_target *target, const struct forge *forge)
{
    const char *module = text_or(target->module, "");
    _cleanup_free_ char *root = forge_root(forge, module, text_or(target->revision, ""));
    _cleanup_free_ char *folder = forge_folder(module);
    for (size_t i = 0; i < judgement->count && sources->count < LIMIT_SOURCES; i++) {
        const struct finding *finding = &judgement->findings[i];
        const char *place = text_or(finding->source, ""), *line = strrchr(place, ':');
        bool own = line != NULL && is_below_root(finding, target);
        if (line == NULL || source_at(sources, place) != NULL ||
            (!own && !text_starts(place, "vendor/")))
            continue;
        struct source *source = array_add(sources->items, sources->count, sources->capacity);
        *source = (struct source){.place = memory_copy_text(place),
                                  .line = (unsigned)strtoul(line + 1, NULL, 10)};
        look_in(source, folder, module);
        look_in(source, "", module);
        /* What was inlined into package main may bear its name: a file in the root is looked at. */
        bool sure = strchr(place, '/') != NULL || !text_starts(finding->function, "main.");
        if (own && root != NULL && (sure || source->file != NULL))
            source->link = forge_link(root, place);
    }
}
