#include "commands/attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/text_layout.h"

bool pprof_url_split(const char *url, unsigned short *port, bool *ipv6, const char **profile)
{
    static const char *const hosts[] = {"127.0.0.1:", "localhost:", "[::1]:"};
    static const char scheme[] = "http://", path[] = "/debug/pprof";
    for (size_t i = 0; text_starts(url, scheme) && i < COUNT_OF(hosts); i++) {
        const char *rest = url + strlen(scheme);
        if (!text_starts(rest, hosts[i]))
            continue;
        char *end = NULL;
        rest += strlen(hosts[i]);
        unsigned long number = *rest >= '0' && *rest <= '9' ? strtoul(rest, &end, 10) : 0;
        if (number < 1 || number > UINT16_MAX)
            return false;
        *port = (unsigned short)number;
        *ipv6 = i > 0;
        *profile = end;
        if (text_starts(end, path))
            *profile += strlen(path);
        bool is_path = **profile == '/';
        *profile += is_path;
        return **profile == '\0' || (is_path && text_starts(end, path));
    }
    return false;
}

static void print_choice(const struct found_processes *found)
{
    _cleanup_strings_ struct string_list cells = {0};
    _cleanup_buffer_ struct buffer out = {0};
    static const char *const heading[] = {"PID", "STARTED", "TERMINAL", "FOLDER", "COMMAND"};
    for (size_t i = 0; i < COUNT_OF(heading); i++)
        string_list_add(&cells, heading[i]);
    for (size_t i = 0; i < found->count; i++) {
        const struct found_process *each = &found->items[i];
        char started[32] = "";
        time_t moment = (time_t)each->started;
        struct tm local;
        if (localtime_r(&moment, &local) != NULL)
            strftime(started, sizeof started, "%Y-%m-%d %H:%M:%S", &local);
        string_list_take(&cells, memory_format("%d", (int)each->pid));
        string_list_add(&cells, started);
        string_list_add(&cells, each->terminal);
        string_list_add(&cells, each->directory);
        string_list_take(&cells, text_cut(each->command, 60));
    }
    text_table(&out, &cells, COUNT_OF(heading));
    fputs(buffer_string(&out), stderr);
}

static bool read_wanted(const struct arguments *arguments, const char *operand,
                        struct process_wanted *wanted, bool *ipv6, struct lg_error *err)
{
    unsigned port = option_number(arguments, OPTION_PORT);
    const char *url = option_text(arguments, OPTION_URL);
    if ((operand != NULL) + (port != 0) + (url != NULL) > 1)
        return lg_fail(err, LG_ERROR_INPUT, 0, "name the process once: PID, NAME, --port or --url");
    if (port > UINT16_MAX)
        return lg_fail(err, LG_ERROR_INPUT, 0, "--port %u: ports end at %u", port, UINT16_MAX);
    wanted->port = (unsigned short)port;
    const char *profile = "";
    if (url != NULL && (!pprof_url_split(url, &wanted->port, ipv6, &profile) || *profile != '\0'))
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "--url %s: must be http://127.0.0.1:PORT (or localhost, or [::1])", url);
    if (operand == NULL)
        return true;
    char *end = NULL;
    errno = 0;
    long pid = strtol(operand, &end, 10);
    bool is_pid = *end == '\0' && end != operand && errno == 0 && pid > 0 && pid <= INT32_MAX;
    wanted->pid = is_pid ? (pid_t)pid : 0;
    wanted->name = is_pid ? NULL : operand;
    return operand[0] != '\0' || lg_fail(err, LG_ERROR_INPUT, 0, "the name of a process is empty");
}

static bool find_one(const struct process_wanted *wanted, struct found_process *process,
                     struct lg_error *err)
{
    _cleanup_found_ struct found_processes found = {0};
    if (!find_processes("/proc", wanted, &found, err))
        return false;
    if (found.count > 1) {
        print_choice(&found);
        return lg_fail(err, LG_ERROR_INPUT, 0, "%zu processes fit; choose one by its PID",
                       found.count);
    }
    *process = found.items[0];
    found.items[0] = (struct found_process){0};
    return true;
}

bool attach_find(const struct arguments *arguments, const char *operand,
                 struct found_process *process, struct lg_error *err)
{
    struct process_wanted wanted = {0};
    bool ipv6;
    return read_wanted(arguments, operand, &wanted, &ipv6, err) && find_one(&wanted, process, err);
}

/* What is behind a published port, or has no /proc, is asked by its URL alone. */
static bool attach_url(struct attachment *attachment, unsigned short port, bool ipv6,
                       struct lg_error *err)
{
    attachment->url_pprof = pprof_new(attachment->loop, port, ipv6, err);
    attachment->pprof = attachment->url_pprof;
    return attachment->pprof != NULL && pprof_answers(attachment->pprof, err);
}

bool attach(const struct arguments *arguments, const char *operand, struct attachment *attachment,
            struct lg_error *err)
{
    struct process_wanted wanted = {0};
    struct probe_options options = {.started = clock_now()};
    bool ipv6 = false, by_url = option_given(arguments, OPTION_URL);
    struct lg_error none = {0};
    if (!read_wanted(arguments, operand, &wanted, &ipv6, err))
        return false;
    attachment->loop = loop_new(err);
    if (attachment->loop == NULL)
        return false;
    if (!find_one(&wanted, &attachment->process, by_url ? &none : err))
        return by_url && attach_url(attachment, wanted.port, ipv6, err);
    attachment->probe = probe_attach(attachment->loop, attachment->process.pid, &options,
                                     clock_deadline(ATTACH_MS), &attachment->no_pprof, err);
    if (attachment->probe == NULL)
        return false;
    attachment->pprof = probe_pprof(attachment->probe);
    /* The URL may be that of something else in the process, or of its parent. */
    if (by_url && attachment->pprof != NULL && probe_port(attachment->probe) != wanted.port) {
        probe_close(take_pointer(attachment->probe));
        found_process_free(&attachment->process);
        return attach_url(attachment, wanted.port, ipv6, err);
    }
    /* Below a shell or a wrapper it is another process that serves pprof, and that is looked at. */
    wanted = (struct process_wanted){.pid = probe_pid(attachment->probe)};
    if (wanted.pid == attachment->process.pid)
        return true;
    fprintf(stderr, "leakgate: %s (%d) is asked for; below it process %d serves pprof\n",
            attachment->process.name, (int)attachment->process.pid, (int)wanted.pid);
    found_process_free(&attachment->process);
    return find_one(&wanted, &attachment->process, err);
}

void attachment_free(struct attachment *attachment)
{
    pprof_free(attachment->url_pprof);
    probe_close(attachment->probe);
    found_process_free(&attachment->process);
    loop_free(attachment->loop);
    *attachment = (struct attachment){0};
}
