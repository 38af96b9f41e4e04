/*
 * What `leakgate init` finds out of a program, and the files made of it. Pure: text in, text out.
 */
#pragma once

#include "base/buffer.h"
#include "scenario/plan.h"

/* Owned by the caller, all of it. */
struct target_draft {
    char *name;
    char *program;              /* as leakgate.yaml has it; NULL: its name is on PATH */
    char *build;                /* NULL: nobody builds it */
    struct string_list command; /* its name, then its arguments */
    struct string_list flags;   /* arguments that open pprof */
    char *variable;             /* by which pprof is opened ... NULL: by none */
    char *value;
    bool without_pprof;
    int heap_rate; /* which it keeps, whatever is asked for; 0: it takes the one asked for */
    char *ready;             /* what is on the screen then; NULL: anything */
    struct string_list quit; /* keys */
    int status;              /* with which it ends then */
    struct region *regions;  /* what changes by itself */
    size_t region_count;
    bool is_go_module; /* of the workflow: go.mod says which Go */
};
void target_draft_free(struct target_draft *draft);

/* Adds what stands between blanks. */
void words_add(struct string_list *list, const char *text);
/* How a person says how pprof is opened: "none"; "NAME=VALUE", a variable; "-flag ...", arguments;
 * "always". Replaces what the draft said of it; false where it is none of these. */
bool target_draft_take_pprof(struct target_draft *draft, const char *word);
/* Names of keys, separated by blanks; false where one is none, *wrong of them, or there is none. */
bool target_draft_take_quit(struct target_draft *draft, const char *keys, char **wrong);
/* Rows in which the screens, of one height, are not all alike. */
void target_draft_take_changes(struct target_draft *draft, const struct string_list *screens,
                               size_t count);

void target_draft_drop_changes(struct target_draft *draft);

void target_write(const struct target_draft *draft, struct buffer *yaml);
void idle_write(const struct target_draft *draft, struct buffer *yaml);
void project_write(const struct target_draft *draft, struct buffer *yaml);
void workflow_write(const struct target_draft *draft, struct buffer *yaml);

/* The argument by which a program opens pprof, as its help tells: that of the first line that
 * speaks of pprof, else of profiling. NULL: none. The caller frees it. */
char *pprof_flag_of_help(const char *help);
/* The variable that names pprof among the texts of a program: MYAPP_PPROF. NULL: none. The caller
 * frees it. */
char *pprof_variable_of_program(const char *bytes, size_t length);
