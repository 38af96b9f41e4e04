/*
 * The PATH of the world: its bin/ and nothing else.
 *
 * A declared tool is a shim there: a script that appends one line, the tool's name, to the spawn
 * log and becomes the real program, with its arguments, status and signals. So a tool that ran for
 * a millisecond is counted as surely as one that is seen alive. Only starts by way of the PATH
 * count: what a program starts by absolute path (git its own helpers) does not.
 */
#ifndef LEAKGATE_WORLD_TOOLS_H
#define LEAKGATE_WORLD_TOOLS_H

/* The absolute path of an executable on leakgate's own PATH; NULL when there is none. The caller
 * frees it. */
char *tool_find(const char *name);

#endif
