/* Where the program's source can be seen of the places that findings name: on the site of its
 * repository, and the lines around them in the working directory. */
#pragma once

#include <stddef.h>

#include "base/strings.h"
#include "journal/record.h"
#include "result/forge.h"
#include "verdict/judgement.h"

struct source {
    char *place;              /* "internal/app/update.go:653", as the findings say it */
    char *link;               /* NULL: none that is sure */
    char *file;               /* in the working directory; NULL: it, or its line, is not there */
    unsigned line;            /* of the place */
    unsigned first;           /* the number of the first of `lines` */
    struct string_list lines; /* around it */
};

struct sources {
    struct source *items;
    size_t count;
    size_t capacity;
};

/* Those of all findings, once. Files are looked for where go.mod names the target's module. */
void sources_find(struct sources *sources, const struct judgement *judgement,
                  const struct journal_target *target, const struct forge *forge);
/* NULL: there is none of this place, which may be NULL. */
const struct source *source_at(const struct sources *sources, const char *place);
void sources_free(struct sources *sources);
