/* What the program says of itself, before it is started as the target. */
#ifndef LEAKGATE_MEASURE_IDENTIFY_H
#define LEAKGATE_MEASURE_IDENTIFY_H

#include "base/loop.h"
#include "world/world.h"

/* The first line that `program` prints with the target file's version_arguments, within 5 s; ""
 * when there are none or it says nothing. The caller frees it. */
char *identify_version(struct loop *loop, const struct world *world, const char *program);

#endif
