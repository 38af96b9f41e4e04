/*
 * Starting a program, in a pseudo-terminal or without one, and making sure that nothing of it is
 * left (descendants.c).
 *
 * The child has a session of its own with the pty as controlling terminal on standard input and
 * output, standard error to a file, default signals, an empty signal mask, no other descriptors,
 * and dies with its parent (PR_SET_PDEATHSIG).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strings.h"
#include "probes/procfs.h"

struct process {
    pid_t pid;
    int pidfd;  /* readable when it has ended */
    int master; /* the pty, non-blocking; -1 for a process without one */
    int status; /* wait status once reaped; SIGKILL when process_end_descendants did it */
    bool reaped;
};

struct process_options {
    const char *program; /* path */
    char *const *argv;
    char *const *environment;
    const char *directory;
    int rows, columns;  /* of the pty; set before exec, tab expansion on (TAB3) */
    int standard_error; /* descriptor; -1: /dev/null */
    bool pty;           /* false: stdin /dev/null, stdout to standard_error's file */
    size_t file_bytes;  /* limit of every file it writes, standard_error's too; 0: none */
};

/* Returns after exec has succeeded (a close-on-exec pipe tells): LG_ERROR_TARGET with the errno of
 * the failing step otherwise. */
bool process_start(const struct process_options *options, struct process *process,
                   struct lg_error *err);
/* Reaps it when it has ended, without blocking. True once it is reaped. */
bool process_reap(struct process *process);
/* Processor time that it and its descendants that are alive have used, in seconds; what cannot be
 * read counts as none. */
double process_cpu_seconds(const struct process *process);
/* For people: "exit status 1", "killed by signal 11 (Segmentation fault)". */
void process_describe(int wait_status, char *text, size_t size);
/* Sends SIGTERM to its group, closes the pty, waits up to grace_ms on the pidfd, then SIGKILL.
 * Closes what it owns; a second call does nothing. Afterwards status is valid when reaped is true.
 */
void process_end(struct process *process, int64_t grace_ms);

/* Bytes written to the pty's master that nobody has read yet; 0 when that cannot be determined. The
 * terminal has to be in raw mode: a line that is still edited does not count. */
size_t process_unread(const struct process *process);

bool process_resize(const struct process *process, int rows, int columns, struct lg_error *err);

/* Makes this process the one that adopts orphans among its descendants. */
bool process_become_subreaper(struct lg_error *err);

/* Reaps the adopted children of this subreaper that have ended; `own` is a child that somebody
 * waits for. */
void process_reap_adopted(pid_t own);

/* Ends every descendant of this process: SIGTERM (unless grace_ms is 0), after grace_ms SIGKILL,
 * in a loop over /proc/self/task/<tid>/children with waitpid(WNOHANG) until none is left or the
 * deadline has passed; also daemons that forked twice, called setsid and ignore signals, because
 * this process is a subreaper. `spare` is a pid to leave alone with all below it (0: none). Names
 * of what had to be killed, at most LIMIT_PROCESS_NAMES, are appended to *killed when it is not
 * NULL. True when nothing is left. Reaps every child but `spare`: a struct process of one that was
 * still running counts as killed after that. */
bool process_end_descendants(pid_t spare, int64_t grace_ms, int64_t deadline,
                             struct string_list *killed);
/* What /proc says of any process now; false where it is gone. */
bool process_stat(pid_t pid, struct proc_stat *stat);
/* "NAME (pid)" of every descendant that is alive now, zombies left out. */
void process_descendants_alive(pid_t spare, struct string_list *names);
