/* What was seen, as text for a person, as Markdown for a bug report, and as JSON. */
#pragma once

#include "base/buffer.h"
#include "base/json.h"
#include "triage/triage.h"

struct triage_style {
    size_t width;
    bool colour;
    const struct regex
        *match; /* goroutines whose stack matches are listed one group a line; NULL */
};

void triage_text(const struct triage *triage, struct triage_style style, struct buffer *out);
void triage_markdown(const struct triage *triage, struct triage_style style, struct buffer *out);
/* The page (report/html.h) of what triage_to_json says, with stacks as flame graphs. New reference.
 */
json_t *triage_page(const struct triage *triage);
/* New reference. */
json_t *triage_to_json(const struct triage *triage);

/* "goroutines_alike 2000, healthy is 100 or fewer". The caller frees it. */
char *flag_text(const struct flag *flag);
