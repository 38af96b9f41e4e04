/*
 * The table of report formats: each is one file of this room and one row here. It drives `report
 * --format` and the files that a run leaves in its report's directory.
 *
 * A format is written from the result alone: what it says of files was looked up before
 * (suite_find_files, recordings_draw). What comes from the target or from files is data in each of
 * them: it can neither end an element nor give a command.
 */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "result/result.h"

struct report_format {
    const char *name;
    const char *file; /* in the report's directory; NULL: only on request */
    void (*write)(const struct suite_result *suite, struct buffer *out);
};

extern const struct report_format report_format_table[];
extern const size_t report_format_count;

/* NULL where there is none of that name. */
const struct report_format *report_format_by_name(const char *name);
/* The writers, one file each. They append to `out`. */
void text_report(const struct suite_result *suite, struct buffer *out); /* for no terminal */
void json_report(const struct suite_result *suite, struct buffer *out);
void markdown_report(const struct suite_result *suite, struct buffer *out);
void annotations_report(const struct suite_result *suite, struct buffer *out);
void junit_report(const struct suite_result *suite, struct buffer *out);
void csv_report(const struct suite_result *suite, struct buffer *out);
void html_report(const struct suite_result *suite, struct buffer *out);
