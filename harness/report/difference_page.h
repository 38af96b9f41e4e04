/* What `leakgate diff` found, as sections of its page (report/html.h). */
#pragma once

#include <jansson.h>

#include "verdict/profile_top.h"
#include "verdict/rest_difference.h"

/* `object` is what profile_to_json says of it; its stacks were kept. */
void profile_sections(const struct profile_top *top, const json_t *object, json_t *sections);
/* `object` is what rest_difference_to_json says of it; `name` is the scenario's. */
void rest_difference_sections(const struct rest_difference *difference, const char *name,
                              const json_t *object, json_t *sections);
