/* `leakgate fetch`: a profile of a program that runs, kept in a file. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "commands/attach.h"
#include "commands/command.h"
#include "measure/stop_signals.h"
#include "report/profile_text.h"

enum { ROWS = 10 };

static const struct profile_fetch {
    const char *name;
    const char *path; /* behind /debug/pprof/ */
    bool lasts;       /* so long as --for says */
    const char *suffix;
    const char *tool;
} fetches[] = {
    {"cpu", "profile", true, "pb.gz", "pprof"},
    {"heap", "heap", false, "pb.gz", "pprof"},
    {"allocs", "allocs", false, "pb.gz", "pprof"},
    {"goroutine", "goroutine", false, "pb.gz", "pprof"},
    {"trace", "trace", true, "trace", "trace"},
};

struct fetching {
    const struct arguments *arguments;
    const struct profile_fetch *kind;
    struct attachment attachment;
    char *whose; /* "sidecar (1234)" */
    char *file;
    struct buffer bytes;
    int signals, timer;
    int64_t end; /* of what is recorded */
};

static void fetching_free(struct fetching *fetching)
{
    attachment_free(&fetching->attachment);
    cleanup_close(&fetching->signals);
    cleanup_close(&fetching->timer);
    buffer_free(&fetching->bytes);
    free_all(fetching->whose, fetching->file);
}

static const struct profile_fetch *kind_by_name(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(fetches); i++)
        if (strcmp(fetches[i].name, name) == 0)
            return &fetches[i];
    return NULL;
}

static void on_signal(void *context, uint32_t events)
{
    struct fetching *fetching = context;
    struct signalfd_siginfo info;
    (void)events;
    if (read(fetching->signals, &info, sizeof info) == (ssize_t)sizeof info)
        loop_stop(fetching->attachment.loop, (int)info.ssi_signo);
}

/* The seconds that are left, each second, for who waits at a terminal. */
static void on_second(void *context, uint32_t events)
{
    struct fetching *fetching = context;
    uint64_t passed;
    (void)events;
    if (read(fetching->timer, &passed, sizeof passed) == (ssize_t)sizeof passed)
        fprintf(stderr, "\r%3d s left ", clock_remaining_ms(fetching->end) / 1000);
}

static bool watch(struct fetching *fetching, struct lg_error *err)
{
    const struct itimerspec second = {.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};
    struct loop *loop = fetching->attachment.loop;
    fetching->signals = stop_signals_open(err);
    if (fetching->signals < 0 ||
        !loop_watch(loop, fetching->signals, EPOLLIN, on_signal, fetching, err))
        return false;
    if (!fetching->kind->lasts || isatty(STDERR_FILENO) != 1)
        return true;
    fetching->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fetching->timer < 0 || timerfd_settime(fetching->timer, 0, &second, NULL) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot set a timer");
    return loop_watch(loop, fetching->timer, EPOLLIN, on_second, fetching, err);
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* A file that cannot be made is told before the time is spent. */
static bool check_out(const char *out, struct lg_error *err)
{
    const char *base = path_base(out);
    _cleanup_free_ char *folder = memory_format("%.*s.", (int)(base - out), out);
    if (is_directory(out))
        return lg_fail(err, LG_ERROR_INPUT, 0, "--out %s: is a directory", out);
    return is_directory(folder) ||
           lg_fail(err, LG_ERROR_INPUT, 0, "--out %s: there is no such directory", out);
}

/* Where it will be kept. A file that nobody named is not replaced. */
static bool choose_file(struct fetching *fetching, struct lg_error *err)
{
    const char *out = option_text(fetching->arguments, OPTION_OUT);
    const struct profile_fetch *kind = fetching->kind;
    pid_t pid = fetching->attachment.process.pid;
    _cleanup_free_ char *number =
        pid != 0 ? memory_format("%d", (int)pid) : memory_copy_text("url");
    fetching->file = out != NULL
                         ? memory_copy_text(out)
                         : memory_format("leakgate-%s-%s.%s", kind->name, number, kind->suffix);
    if (out != NULL)
        return check_out(out, err);
    return access(fetching->file, F_OK) != 0 ||
           lg_fail(err, LG_ERROR_INPUT, 0,
                   "%s exists already; --out FILE names another, and replaces it", fetching->file);
}

static bool attach_to(struct fetching *fetching, struct lg_error *err)
{
    const struct string_list *operands = &fetching->arguments->operands;
    struct attachment *attachment = &fetching->attachment;
    if (!attach(fetching->arguments, operands->count > 1 ? operands->items[1] : NULL, attachment,
                err))
        return false;
    fetching->whose =
        attachment->process.pid != 0
            ? memory_format("%s (%d)", attachment->process.name, (int)attachment->process.pid)
            : memory_copy_text(option_text(fetching->arguments, OPTION_URL));
    return attachment->pprof != NULL || lg_fail(err, LG_ERROR_NEED, 0, "%s serves no pprof: %s",
                                                fetching->whose, attachment->no_pprof.text);
}

static bool fetch(struct fetching *fetching, struct lg_error *err)
{
    const struct profile_fetch *kind = fetching->kind;
    struct pprof *pprof = fetching->attachment.pprof;
    int64_t ms = kind->lasts ? option_duration(fetching->arguments, OPTION_FOR) : 0;
    int64_t seconds = (ms + 999) / 1000;
    _cleanup_free_ char *path =
        kind->lasts ? memory_format("%s?seconds=%lld", kind->path, (long long)seconds)
                    : memory_copy_text(kind->path);
    _cleanup_free_ char *whose = text_harmless(fetching->whose, false);
    if (kind->lasts)
        fprintf(stderr, "Recording %s of %s for %lld s\n", kind->name, whose, (long long)seconds);
    fetching->end = clock_deadline(seconds * 1000);
    pprof_set_timeout(pprof, seconds * 1000 + LIMIT_HTTP_TOTAL_MS);
    bool fetched = watch(fetching, err) && pprof_fetch(pprof, path, &fetching->bytes, err);
    if (fetching->timer >= 0)
        fputs("\r           \r", stderr);
    return fetched;
}

/* Only what can be read is kept. */
static bool keep(struct fetching *fetching, const struct profile_top *top, struct lg_error *err)
{
    const struct buffer *bytes = &fetching->bytes;
    if (top == NULL && !text_starts(buffer_string(bytes), "go 1."))
        return lg_fail(err, LG_ERROR_TARGET, 0, "what came from %s is not a trace",
                       fetching->whose);
    return file_write_atomic(fetching->file, buffer_string(bytes), bytes->length, err);
}

static void print(const struct fetching *fetching, const struct profile_top *top)
{
    _cleanup_buffer_ struct buffer out = {0};
    _cleanup_free_ char *quoted = shell_quoted(fetching->file);
    if (top != NULL) {
        profile_text(top, fetching->whose, &out);
        buffer_char(&out, '\n');
    }
    buffer_format(&out, "%s: %zu bytes. To go on: go tool %s %s\n", fetching->file,
                  fetching->bytes.length, fetching->kind->tool, quoted);
    fputs(buffer_string(&out), stdout);
}

static bool fetch_and_keep(struct fetching *fetching, struct lg_error *err)
{
    const struct profile_question question = {.most = ROWS};
    _cleanup_profile_top_ struct profile_top *top = NULL;
    if (!stop_signals_block(err) || !attach_to(fetching, err) || !choose_file(fetching, err) ||
        !fetch(fetching, err))
        return false;
    if (strcmp(fetching->kind->tool, "pprof") == 0) {
        top = profile_top_new(&question);
        if (!profile_top_add(top, PROFILE_AFTER, buffer_string(&fetching->bytes),
                             fetching->bytes.length, err))
            return lg_context(err, "what came from %s", fetching->whose);
        profile_top_finish(top);
    }
    if (!keep(fetching, top, err))
        return false;
    print(fetching, top);
    return true;
}

int command_fetch(const struct arguments *arguments)
{
    const struct string_list *operands = &arguments->operands;
    struct fetching fetching = {.arguments = arguments,
                                .bytes = BUFFER_INIT(LIMIT_HTTP_BODY_BYTES),
                                .signals = -1,
                                .timer = -1};
    struct lg_error err = {0};
    if (operands->count > 0)
        fetching.kind = kind_by_name(operands->items[0]);
    if (fetching.kind == NULL)
        lg_fail(&err, LG_ERROR_INPUT, 0,
                "fetch takes cpu, heap, allocs, goroutine or trace first%s%s",
                operands->count > 0 ? ", not " : "", operands->count > 0 ? operands->items[0] : "");
    else if (operands->count > 2)
        lg_fail(&err, LG_ERROR_INPUT, 0, "fetch takes one process");
    else
        fetch_and_keep(&fetching, &err);
    int stopped = fetching.attachment.loop != NULL ? loop_stopped(fetching.attachment.loop) : 0;
    fetching_free(&fetching);
    return err.class == LG_ERROR_NONE ? EXIT_PASS
           : stopped != 0
               ? (fprintf(stderr, "leakgate: stopped; nothing was kept\n"), 128 + stopped)
               : complain(&err);
}
