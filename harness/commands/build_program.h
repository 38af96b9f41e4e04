/* The program is built before it runs: --build, or `build` of the project file. */
#pragma once

#include "commands/options.h"

/* The exit status: EXIT_INPUT where the command fails, 128 + n where signal n ended it. */
int build_program(const struct arguments *arguments);
