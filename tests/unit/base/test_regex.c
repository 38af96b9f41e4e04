/* Regular expressions on texts that somebody else wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/regex.h"

static bool found(const char *pattern, const char *text, size_t length)
{
    struct lg_error err = {0};
    bool is_there = false;
    _cleanup_regex_ struct regex *regex = regex_new(pattern, &err);
    if (regex == NULL || !regex_search(regex, text, length, &is_there, &err))
        fail_msg("%s", err.text);
    return is_there;
}

static void it_is_searched_for(void **state)
{
    (void)state;
    assert_true(found("b+", "abbc", 4));
    assert_false(found("b+", "abbc", 1)); /* as far as the text goes */
    assert_true(found("^main\\.(a|b)$", "main.b", 6));
    assert_false(found("b$", "b\n", 2)); /* the end of the text alone */
    assert_true(found("x", "\xff\xfex", 3));
    assert_false(found("^.$", "\xff", 1));
}

static void what_is_none_is_refused(void **state)
{
    (void)state;
    char longest[LIMIT_REGEX_BYTES + 2];
    struct lg_error err = {0};
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_null(regex_new("a(b", &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_non_null(strstr(err.text, "\"a(b\" is wrong at 3"));
    assert_null(regex_new(longest, &err));
    assert_non_null(strstr(err.text, "over the limit of 1024"));
}

static void backtracking_ends(void **state)
{
    (void)state;
    struct lg_error err = {0};
    bool is_there = false;
    const char *text = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
    _cleanup_regex_ struct regex *regex = regex_new("^(a+)+(?=c)$", &err);
    assert_non_null(regex);
    assert_false(regex_search(regex, text, strlen(text), &is_there, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_non_null(strstr(err.text, "was given up"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_searched_for),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(backtracking_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
