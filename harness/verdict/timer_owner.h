/*
 * Who made the timers that goroutines wait for. A goroutine in bubbletea.Tick.func does not name
 * the one that asked for the tick, who returned long ago; the heap's stack of the timer does:
 * time.NewTimer < bubbletea.Tick < the owner.
 */
#pragma once

#include <stdbool.h>

#include "verdict/ledger.h"

/* Does this key, or the rest of one, begin with what allocates a timer or what belongs to it? */
bool timer_is_made_at(const char *key);
/* Is this the heap stack of a timer that the function made in whose closure the goroutine waits? */
bool timer_is_of(const char *key, const char *goroutine);
/* "timers made by OWNER (+2.0 per iteration), ...", at most three owners, the largest first: each
 * waits for one, so the owners share the goroutines' growth as the sampled profile says. NULL
 * where no timers of the function it waits in became more. `goroutine` is an account of growing
 * goroutines, `per_iteration` its growth; *foremost becomes the first owner. The caller frees both.
 */
char *timer_owner_text(const struct ledger *ledger, const struct account *goroutine,
                       double per_iteration, char **foremost);
