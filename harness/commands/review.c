/* `leakgate review`: the findings of a report one by one, each to be accepted or left. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "commands/acceptance.h"
#include "commands/command.h"
#include "commands/find_reports.h"
#include "report/console.h"
#include "report/next_steps.h"
#include "result/exit_status.h"
#include "result/result_json.h"

/* The line that is typed, which the caller frees; NULL: there is no more. */
static char *ask(const char *question)
{
    char *line = NULL;
    size_t size = 0;
    printf("%s ", question);
    fflush(stdout);
    ssize_t length = getline(&line, &size, stdin);
    if (length < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}

/* Asks until the answer will do, and says why it will not. */
static char *ask_for(const char *question, bool (*will_do)(const char *answer), const char *why)
{
    char *answer = ask(question);
    while (answer != NULL && !will_do(answer)) {
        free(answer);
        printf("%s; ", why);
        answer = ask(question);
    }
    return answer;
}

static bool is_choice(const char *answer)
{
    return strlen(answer) == 1 && strchr("asq", answer[0]) != NULL;
}

static bool is_end(const char *answer)
{
    return *answer == '\0' || clock_is_date(answer);
}

enum answer { ACCEPTED, SKIPPED, QUIT };

/* Adds what accept is to be told of one holder. */
static enum answer review_holder(const char *key, struct arguments *accept)
{
    _cleanup_free_ char *shown = text_harmless(key, false);
    printf("\n%s\n", shown);
    _cleanup_free_ char *choice =
        ask_for("accept, skip the scenario, or quit (a, s, q)?", is_choice, "one letter is wanted");
    if (choice == NULL || *choice == 'q')
        return QUIT;
    if (*choice == 's')
        return SKIPPED;
    char *reason = ask_for("why is it accepted?", is_reason, "a reason has words");
    char *expires = reason != NULL ? ask_for("until YYYY-MM-DD (empty: for good)?", is_end,
                                             "that is no date, as 2027-01-31")
                                   : NULL;
    if (expires == NULL) {
        free(reason);
        return QUIT;
    }
    string_list_add(&accept->values[OPTION_HOLDER], key);
    string_list_take(&accept->values[OPTION_REASON], reason);
    string_list_take(&accept->values[OPTION_EXPIRES], expires);
    return ACCEPTED;
}

/* All that leaks in a scenario has to be accepted, or its baseline stays as it is. */
static enum answer review_scenario(const struct suite_result *suite,
                                   const struct scenario_result *scenario,
                                   const struct string_list *keys,
                                   const struct arguments *arguments, int *status)
{
    struct arguments accept = {.command = COMMAND_ACCEPT, .project = arguments->project};
    _cleanup_free_ char *block = console_block(suite, scenario);
    enum answer answer = ACCEPTED;
    printf("\n%s", block);
    for (size_t i = 0; i < keys->count && answer == ACCEPTED; i++)
        answer = review_holder(keys->items[i], &accept);
    if (answer == ACCEPTED) {
        string_list_add(&accept.operands, scenario->name);
        string_list_add(&accept.values[OPTION_FROM], suite->directory);
        if (option_given(arguments, OPTION_BASELINES))
            string_list_add(&accept.values[OPTION_BASELINES],
                            option_text(arguments, OPTION_BASELINES));
        string_list_add_all(&accept.values[OPTION_DRY_RUN], &arguments->values[OPTION_DRY_RUN]);
        int refused = command_accept(&accept);
        answer = refused == EXIT_PASS ? ACCEPTED : SKIPPED;
        *status = worse_status(*status, refused);
    }
    accept.project = NULL; /* the caller's */
    arguments_free(&accept);
    return answer;
}

int command_review(const struct arguments *arguments)
{
    struct lg_error err = {0};
    int status = EXIT_PASS;
    size_t accepted = 0, left = 0;
    bool quit = false;
    if (arguments->operands.count > 1) {
        lg_fail(&err, LG_ERROR_INPUT, 0, "review takes one report");
        return complain(&err);
    }
    _cleanup_free_ char *directory =
        find_report(arguments->operands.count > 0 ? arguments->operands.items[0]
                                                  : option_text(arguments, OPTION_FROM),
                    &err);
    if (directory == NULL)
        return complain(&err);
    _cleanup_suite_ struct suite_result *suite = suite_read(directory, &err);
    if (suite == NULL)
        return complain(&err);
    for (size_t i = 0; i < suite->count; i++) {
        _cleanup_strings_ struct string_list keys = {0};
        holders_to_accept(&suite->scenarios[i], &keys);
        if (keys.count == 0)
            continue;
        enum answer answer =
            quit ? QUIT : review_scenario(suite, &suite->scenarios[i], &keys, arguments, &status);
        quit = quit || answer == QUIT;
        accepted += answer == ACCEPTED;
        left += answer != ACCEPTED;
    }
    if (accepted + left == 0)
        printf("There is nothing to accept in %s.\n", directory);
    else
        printf("\n%zu scenario%s accepted, %zu left as %s%s.\n", accepted, accepted == 1 ? "" : "s",
               left, left == 1 ? "it is" : "they are",
               option_given(arguments, OPTION_DRY_RUN) ? "; nothing is written" : "");
    return status;
}
