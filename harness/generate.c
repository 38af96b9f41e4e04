/*
 * leakgate_generate WHAT: prints a file of the repository that is made from the tables of the
 * program. `cmake --build DIR --target generate` rewrites them all; a test fails when one differs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "commands/help.h"
#include "scenario/load.h"

static char *schema_text(json_t *schema)
{
    _cleanup_json_ json_t *owned = schema;
    return json_pretty(owned);
}

static char *make_schema(void)
{
    return schema_text(schema_make());
}

static char *make_target_schema(void)
{
    return schema_text(target_schema_make());
}

static const struct {
    const char *name;
    char *(*make)(void);
} files[] = {
    {"schema", make_schema},
    {"target-schema", make_target_schema},
    {"reference", reference_make},
    {"man", man_make},
};

int main(int count, char **words)
{
    for (size_t i = 0; count == 2 && i < sizeof files / sizeof *files; i++) {
        if (strcmp(words[1], files[i].name) != 0)
            continue;
        _cleanup_free_ char *text = files[i].make();
        return fputs(text, stdout) == EOF || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    fputs("usage: leakgate_generate schema|target-schema|reference|man\n", stderr);
    return EXIT_FAILURE;
}
