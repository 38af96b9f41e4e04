/* `leakgate init`: from a program to a target file, a first scenario, a workflow and a green run.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "commands/build_program.h"
#include "commands/command.h"
#include "commands/trial_start.h"
#include "driver/wait_text.h"
#include "probes/build_info.h"
#include "world/home.h"

#define WORKFLOW_FILE ".github/workflows/leakgate.yml"
#define IDLE_FILE "scenarios/idle.yaml"

enum { LOOKS = 2, SCREENS = 2 * LOOKS };

/* Tried in this order, each in a fresh start. */
static const char *const quit_guesses[] = {"q",      "Ctrl-c",   "q Enter",      ": q Enter",
                                           "Ctrl-q", "Escape q", "Ctrl-c Enter", "q y"};

struct init {
    const struct arguments *arguments;
    bool asks; /* there is somebody to ask */
    struct target_draft draft;
    char *path; /* of the program, absolute; NULL: it is on PATH */
    struct string_list screens[SCREENS];
    size_t tried; /* quit guesses */
    int status;   /* not EXIT_PASS: it ends with that, and why has been said */
};

/* --- What is said and asked --- */

static bool ends(struct init *init, enum lg_error_class class, const char *text)
{
    struct lg_error err = {0};
    lg_fail(&err, class, 0, "%s", text);
    init->status = complain(&err);
    return false;
}

static bool ends_by(struct init *init, const struct lg_error *err)
{
    init->status = complain(err);
    return false;
}

static bool is_given(const struct init *init, enum option option)
{
    return option != OPTION_COUNT && option_given(init->arguments, option);
}

/* The option's value (OPTION_COUNT: there is none), or what is typed; the guess for an empty line.
 * NULL at the end of the input. The caller frees it. */
static char *answer_to(struct init *init, enum option option, const char *question,
                       const char *guess)
{
    char *line = NULL;
    size_t size = 0;
    _cleanup_free_ char *shown = text_harmless(text_or(guess, ""), false);
    if (!init->asks || is_given(init, option))
        return memory_copy_text(is_given(init, option) ? option_text(init->arguments, option)
                                                       : guess);
    do {
        printf("%s%s%s%s ", question, guess != NULL ? " [" : "", shown, guess != NULL ? "]" : "");
        fflush(stdout);
        if (getline(&line, &size, stdin) < 0) {
            free(line);
            init->status = EXIT_INPUT;
            return NULL;
        }
        line[strcspn(line, "\n")] = '\0';
    } while (*line == '\0' && guess == NULL);
    if (*line != '\0')
        return line;
    free(line);
    return memory_copy_text(guess);
}

/* A wrong answer: asked again where there is somebody to ask. */
static bool asks_again(struct init *init, enum option option, enum lg_error_class class,
                       const char *text)
{
    if (!init->asks || is_given(init, option))
        return ends(init, class, text);
    _cleanup_free_ char *shown = text_harmless(text, false);
    printf("%s\n", shown);
    return true;
}

static bool start(struct init *init, enum trial_kind kind, struct trial *trial)
{
    struct lg_error err = {0};
    fputs("starting it ...\n", stderr);
    bool tried = trial_start(&init->draft, init->path, kind, trial, &err);
    if (tried && trial->signal == 0)
        return true;
    init->status = tried ? 128 + trial->signal : complain(&err);
    trial_free(trial);
    return false;
}

/* --- The program --- */

/* NAME and where its package main is, as most repositories have it. */
static char *guess_build(void)
{
    _cleanup_buffer_ struct buffer module = BUFFER_INIT(LIMIT_PRINTED_BYTES);
    if (!file_read("go.mod", &module, LG_ERROR_INPUT, NULL) ||
        !text_starts(buffer_string(&module), "module "))
        return NULL;
    char *path = module.data + strlen("module ");
    path[strcspn(path, " \r\n")] = '\0';
    _cleanup_free_ char *command = memory_format("cmd/%s", path_base(path));
    if (access(command, F_OK) == 0)
        return memory_format("go build -o bin/%s ./%s", path_base(path), command);
    return access("main.go", F_OK) == 0 ? memory_format("go build -o bin/%s .", path_base(path))
                                        : NULL;
}

/* The file that a go build makes; NULL: it does not say. */
static char *built_by(const char *build)
{
    const char *at = strstr(build, " -o ");
    if (at == NULL)
        return NULL;
    at += strlen(" -o ");
    at += strspn(at, " ");
    return memory_copy_range(at, strcspn(at, " "));
}

static bool build(struct init *init)
{
    struct arguments arguments = {.command = COMMAND_RUN};
    string_list_add(&arguments.values[OPTION_BUILD], init->draft.build);
    init->status = build_program(&arguments);
    arguments_free(&arguments);
    return init->status == EXIT_PASS;
}

/* The name of target file and baselines: what names in scenarios are made of. */
static char *name_of(const char *program)
{
    char *name = memory_copy_text(path_base(program));
    for (char *c = name; *c != '\0'; c++)
        if (strchr("._-", *c) == NULL &&
            !((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')))
            *c = '-';
    return name;
}

/* "PROGRAM ARGUMENT...", or the go build that makes it. */
static bool take_program(struct init *init, const char *answer)
{
    struct target_draft *draft = &init->draft;
    char real[PATH_MAX];
    bool builds = text_starts(answer, "go build ");
    _cleanup_free_ char *words = builds ? built_by(answer) : memory_copy_text(answer);
    if (words == NULL)
        return ends(init, LG_ERROR_INPUT, "the go build needs -o PROGRAM");
    if (builds || option_given(init->arguments, OPTION_BUILD))
        draft->build =
            memory_copy_text(builds ? answer : option_text(init->arguments, OPTION_BUILD));
    if (draft->build != NULL && !build(init))
        return false;
    words_add(&draft->command, words);
    string_list_add_all(&draft->command, &init->arguments->operands);
    if (draft->command.count == 0)
        return ends(init, LG_ERROR_INPUT, "no program is named");
    _cleanup_free_ char *program = memory_copy_text(draft->command.items[0]);
    _cleanup_free_ char *found = tool_find(program);
    draft->name = name_of(program);
    if (found != NULL) {
        init->path = take_pointer(found);
        return true;
    }
    if (realpath(program, real) == NULL || access(real, X_OK) != 0) {
        _cleanup_free_ char *text =
            memory_format("there is no program %s that can be executed", program);
        return ends(init, LG_ERROR_INPUT, text);
    }
    free(draft->command.items[0]);
    draft->command.items[0] = memory_copy_text(path_base(program));
    draft->program = take_pointer(program);
    init->path = memory_copy_text(real);
    return true;
}

static bool find_program(struct init *init)
{
    _cleanup_free_ char *guess = guess_build();
    _cleanup_free_ char *answer =
        answer_to(init, OPTION_PROGRAM,
                  "Which program? A path with its arguments, or a go build -o PROGRAM:", guess);
    return answer != NULL && take_program(init, answer);
}

/* --- Its screen --- */

static void show_screen(const struct string_list *rows)
{
    size_t first = 0, last = rows->count;
    while (last > 0 && *rows->items[last - 1] == '\0')
        last--;
    while (first < last && *rows->items[first] == '\0')
        first++;
    for (size_t i = first; i < last; i++) {
        _cleanup_free_ char *row = text_harmless(rows->items[i], false);
        printf("    | %s\n", row);
    }
}

/* Two starts, each with another guess how it is quit. */
static bool look(struct init *init)
{
    for (size_t i = 0; i < LOOKS; i++) {
        struct trial trial;
        char *wrong;
        bool given = option_given(init->arguments, OPTION_QUIT);
        struct target_draft *draft = &init->draft;
        if (!given && draft->status < 0) {
            (void)!target_draft_take_quit(draft, quit_guesses[init->tried++], &wrong);
            free(wrong);
        }
        if (!start(init, TRIAL_LOOK, &trial))
            return false;
        bool shown = trial.screens[1].count > 0;
        for (size_t j = 0; j < COUNT_OF(trial.screens) && shown; j++)
            string_list_add_all(&init->screens[2 * i + j], &trial.screens[j]);
        if (draft->status < 0)
            draft->status = trial.status;
        _cleanup_free_ char *text =
            memory_format("it does not come up: %s\n%s", text_or(trial.problem, "it shows nothing"),
                          text_or(trial.words, ""));
        trial_free(&trial);
        if (!shown)
            return ends(init, LG_ERROR_TARGET, text);
    }
    return true;
}

static bool take_ready(struct init *init)
{
    struct string_list *blank = &(struct string_list){0};
    struct screen_change changes[SCREENS];
    const struct range all = {0, -1};
    for (size_t i = 0; i < init->screens[0].count; i++)
        string_list_add(blank, "");
    for (size_t i = 0; i < SCREENS; i++)
        changes[i] = (struct screen_change){blank, &init->screens[i]};
    _cleanup_free_ char *guess = wait_text_shown(changes, SCREENS, all);
    string_list_free(blank);
    if (init->asks) {
        printf("\nThis is what it shows:\n");
        show_screen(&init->screens[SCREENS - 1]);
    }
    for (;;) {
        bool shown = true;
        char *answer = answer_to(init, OPTION_READY, "\nWhich text says that it is ready?", guess);
        if (answer == NULL)
            return false;
        for (size_t i = 0; i < SCREENS; i++)
            shown = shown && rows_contain(&init->screens[i], all, answer);
        init->draft.ready = answer;
        if (shown)
            return true;
        _cleanup_free_ char *text =
            memory_format("\"%s\" does not stand on its screen each time it is started", answer);
        free(answer);
        init->draft.ready = NULL;
        if (!asks_again(init, OPTION_READY, LG_ERROR_TARGET, text))
            return false;
    }
}

/* What is left out can be put back by hand; what is not is found out by the first red run. */
static bool take_changes(struct init *init)
{
    struct target_draft *draft = &init->draft;
    target_draft_take_changes(draft, init->screens, SCREENS);
    if (draft->region_count == 0 || !init->asks)
        return true;
    printf("\nThese rows change by themselves, or from start to start:\n");
    for (size_t i = 0; i < draft->region_count; i++)
        for (int row = draft->regions[i].rows.first; row <= draft->regions[i].rows.last; row++) {
            _cleanup_free_ char *text = text_harmless(init->screens[SCREENS - 1].items[row], false);
            printf("    %2d | %s\n", row, text);
        }
    _cleanup_free_ char *answer =
        answer_to(init, OPTION_COUNT, "Leave them out when screens are compared?", "yes");
    if (answer != NULL && *answer == 'n')
        target_draft_drop_changes(draft);
    return answer != NULL;
}

/* --- Its end --- */

/* Does it end by these keys? The draft knows the status then. */
static bool try_quit(struct init *init)
{
    struct trial trial;
    if (!start(init, TRIAL_LOOK, &trial))
        return false;
    init->draft.status = trial.status;
    trial_free(&trial);
    return true;
}

static bool take_quit(struct init *init)
{
    struct target_draft *draft = &init->draft;
    bool given = option_given(init->arguments, OPTION_QUIT);
    while (!given && draft->status < 0 && init->tried < COUNT_OF(quit_guesses)) {
        char *wrong;
        (void)!target_draft_take_quit(draft, quit_guesses[init->tried++], &wrong);
        free(wrong);
        if (!try_quit(init))
            return false;
    }
    for (;;) {
        const char *guess = draft->status < 0 ? NULL
                            : given           ? option_text(init->arguments, OPTION_QUIT)
                                              : quit_guesses[init->tried - 1];
        _cleanup_free_ char *answer = answer_to(init, OPTION_QUIT, "\nWhich keys end it?", guess);
        _cleanup_free_ char *wrong = NULL, *text = NULL;
        if (answer == NULL)
            return false;
        bool known = guess != NULL && strcmp(answer, guess) == 0;
        bool keys = target_draft_take_quit(draft, answer, &wrong);
        if (keys && !known && !try_quit(init))
            return false;
        if (keys && draft->status >= 0)
            return true;
        text = keys ? memory_format("it does not end within 5 s of %s", answer)
                    : memory_format("\"%s\" is no key; keys are q, Ctrl-c, Enter, Escape", wrong);
        draft->status = -1;
        if (!asks_again(init, OPTION_QUIT, keys ? LG_ERROR_TARGET : LG_ERROR_INPUT, text))
            return false;
    }
}

/* --- Its pprof --- */

static char *guess_pprof(struct init *init, bool links)
{
    struct stat status;
    char *guess = NULL;
    if (!links)
        return memory_copy_text("none");
    _cleanup_close_ int fd = open(init->path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &status) == 0) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED) {
            _cleanup_free_ char *name = pprof_variable_of_program(bytes, (size_t)status.st_size);
            guess = name != NULL ? memory_format("%s=0", name) : NULL;
            munmap(bytes, (size_t)status.st_size);
        }
    }
    if (guess != NULL)
        return guess;
    struct trial trial;
    if (!start(init, TRIAL_HELP, &trial))
        return NULL;
    guess = pprof_flag_of_help(text_or(trial.help, ""));
    trial_free(&trial);
    return guess != NULL ? guess : memory_copy_text("always");
}

static void print_four_lines(const char *name)
{
    _cleanup_free_ char *upper = memory_copy_text(name);
    for (char *c = upper; *c != '\0'; c++)
        *c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : strchr(".-", *c) != NULL ? '_' : *c;
    printf(
        "\nIt is a Go program without pprof: its goroutines and heap cannot be judged. Four lines "
        "of Go\nadd it (imports net/http, _ \"net/http/pprof\" and os):\n\n"
        "    // Only when it is asked for, and on a port that the system chooses for 0.\n"
        "    if port := os.Getenv(\"%s_PPROF\"); port != \"\" {\n"
        "        go http.ListenAndServe(\"127.0.0.1:\"+port, nil)\n"
        "    }\n\n"
        "Until then all else is judged: `pprof: none`.\n",
        upper);
}

/* 1: it answers, or need not; 0: it does not; -1: it ends here. */
static int try_pprof(struct init *init, char **why)
{
    struct trial trial;
    if (init->draft.without_pprof)
        return 1;
    if (!start(init, TRIAL_PPROF, &trial))
        return -1;
    bool answers = trial.sampled;
    init->draft.heap_rate = trial.heap_rate;
    *why = memory_copy_text(text_or(trial.problem, "pprof never answered"));
    trial_free(&trial);
    return answers;
}

static bool take_pprof(struct init *init)
{
    struct build_info info;
    build_info_read(init->path, &info);
    bool links = build_links_pprof(init->path);
    _cleanup_free_ char *guess = NULL;
    if (!option_given(init->arguments, OPTION_PPROF) && (guess = guess_pprof(init, links)) == NULL)
        return false;
    if (*info.go_version != '\0' && !links)
        print_four_lines(init->draft.name);
    for (;;) {
        _cleanup_free_ char *answer =
            answer_to(init, OPTION_PPROF,
                      "\nHow is it told to serve pprof? NAME=VALUE, -flag, always or none:", guess);
        _cleanup_free_ char *why = NULL;
        if (answer == NULL)
            return false;
        bool understood = target_draft_take_pprof(&init->draft, answer);
        int answers = understood ? try_pprof(init, &why) : 0;
        if (answers != 0)
            return answers > 0;
        _cleanup_free_ char *text =
            understood
                ? memory_format("with %s it does not: %s", answer, why)
                : memory_format("\"%s\" is neither NAME=VALUE, -flag, always nor none", answer);
        if (!asks_again(init, OPTION_PPROF, understood ? LG_ERROR_TARGET : LG_ERROR_INPUT, text))
            return false;
        free(guess);
        guess = memory_copy_text("none");
    }
}

/* --- The files --- */

static char *target_path(const struct target_draft *draft)
{
    return memory_format("scenarios/targets/%s.yaml", draft->name);
}

static bool refuse_existing(struct init *init, const char *path)
{
    struct stat status;
    if (path == NULL || lstat(path, &status) != 0)
        return true;
    _cleanup_free_ char *text = memory_format("%s exists; init overwrites nothing", path);
    return ends(init, LG_ERROR_INPUT, text);
}

static bool write_files(struct init *init)
{
    const struct target_draft *draft = &init->draft;
    _cleanup_free_ char *target = target_path(draft);
    const struct {
        const char *path, *directory;
        void (*write)(const struct target_draft *draft, struct buffer *yaml);
    } files[] = {{target, "scenarios/targets", target_write},
                 {IDLE_FILE, "scenarios", idle_write},
                 {WORKFLOW_FILE, ".github/workflows", workflow_write},
                 {PROJECT_FILE, ".", project_write}};
    struct lg_error err = {0};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        _cleanup_buffer_ struct buffer text = {0};
        files[i].write(draft, &text);
        if (!directory_make(files[i].directory, 0755, &err))
            return ends_by(init, &err);
        _cleanup_close_ int fd =
            open(files[i].path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
            lg_fail(&err, LG_ERROR_INTERNAL, errno, "cannot write %s", files[i].path);
        if (fd < 0 || !file_write_all(fd, buffer_string(&text), text.length, &err))
            return ends_by(init, &err);
        printf("wrote %s\n", files[i].path);
    }
    return true;
}

static void run_idle(struct init *init)
{
    struct arguments arguments = {.command = COMMAND_RUN};
    struct diagnostics problems = {0};
    string_list_add(&arguments.operands, "idle");
    printf("\nIt starts in an empty home, with a PATH of its own: sh, ls and their like; `tools: "
           "[git]` in\nthe target file adds others. Now it rests for a minute:\n\n");
    fflush(stdout);
    init->status = EXIT_INPUT;
    if (arguments_find_project(&arguments, &problems))
        init->status = command_run(&arguments);
    complain_of_all(&problems);
    arguments_free(&arguments);
}

static void print_next_steps(const struct init *init)
{
    static const char packaged[] = "/usr/share/leakgate/ci/pre-push";
    const struct target_draft *draft = &init->draft;
    if (init->status != EXIT_PASS) {
        printf("\nIdle is not green yet. The report says why; change the files, then: leakgate run "
               "idle\n");
        return;
    }
    printf("\nIdle is green. In " WORKFLOW_FILE ", OWNER and COMMIT are still to be filled in%s.\n"
           "To run it before each push, as a git hook:\n\n"
           "    ln -s %s .git/hooks/pre-push\n",
           draft->build == NULL ? ", and the program to be built" : "",
           access(packaged, F_OK) == 0 ? packaged : "PATH/TO/leakgate/ci/pre-push");
    if (draft->program != NULL)
        printf("    git config leakgate.program %s\n", draft->program);
    if (draft->build != NULL) {
        _cleanup_free_ char *quoted = shell_quoted(draft->build);
        printf("    git config leakgate.build %s\n", quoted);
    }
    printf(
        "\nMore scenarios: `leakgate record NAME` takes one down while you play it, and `leakgate "
        "explore`\nfinds round trips by itself.\n");
}

/* --- All of it --- */

static bool begin(struct init *init)
{
    static const enum option needed[] = {OPTION_PROGRAM, OPTION_PPROF, OPTION_READY, OPTION_QUIT};
    static const char *const written[] = {PROJECT_FILE, IDLE_FILE, WORKFLOW_FILE};
    init->asks = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    for (size_t i = 0; i < COUNT_OF(written); i++)
        if (!refuse_existing(init, written[i]))
            return false;
    for (size_t i = 0; i < COUNT_OF(needed) && !init->asks; i++)
        if (!option_given(init->arguments, needed[i]))
            return ends(init, LG_ERROR_INPUT,
                        "init asks questions, and this is no terminal; give --program, --pprof, "
                        "--ready and --quit");
    init->draft.is_go_module = access("go.mod", F_OK) == 0;
    init->draft.status = -1;
    if (option_given(init->arguments, OPTION_QUIT)) {
        _cleanup_free_ char *wrong = NULL;
        if (!target_draft_take_quit(&init->draft, option_text(init->arguments, OPTION_QUIT),
                                    &wrong)) {
            _cleanup_free_ char *text = memory_format("--quit: \"%s\" is no key", wrong);
            return ends(init, LG_ERROR_INPUT, text);
        }
    }
    return true;
}

int command_init(const struct arguments *arguments)
{
    struct init init = {.arguments = arguments};
    if (begin(&init) && find_program(&init)) {
        _cleanup_free_ char *target = target_path(&init.draft);
        if (refuse_existing(&init, target) && look(&init) && take_pprof(&init) &&
            take_ready(&init) && take_changes(&init) && take_quit(&init) && write_files(&init)) {
            run_idle(&init);
            print_next_steps(&init);
        }
    }
    for (size_t i = 0; i < SCREENS; i++)
        string_list_free(&init.screens[i]);
    target_draft_free(&init.draft);
    free(init.path);
    return init.status;
}
