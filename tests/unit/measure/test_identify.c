/* The line and the word that tell a program's version, whatever else it prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "measure/identify.h"

static void test_line_and_word(void **state)
{
    (void)state;
    static const struct {
        const char *printed, *line, *word;
    } cases[] = {
        {"sidecar version v1.3.0\n", "sidecar version v1.3.0", "v1.3.0"},
        /* Whichever of its goroutines is first. */
        {"pprof enabled on http://localhost:0/debug/pprof/\nsidecar version v1.3.0\n",
         "sidecar version v1.3.0", "v1.3.0"},
        {"sidecar version v1.3.0\r\npprof enabled on port 6060\r\n", "sidecar version v1.3.0",
         "v1.3.0"},
        {"\n\n2.0 \n", "2.0 ", "2.0"},
        {"standin (devel)\nmore", "standin (devel)", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        _cleanup_free_ char *line = version_line(cases[i].printed);
        _cleanup_free_ char *word = version_word(line);
        assert_string_equal(line, cases[i].line);
        assert_string_equal(word, cases[i].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_line_and_word)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
