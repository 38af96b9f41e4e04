/* What a person did by hand (run_options.terminal) becomes a scenario in the run's directory: by
 * this name, for a replay (driver/taken.h). Its iteration ends with a rest of RECORD_REST_MS. */
#pragma once

#define TAKEN_FILE "taken.yaml"
/* Marks the start of the round trip, and its end. */
#define MARK_KEY_NAME "Ctrl-]"
