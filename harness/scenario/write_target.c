#include "scenario/write_target.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "scenario/key_name.h"
#include "scenario/write.h"

void target_draft_drop_changes(struct target_draft *draft)
{
    for (size_t i = 0; i < draft->region_count; i++)
        free(draft->regions[i].name);
    free(take_pointer(draft->regions));
    draft->region_count = 0;
}

void target_draft_free(struct target_draft *draft)
{
    target_draft_drop_changes(draft);
    free_all(draft->name, draft->program, draft->build, draft->variable, draft->value,
             draft->ready);
    string_list_free(&draft->command);
    string_list_free(&draft->flags);
    string_list_free(&draft->quit);
    *draft = (struct target_draft){0};
}

/* --- What a person says --- */

void words_add(struct string_list *list, const char *text)
{
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        string_list_take(list, memory_copy_range(text, length));
        text += length;
    }
}

bool target_draft_take_pprof(struct target_draft *draft, const char *word)
{
    size_t name = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    bool is_variable = name > 0 && word[name] == '=' && !isdigit((unsigned char)word[0]);
    if (!is_variable && word[0] != '-' && strcmp(word, "none") != 0 && strcmp(word, "always") != 0)
        return false;
    free_all(draft->variable, draft->value);
    draft->variable = is_variable ? memory_copy_range(word, name) : NULL;
    draft->value = is_variable ? memory_copy_text(word + name + 1) : NULL;
    draft->without_pprof = strcmp(word, "none") == 0;
    string_list_free(&draft->flags);
    if (word[0] == '-')
        words_add(&draft->flags, word);
    return true;
}

bool target_draft_take_quit(struct target_draft *draft, const char *keys, char **wrong)
{
    struct key key;
    const char *nearest;
    string_list_free(&draft->quit);
    words_add(&draft->quit, keys);
    for (size_t i = 0; i < draft->quit.count; i++)
        if (!key_parse(draft->quit.items[i], &key, &nearest)) {
            *wrong = memory_copy_text(draft->quit.items[i]);
            return false;
        }
    *wrong = memory_copy_text("");
    return draft->quit.count > 0;
}

static bool row_changes(const struct string_list *screens, size_t count, size_t row)
{
    for (size_t i = 1; i < count; i++)
        if (strcmp(screens[i].items[row], screens[0].items[row]) != 0)
            return true;
    return false;
}

void target_draft_take_changes(struct target_draft *draft, const struct string_list *screens,
                               size_t count)
{
    size_t capacity = 0;
    bool goes_on = false;
    for (size_t row = 0; count > 0 && row < screens[0].count; row++) {
        bool changes = row_changes(screens, count, row);
        if (changes && goes_on)
            draft->regions[draft->region_count - 1].rows.last = (int)row;
        else if (changes) {
            struct region region = {memory_format("changes-%zu", draft->region_count + 1),
                                    {(int)row, (int)row},
                                    {0, -1}};
            array_append(draft->regions, draft->region_count, capacity, region);
        }
        goes_on = changes;
    }
}

/* --- What a program says --- */

static char *word_from(const char *text, const char *end)
{
    const char *start = text;
    while (text < end && *text != ' ' && *text != '=' && *text != ',' && *text != '\t')
        text++;
    return memory_copy_range(start, (size_t)(text - start));
}

/* The last word of the line's beginning that is an option: the long form stands there. */
static char *flag_of_line(const char *line, size_t length)
{
    const char *at = line, *end = line + length, *flag = NULL;
    for (;;) {
        at += strspn(at, " \t,");
        if (at >= end || *at != '-')
            break;
        flag = at;
        at += strcspn(at, " \t,\n");
    }
    return flag != NULL ? word_from(flag, end) : NULL;
}

char *pprof_flag_of_help(const char *help)
{
    static const char *const words[] = {"pprof", "profil"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        for (const char *line = help; *line != '\0';) {
            size_t length = strcspn(line, "\n");
            _cleanup_free_ char *text = memory_copy_range(line, length);
            char *flag = strcasestr(text, words[i]) != NULL ? flag_of_line(line, length) : NULL;
            if (flag != NULL)
                return flag;
            line += length + (line[length] == '\n');
        }
    return NULL;
}

/* Go keeps texts one behind the other, without an end: only one with something before it, and an
 * underscore, is taken for a name. */
char *pprof_variable_of_program(const char *bytes, size_t length)
{
    static const char part[] = "_PPROF";
    const char *at = bytes, *end = bytes + length;
    while ((at = memmem(at, (size_t)(end - at), part, sizeof part - 1)) != NULL) {
        const char *first = at, *last = at + sizeof part - 1;
        while (first > bytes && (isupper((unsigned char)first[-1]) || first[-1] == '_'))
            first--;
        while (last < end && *last == '_')
            for (last++; last < end && isupper((unsigned char)*last);)
                last++;
        if (first < at && at - first < 32)
            return memory_copy_range(first, (size_t)(last - first));
        at = last;
    }
    return NULL;
}

/* --- The files --- */

void target_write(const struct target_draft *draft, struct buffer *yaml)
{
    _cleanup_strings_ struct string_list command = {0};
    bool has_project = false;
    string_list_add_all(&command, &draft->command);
    string_list_add_all(&command, &draft->flags);
    for (size_t i = 0; i < command.count; i++)
        has_project = has_project || strstr(command.items[i], "${project.p1}") != NULL;
    buffer_text(yaml, "version: 1\n");
    yaml_put_list(yaml, "command", &command);
    if (has_project)
        buffer_text(yaml, "projects: [p1]\ntools: [git]\n");
    if (draft->without_pprof)
        buffer_text(yaml, "pprof: none\n");
    if (draft->variable != NULL) {
        buffer_format(yaml, "env: {%s: ", draft->variable);
        yaml_put_text(yaml, draft->value);
        buffer_text(yaml, "}\n");
    }
    yaml_put_regions(yaml, draft->regions, draft->region_count);
    buffer_text(yaml, "ready:\n  steps:\n    - wait: ");
    if (draft->ready != NULL) {
        _cleanup_free_ char *template = text_as_template(draft->ready);
        yaml_put_text(yaml, template);
    } else {
        buffer_text(yaml, "{regex: '\\S'}");
    }
    buffer_format(yaml, "\n    - settle: {quiet: 300ms, timeout: 5s}\nquit:\n  status: %d\n",
                  draft->status > 0 ? draft->status : 0);
    for (size_t i = 0; i < draft->quit.count; i++) {
        buffer_text(yaml, i == 0 ? "  steps:\n" : "    - settle: {timeout: 2s}\n");
        buffer_text(yaml, "    - press: ");
        yaml_put_text(yaml, draft->quit.items[i]);
        buffer_char(yaml, '\n');
    }
}

void idle_write(const struct target_draft *draft, struct buffer *yaml)
{
    _cleanup_strings_ struct string_list names = {0};
    buffer_text(yaml, "version: 1\ntitle: A program that nobody touches holds what it held\n");
    buffer_text(yaml, "target: ");
    yaml_put_text(yaml, draft->name);
    buffer_text(yaml, "\ntags: [smoke]\nmeasure:\n  every: 2s\n  for: 48s\n");
    for (size_t i = 0; i < draft->region_count; i++)
        string_list_add(&names, draft->regions[i].name);
    if (draft->heap_rate > 0)
        buffer_format(yaml, "  heap_rate: %d\n", draft->heap_rate);
    yaml_put_list(yaml, "  leave_out", &names);
}

void project_write(const struct target_draft *draft, struct buffer *yaml)
{
    const struct {
        const char *key, *text;
    } rows[] = {{"program", draft->program}, {"build", draft->build}};
    buffer_text(yaml, "version: 1\n");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].text == NULL)
            continue;
        buffer_format(yaml, "%s: ", rows[i].key);
        yaml_put_text(yaml, rows[i].text);
        buffer_char(yaml, '\n');
    }
    buffer_text(yaml, "tags: [smoke]\n");
}

/* docs/ci.md explains it. */
void workflow_write(const struct target_draft *draft, struct buffer *yaml)
{
    buffer_text(
        yaml, "name: Leak gate\n"
              "on: {pull_request: {}, push: {branches: [main]}}\n"
              "permissions: {contents: read}\n"
              "jobs:\n"
              "  gate:\n"
              "    runs-on: ubuntu-24.04\n"
              "    timeout-minutes: 60\n"
              "    steps:\n"
              "      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1  # v7.0.1\n"
              "        with: {persist-credentials: false}\n");
    if (draft->is_go_module)
        buffer_text(
            yaml,
            "      - uses: actions/setup-go@b7ad1dad31e06c5925ef5d2fc7ad053ef454303e  # v7.0.0\n"
            "        with: {go-version-file: go.mod}\n");
    if (draft->build == NULL)
        buffer_text(yaml, "      # A step that makes the program goes here.\n");
    buffer_text(yaml, "      - uses: OWNER/leakgate/ci@COMMIT\n");
}
