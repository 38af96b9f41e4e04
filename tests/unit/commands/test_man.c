/* The manual page is made from the tables of commands and options, and stored as made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "commands/help.h"

static void test_every_command_and_option_is_in_it(void **state)
{
    (void)state;
    _cleanup_free_ char *page = man_make();
    for (size_t i = 0; i < command_table_count; i++) {
        const char *name = command_table[i].name, *dash = strchr(name, '-');
        int head = dash != NULL ? (int)(dash - name) : (int)strlen(name);
        _cleanup_free_ char *heading =
            memory_format(".SS leakgate %.*s%s%s ", head, name, dash != NULL ? "\\" : "",
                          dash != NULL ? dash : "");
        assert_non_null(strstr(page, heading));
    }
    assert_non_null(strstr(page, ".TP\n.B \\-\\-keep\\-world\n"));
    assert_non_null(strstr(page, ".TP\n.B 70\n"));
}

/* A line of text that began with a dot or an apostrophe would be taken for a request. */
static void test_text_is_never_a_request(void **state)
{
    (void)state;
    static const char *const requests[] = {".TH ", ".SH ", ".SS ", ".TP", ".B ", ".PP"};
    _cleanup_free_ char *page = man_make();
    char *rest = NULL;
    for (char *line = strtok_r(page, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        bool known = line[0] != '.' && line[0] != '\'';
        for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
            known = known || text_starts(line, requests[i]);
        if (!known)
            fail_msg("%s", line);
    }
}

static void test_the_stored_page_is_the_made_one(void **state)
{
    (void)state;
    struct lg_error err;
    _cleanup_buffer_ struct buffer stored = BUFFER_INIT(1 << 20);
    _cleanup_free_ char *page = man_make();
    assert_true(file_read(TEST_SOURCE_DIR "/docs/leakgate.1", &stored, LG_ERROR_INPUT, &err));
    assert_string_equal(buffer_string(&stored), page);
}

static void test_every_option_stands_in_the_table_once(void **state)
{
    (void)state;
    unsigned seen[OPTION_COUNT] = {0};
    for (size_t i = 0; i < option_table_count; i++) {
        const struct option_info *info = &option_table[i];
        assert_int_equal(seen[info->option] & info->commands, 0);
        seen[info->option] |= info->commands;
        assert_true(info->type == OPTION_TYPE_FLAG || info->argument != NULL);
    }
    for (size_t i = 0; i < OPTION_COUNT; i++)
        assert_int_not_equal(seen[i], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command_and_option_is_in_it),
        cmocka_unit_test(test_text_is_never_a_request),
        cmocka_unit_test(test_the_stored_page_is_the_made_one),
        cmocka_unit_test(test_every_option_stands_in_the_table_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
