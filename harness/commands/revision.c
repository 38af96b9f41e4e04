#include "commands/revision.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/text_layout.h"
#include "scenario/load.h"
#include "world/git.h"
#include "world/home.h"

/* What is asked of git, but for files, is one line with at most a path in it. */
enum { ENTRY_LONGEST = 8192 };

/* Without what would send git to another repository than the one that the file lies in: git itself
 * sets these where leakgate is run by a hook. */
static void gather_environment(struct string_list *environment)
{
    static const char *const misleading[] = {
        "GIT_DIR=",    "GIT_WORK_TREE=", "GIT_INDEX_FILE=", "GIT_COMMON_DIR=",
        "GIT_PREFIX=", "GIT_NAMESPACE=", "LC_ALL="};
    for (char **variable = environ; *variable != NULL; variable++) {
        bool kept = true;
        for (size_t i = 0; i < COUNT_OF(misleading); i++)
            kept = kept && !text_starts(*variable, misleading[i]);
        if (kept)
            string_list_add(environment, *variable);
    }
    string_list_add(environment, "LC_ALL=C");
    string_list_add(environment, "GIT_OPTIONAL_LOCKS=0");
}

/* The nearest directory above `path` that exists, and the path from there: a file, or all of its
 * directory, may be gone from the working tree. Both are the caller's. */
static char *locate(const char *path, char **relative)
{
    _cleanup_free_ char *above = memory_copy_text(path);
    struct stat status;
    for (char *slash; (slash = strrchr(above, '/')) != NULL && slash != above;) {
        *slash = '\0';
        if (stat(above, &status) == 0 && S_ISDIR(status.st_mode)) {
            *relative = memory_format("./%s", path + strlen(above) + 1);
            return take_pointer(above);
        }
    }
    *relative = memory_format("./%s", path + strspn(path, "/"));
    return memory_copy_text(path[0] == '/' ? "/" : ".");
}

static bool ask(const struct revision *revision, const char *directory,
                const char *const *arguments, struct buffer *out, int *status, char **complaint,
                struct lg_error *err)
{
    struct git git = {.program = revision->program,
                      .environment = revision->environment.items,
                      .directory = directory,
                      .input = -1};
    return git_ask(&git, arguments, out, status, complaint, err);
}

static bool is_hash(const char *text)
{
    size_t length = strlen(text);
    return (length == HASH_SHORTEST || length == HASH_LONGEST) &&
           strspn(text, "0123456789abcdef") == length;
}

static bool find_commit(struct revision *revision, const char *path, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(ENTRY_LONGEST);
    _cleanup_free_ char *relative = NULL;
    _cleanup_free_ char *directory = locate(path, &relative);
    _cleanup_free_ char *complaint = NULL;
    _cleanup_free_ char *wanted = memory_format("%s^{commit}", revision->name);
    const char *arguments[] = {"rev-parse",        "--verify", "--quiet",
                               "--end-of-options", wanted,     NULL};
    int status = 0;
    if (!ask(revision, directory, arguments, &out, &status, &complaint, err))
        return false;
    if (status != 0 && complaint[0] != '\0')
        return lg_fail(err, LG_ERROR_INPUT, 0, "revision %s: git in %s says: %s", revision->name,
                       directory, complaint);
    _cleanup_free_ char *hash =
        memory_copy_range(buffer_string(&out), strcspn(buffer_string(&out), "\n"));
    if (status != 0 || !is_hash(hash))
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "revision %s: there is no such revision here; a shallow clone has only the "
                       "last one: fetch it first",
                       revision->name);
    memcpy(revision->commit, hash, strlen(hash) + 1);
    return true;
}

static struct revision *revision_new(const char *name)
{
    struct revision *revision = memory_new(struct revision);
    revision->name = memory_copy_text(name);
    revision->program = tool_find("git");
    gather_environment(&revision->environment);
    return revision;
}

struct revision *revision_open(const char *directory, const char *name, struct lg_error *err)
{
    if (name[0] == '-')
        return lg_fail_null(err, LG_ERROR_INPUT, 0, "revision %s: no revision begins with a dash",
                            name);
    struct revision *revision = revision_new(name);
    _cleanup_free_ char *inside = path_join(directory, "x");
    if (revision->program == NULL)
        lg_fail(err, LG_ERROR_INPUT, 0, "revision %s: there is no git on PATH", name);
    else if (find_commit(revision, inside, err))
        return revision;
    revision_close(revision);
    return NULL;
}

/* The first line of what git answers; NULL where it has none. The caller frees it. */
static char *ask_line(const struct revision *revision, const char *directory,
                      const char *const *arguments)
{
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(ENTRY_LONGEST);
    _cleanup_free_ char *complaint = NULL;
    int status = 0;
    if (!ask(revision, directory, arguments, &out, &status, &complaint, NULL) || status != 0)
        return NULL;
    const char *text = buffer_string(&out);
    return *text != '\0' && *text != '\n' ? memory_copy_range(text, strcspn(text, "\n")) : NULL;
}

/* Where HEAD left this branch; false where there is no such branch. */
static bool find_merge_base(struct revision *revision, const char *directory, const char *branch)
{
    const char *base[] = {"merge-base", "HEAD", branch, NULL};
    const char *abbreviate[] = {"rev-parse", "--abbrev-ref", branch, NULL};
    _cleanup_free_ char *hash = ask_line(revision, directory, base);
    _cleanup_free_ char *name = ask_line(revision, directory, abbreviate);
    if (hash == NULL || !is_hash(hash) || name == NULL)
        return false;
    memcpy(revision->commit, hash, strlen(hash) + 1);
    free(revision->name);
    revision->name = take_pointer(name);
    return true;
}

struct revision *revision_open_base(const char *directory, struct lg_error *err)
{
    static const char *const branches[] = {"origin/HEAD", "@{upstream}"};
    _cleanup_free_ char *inside = path_join(directory, "x");
    _cleanup_free_ char *relative = NULL;
    _cleanup_free_ char *near = locate(inside, &relative);
    struct revision *revision = revision_new("HEAD");
    for (size_t i = 0; revision->program != NULL && i < COUNT_OF(branches); i++)
        if (find_merge_base(revision, near, branches[i]))
            return revision;
    revision_close(revision);
    return revision_open(directory, "HEAD", err);
}

void revision_close(struct revision *revision)
{
    if (revision == NULL)
        return;
    string_list_free(&revision->environment);
    free_all(revision->name, revision->program, revision);
}

static bool ask_for_file(const struct revision *revision, const char *directory, const char *path,
                         const char *const *arguments, struct buffer *out, struct lg_error *err)
{
    _cleanup_free_ char *complaint = NULL;
    int status = 0;
    if (!ask(revision, directory, arguments, out, &status, &complaint, err))
        return false;
    return status == 0 || lg_fail(err, LG_ERROR_INPUT, 0, "cannot read %s of %s: git says: %s",
                                  path, revision->name, complaint);
}

bool revision_read(const struct revision *revision, const char *path, struct buffer *out,
                   bool *exists, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer entry = BUFFER_INIT(ENTRY_LONGEST);
    _cleanup_free_ char *relative = NULL;
    _cleanup_free_ char *directory = locate(path, &relative);
    const char *list[] = {"--literal-pathspecs", "ls-tree", revision->commit, "--", relative, NULL};
    if (!ask_for_file(revision, directory, path, list, &entry, err))
        return false;
    *exists = entry.length > 0;
    if (!*exists)
        return true;
    /* "100644 blob HASH\tPATH": a link or a directory is no file. */
    const char *text = buffer_string(&entry);
    bool is_file = text_starts(text, "100644 blob ") || text_starts(text, "100755 blob ");
    const char *start = is_file ? text + strlen("100644 blob ") : "";
    _cleanup_free_ char *hash = memory_copy_range(start, strcspn(start, "\t"));
    if (!is_hash(hash))
        return lg_fail(err, LG_ERROR_INPUT, 0, "%s of %s is not a plain file", path,
                       revision->name);
    const char *show[] = {"cat-file", "blob", hash, NULL};
    return ask_for_file(revision, directory, path, show, out, err);
}

/* From the text on `input` to the file of that path. Outside of any repository, and by nobody's
 * configuration: the answer depends on the two texts alone. */
static bool ask_for_hunks(const struct revision *revision, int input, const char *path,
                          struct buffer *out, struct lg_error *err)
{
    static char *const environment[] = {"GIT_DIR=/nonexistent", "GIT_CONFIG_NOSYSTEM=1",
                                        "GIT_ATTR_NOSYSTEM=1", "LC_ALL=C", NULL};
    const char *arguments[] = {
        "diff", "--no-index", "--no-color", "--no-ext-diff", "--text", "-U3", "--no-textconv", "--",
        "-",    path,         NULL};
    struct git git = {
        .program = revision->program, .environment = environment, .directory = ".", .input = input};
    _cleanup_free_ char *complaint = NULL;
    int status = 0;
    if (!git_ask(&git, arguments, out, &status, &complaint, err))
        return false;
    return status <= 1 ||
           lg_fail(err, LG_ERROR_INPUT, 0, "git diff of %s says: %s", path, complaint);
}

bool revision_difference(const struct revision *revision, const char *path, bool *exists,
                         char **difference, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer old = BUFFER_INIT(LIMIT_YAML_BYTES);
    _cleanup_buffer_ struct buffer new = BUFFER_INIT(LIMIT_YAML_BYTES);
    /* One byte more in each line of both, which are no shorter than the byte and its newline. */
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(4 * LIMIT_YAML_BYTES);
    if (!revision_read(revision, path, &old, exists, err))
        return false;
    if (!*exists)
        return true;
    if (!file_read(path, &new, LG_ERROR_INPUT, err))
        return false;
    if (old.length == new.length &&
        memcmp(buffer_string(&old), buffer_string(&new), old.length) == 0)
        return true;
    /* git is given the file itself, not a link to it; and no descriptor that may be its standard
     * input already. */
    _cleanup_free_ char *file = realpath(path, NULL);
    _cleanup_close_ int input = file_above_standard(file_in_memory("revision"));
    if (input < 0 || file == NULL)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a file for git's input");
    if (!file_write_all(input, buffer_string(&old), old.length, err))
        return false;
    lseek(input, 0, SEEK_SET);
    if (!ask_for_hunks(revision, input, file, &out, err))
        return false;
    const char *hunks = strstr(buffer_string(&out), "\n@@");
    _cleanup_free_ char *whole = memory_format("--- %s:%s\n+++ %s%s", revision->name, path, path,
                                               hunks != NULL ? hunks : "\n");
    *difference = text_shortened(whole, LIMIT_DIFFERENCE_BYTES);
    return true;
}

bool revision_knows(const struct revision *revision, const char *path)
{
    _cleanup_free_ char *relative = NULL;
    _cleanup_free_ char *directory = locate(path, &relative);
    _cleanup_free_ char *commit = memory_format("%s^{commit}", revision->commit);
    const char *arguments[] = {"rev-parse", "--verify", "--quiet", commit, NULL};
    _cleanup_free_ char *hash = ask_line(revision, directory, arguments);
    return hash != NULL;
}

bool revision_list(const struct revision *revision, const char *directory, const char *suffix,
                   struct string_list *paths, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(LIMIT_JSON_BYTES);
    _cleanup_free_ char *inside = path_join(directory, "x");
    _cleanup_free_ char *relative = NULL;
    _cleanup_free_ char *near = locate(inside, &relative);
    relative[strlen(relative) - 1] = '\0';
    const char *list[] = {"--literal-pathspecs", "ls-tree",        "-z", "-r",     "--name-only",
                          "--full-name",         revision->commit, "--", relative, NULL};
    if (!ask_for_file(revision, near, directory, list, &out, err))
        return false;
    /* By what follows the directory, however it is called from the top of the repository. */
    const char *prefix[] = {"rev-parse", "--show-prefix", NULL};
    _cleanup_free_ char *top = ask_line(revision, near, prefix);
    size_t skipped = (top != NULL ? strlen(top) : 0) + strlen(relative) - strlen("./");
    const char *text = buffer_string(&out);
    for (size_t at = 0; at < out.length; at += strlen(text + at) + 1)
        if (strlen(text + at) > skipped && text_ends(text + at, suffix)) {
            _cleanup_free_ char *path = path_join(directory, text + at + skipped);
            string_list_add_once(paths, path);
        }
    string_list_sort(paths);
    return true;
}

bool revision_baseline(const struct revision *revision, const char *path,
                       struct baseline **baseline, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_JSON_BYTES);
    _cleanup_free_ char *source = memory_format("%s:%s", revision->name, path);
    bool exists = false;
    if (!revision_read(revision, path, &text, &exists, err))
        return false;
    if (!exists)
        return true;
    _cleanup_json_ json_t *json = json_parse(buffer_string(&text), text.length, source, err);
    *baseline = json != NULL ? baseline_from_json(json, source, err) : NULL;
    return *baseline != NULL;
}

void revision_hold_back_quarantine(const struct revision *revision, struct plan *plan)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_YAML_BYTES);
    _cleanup_free_ char *until = NULL; /* the last day of the one in the revision's own file */
    bool exists = false;
    if (plan->quarantine.reason == NULL)
        return;
    if (revision_read(revision, plan->file, &text, &exists, NULL) && exists)
        until = text_quarantine_until(buffer_string(&text), text.length);
    if (until != NULL && strcmp(plan->quarantine.until, until) <= 0)
        return;
    plan->quarantine_here = plan->quarantine;
    plan->quarantine = (struct quarantine_plan){0};
    if (until == NULL)
        return;
    plan->quarantine.reason = memory_copy_text(plan->quarantine_here.reason);
    plan->quarantine.until = take_pointer(until);
}
