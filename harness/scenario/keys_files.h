/* The keys by which files are made, in `world.files` and in the step `write` alike. */
#ifndef LEAKGATE_SCENARIO_KEYS_FILES_H
#define LEAKGATE_SCENARIO_KEYS_FILES_H

#include "base/limits.h"
#include "scenario/keys.h"

#define FILE_ROWS                                                                                  \
    {.name = "text",                                                                               \
     .type = &file_text_type,                                                                      \
     .doc = "What the file holds, or begins with when there is a `line`."},                        \
        {.name = "line",                                                                           \
         .type = &template_type,                                                                   \
         .doc = "What follows, again and again: `lines` times, or up to a `size`. `${line}` "      \
                "counts from 1. No newline is added."},                                            \
        {.name = "lines",                                                                          \
         .type = &integer_type,                                                                    \
         .minimum = 1,                                                                             \
         .maximum = LIMIT_FILE_LINES,                                                              \
         .doc = "How often."},                                                                     \
        {.name = "size",                                                                           \
         .type = &byte_size_type,                                                                  \
         .doc = "Instead of `lines`: as often as it takes until the file, its text counted, has "  \
                "at least this size."},                                                            \
        {.name = "copies",                                                                         \
         .type = &integer_type,                                                                    \
         .minimum = 1,                                                                             \
         .maximum = LIMIT_FILE_COPIES,                                                             \
         .doc = "So many files; `${n}` counts them from 1, in the path (where more than one "      \
                "needs it), `text` and `line`."},                                                  \
    {                                                                                              \
        .name = "mode", .type = &mode_type, .default_text = "0644",                                \
        .doc = "The file's mode; `\"0755\"` for a program."                                        \
    }

#define FILE_RULES                                                                                 \
    {RULE_AT_LEAST_ONE, {"text", "line"}},                                                         \
    {                                                                                              \
        RULE_GOES_WITH,                                                                            \
        {                                                                                          \
            "line", "lines", "size"                                                                \
        }                                                                                          \
    }

#endif
