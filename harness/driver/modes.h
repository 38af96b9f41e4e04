/* What the target has asked its terminal for, as far as input and frames depend on it. */
#ifndef LEAKGATE_DRIVER_MODES_H
#define LEAKGATE_DRIVER_MODES_H

#include <stdbool.h>

struct modes {
    bool in_update;          /* DECSET 2026: a frame is being drawn */
    bool paste;              /* DECSET 2004 */
    int mouse;               /* DECSET 1000, 1002 or 1003, whichever came last; 0: no mouse */
    bool mouse_sgr;          /* DECSET 1006 */
    bool application_cursor; /* DECCKM */
    bool no_wrap;            /* DECAWM reset */
    bool insert;             /* IRM */
    bool alternate;          /* the alternate screen */
};

#endif
