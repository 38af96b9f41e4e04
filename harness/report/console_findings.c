#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/statements.h"
#include "report/console_paint.h"

void paint_details(const struct painter *painter, const struct statement *statement)
{
    for (size_t i = 0; i < statement->count; i++) {
        const struct detail *detail = &statement->details[i];
        if (detail->label == NULL)
            paint_line(painter, false, "%s", detail->text);
        else
            paint_labelled(painter, detail->label, detail->text);
    }
}

/* Was anything said? */
static bool paint_statements(const struct painter *painter, const struct scenario_result *scenario)
{
    _cleanup_statements_ struct statements statements = {0};
    statements_of(scenario, &statements);
    for (size_t i = 0; i < statements.count; i++) {
        paint_line(painter, i == 0, "%s", statements.items[i].text);
        paint_details(painter, &statements.items[i]);
    }
    return statements.count > 0;
}

void paint_power(const struct painter *painter, const struct scenario_result *scenario, bool first)
{
    _cleanup_free_ char *text = power_text(scenario);
    char *remaining = NULL;
    if (text == NULL)
        return;
    for (char *line = strtok_r(text, "\n", &remaining); line != NULL;
         line = strtok_r(NULL, "\n", &remaining)) {
        paint_line(painter, first, "%s", line);
        first = false;
    }
}

void paint_findings(const struct painter *painter, const struct scenario_result *scenario)
{
    if (!paint_statements(painter, scenario))
        paint_line(painter, true, "%s", scenario->reason != NULL ? scenario->reason : "");
    paint_power(painter, scenario, false);
    paint_evidence(painter, scenario);
}

void paint_pass(const struct painter *painter, const struct scenario_result *scenario)
{
    if (scenario->judgement == NULL) {
        paint_line(painter, true, "every step was done; nothing was measured");
        return;
    }
    bool said = paint_statements(painter, scenario);
    paint_power(painter, scenario, !said);
}
