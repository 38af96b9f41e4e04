/*
 * What the Go runtime keeps for goroutines that are gone.
 *
 * It never frees the descriptor of a goroutine (a g of 448 B) nor the sudogs it waited with (112 B
 * each, one per case of a select): they are kept for the next one. So a burst of goroutines raises
 * the heap for good, by the most there ever were at once, and a backlog that drains would look like
 * a leak of memory. Measured on Sidecar v1.3.0 with Go 1.26.8: 99 more goroutines, all gone after
 * the drain, left 658 B each.
 */
#pragma once

#include "verdict/ledger.h"

/*
 * Takes it off what a ledger says of the heap, once, before growth is judged.
 *
 * Off the stacks: heap profiles hide the runtime's frames at the leaf, so sudogs and slots of
 * timers are charged to the function that waits, under the very key of the waiting goroutine. Where
 * nobody waits at that moment, what has a sudog's size is taken off as far as the most goroutines
 * have risen: 60 of them came at Bubble Tea's Send on a busy machine, in a backlog of 111
 * goroutines. Up to 64 of that size come without a backlog as well, and are ignored.
 *
 * Off the total, by the row ignored_bytes: the descriptors as the profile shows them (their stacks
 * are ignored; between two samples there may have been many more goroutines than at either), the
 * sudogs by the most goroutines that were seen.
 *
 * The stacks of a locating run are left as they are: it finds the step of what was judged already.
 */
void runtime_memory_correct(struct ledger *ledger);
