/*
 * Profiles made up for tests. A stack is written from the leaf, its locations separated by blanks:
 * "main.leaf@/src/leaf.go:10 main.main@/src/main.go:20". Frames that are inlined into one location
 * are joined by "+", innermost first. What differs in a "#2" at its end is another address. "-" is
 * a location without a function.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "../wire.h"
#include "base/memory.h"
#include "base/strings.h"

struct made_sample {
    const char *stack;
    int64_t values[4];
    const char *label; /* a text; NULL: none */
};

struct made_profile {
    const char *types;                          /* "inuse_objects/count inuse_space/bytes" */
    const char *otherwise, *drop, *keep, *file; /* default type, frames, mapped file; may be NULL */
    int64_t period;
    uint64_t start; /* where the file is mapped */
    struct made_sample samples[12];
};

struct making {
    struct buffer out;
    struct string_list strings, functions, locations;
    uint64_t start;
    size_t values;
};

static uint64_t number_in(struct string_list *list, const char *text, bool *is_new)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return i;
    string_list_add(list, text);
    *is_new = true;
    return list->count - 1;
}

static uint64_t string_number(struct making *making, const char *text)
{
    bool is_new = false;
    return number_in(&making->strings, text, &is_new);
}

static void make_line(struct making *making, struct buffer *location, const char *frame)
{
    bool is_new = false;
    const char *at = strchr(frame, '@'), *line = at != NULL ? strrchr(at, ':') : NULL;
    _cleanup_free_ char *name =
        memory_copy_range(frame, at != NULL ? (size_t)(at - frame) : strcspn(frame, "#"));
    _cleanup_free_ char *file =
        at != NULL ? memory_copy_range(at + 1, (size_t)(line - at - 1)) : memory_copy_text("");
    _cleanup_free_ char *both = memory_format("%s@%s", name, file);
    uint64_t number = number_in(&making->functions, both, &is_new) + 1;
    if (is_new) {
        struct buffer function = {0};
        put_number(&function, 1, number);
        put_number(&function, 2, string_number(making, name));
        put_number(&function, 4, string_number(making, file));
        put_message(&making->out, 5, &function);
    }
    struct buffer message = {0};
    put_number(&message, 1, number);
    put_number(&message, 2, line != NULL ? strtoull(line + 1, NULL, 10) : 0);
    put_message(location, 4, &message);
}

static uint64_t make_location(struct making *making, const char *frames)
{
    bool is_new = false;
    uint64_t number = number_in(&making->locations, frames, &is_new) + 1;
    if (!is_new)
        return number;
    struct buffer location = {0};
    put_number(&location, 1, number);
    put_number(&location, 2, 1);
    put_number(&location, 3, making->start + XXH32(frames, strlen(frames), 0));
    _cleanup_free_ char *text = memory_copy_text(frames);
    char *rest = NULL;
    for (char *frame = strtok_r(text, "+", &rest); frame != NULL && strcmp(frames, "-") != 0;
         frame = strtok_r(NULL, "+", &rest))
        make_line(making, &location, frame);
    put_message(&making->out, 4, &location);
    return number;
}

static void make_sample(struct making *making, const struct made_sample *sample)
{
    struct buffer message = {0};
    _cleanup_free_ char *text = memory_copy_text(sample->stack);
    char *rest = NULL;
    for (char *frames = strtok_r(text, " ", &rest); frames != NULL;
         frames = strtok_r(NULL, " ", &rest))
        put_number(&message, 1, make_location(making, frames));
    for (size_t i = 0; i < making->values; i++)
        put_number(&message, 2, (uint64_t)sample->values[i]);
    if (sample->label != NULL) {
        struct buffer label = {0};
        put_number(&label, 1, string_number(making, "key"));
        put_number(&label, 2, string_number(making, sample->label));
        put_message(&message, 3, &label);
    }
    put_message(&making->out, 2, &message);
}

static void make_type(struct making *making, unsigned tag, const char *type)
{
    struct buffer message = {0};
    size_t length = strcspn(type, "/");
    _cleanup_free_ char *name = memory_copy_range(type, length);
    put_number(&message, 1, string_number(making, name));
    put_number(&message, 2, string_number(making, type + length + (type[length] == '/')));
    put_message(&making->out, tag, &message);
}

/* The caller frees it. */
static struct buffer make_profile(const struct made_profile *profile)
{
    struct making making = {.start = profile->start};
    struct buffer mapping = {0};
    char *rest = NULL;
    string_number(&making, "");
    _cleanup_free_ char *types = memory_copy_text(profile->types);
    for (char *type = strtok_r(types, " ", &rest); type != NULL;
         type = strtok_r(NULL, " ", &rest), making.values++)
        make_type(&making, 1, type);
    put_number(&mapping, 1, 1);
    put_number(&mapping, 2, profile->start);
    put_number(&mapping, 3, profile->start + 0x100000000);
    put_number(&mapping, 5, string_number(&making, text_or(profile->file, "")));
    put_message(&making.out, 3, &mapping);
    for (size_t i = 0; i < COUNT_OF(profile->samples) && profile->samples[i].stack != NULL; i++)
        make_sample(&making, &profile->samples[i]);
    put_number(&making.out, 7, string_number(&making, text_or(profile->drop, "")));
    put_number(&making.out, 8, string_number(&making, text_or(profile->keep, "")));
    make_type(&making, 11, "space/bytes");
    put_number(&making.out, 12, (uint64_t)profile->period);
    put_number(&making.out, 14, string_number(&making, text_or(profile->otherwise, "")));
    for (size_t i = 0; i < making.strings.count; i++)
        put_bytes(&making.out, 6, making.strings.items[i], strlen(making.strings.items[i]));
    string_list_free(&making.strings);
    string_list_free(&making.functions);
    string_list_free(&making.locations);
    return making.out;
}
