/*
 * The recordings of a report, drawn again for its page by the emulator that the target was driven
 * with. Each is drawn in a process of its own: what it holds may be the very output that a worker
 * did not survive, and the report of all scenarios must not end with it.
 */
#pragma once

#include "result/result.h"

/* Fills each scenario's recording, of the attempt that tells most, as far as the page has room; in
 * the order of the page. */
void recordings_draw(struct suite_result *suite);
