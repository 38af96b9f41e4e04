/* What the formats are made of: escaped Markdown, locations in files, shortened texts, sparklines.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "report/location.h"
#include "report/markdown_text.h"
#include "report/text_layout.h"

static void assert_markdown(const char *text, const char *as_text, const char *as_code)
{
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(65536);
    markdown_text(&out, text, SIZE_MAX);
    assert_string_equal(buffer_string(&out), as_text);
    buffer_clear(&out);
    markdown_code(&out, text, SIZE_MAX);
    assert_string_equal(buffer_string(&out), as_code);
}

static void test_markdown_shows_any_text_as_it_is(void **state)
{
    (void)state;
    assert_markdown("heap_alloc +1.00 (19 -> 55), \"a\"", "heap_alloc +1.00 (19 -> 55), \"a\"",
                    "<code>heap_alloc +1.00 (19 -> 55), \"a\"</code>");
    assert_markdown("a<b>&amp;|`*_c_", "a&#60;b>&#38;amp;&#124;&#96;&#42;&#95;c&#95;",
                    "<code>a&#60;b>&#38;amp;&#124;&#96;&#42;&#95;c&#95;</code>");
    assert_markdown("x @y #1 $z", "x <span>&#64;</span>y <span>&#35;</span>1 <span>&#36;</span>z",
                    "<code>x <span>&#64;</span>y #1 <span>&#36;</span>z</code>");
    assert_markdown("  - a\nb\tc", "&#45; a b c", "<code>  - a b c</code>");
    assert_markdown("1. a", "&#49;. a", "<code>&#49;. a</code>");
    assert_markdown("see www.x.y http://x: y", "see www&#46;x.y http&#58;//x: y",
                    "<code>see www&#46;x.y http&#58;//x: y</code>");
    assert_markdown("\xff\x1b[1m", "\xef\xbf\xbd\xef\xbf\xbd&#91;1m",
                    "<code>\xef\xbf\xbd\xef\xbf\xbd&#91;1m</code>");
}

static void test_no_text_ends_a_block(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(65536);
    markdown_block(&out, "sh", "a\n````\n</details>", SIZE_MAX);
    assert_string_equal(buffer_string(&out), "`````sh\na\n````\n</details>\n`````\n\n");
    buffer_clear(&out);
    markdown_block(&out, "text", " \n", SIZE_MAX);
    assert_string_equal(buffer_string(&out), "");
}

static void test_locations(void **state)
{
    (void)state;
    static const struct {
        const char *where, *file;
        unsigned line, column;
    } cases[] = {
        {"scenarios/a.yaml:14:5", "scenarios/a.yaml", 14, 5},
        {"./a.yaml:14:5", "a.yaml", 14, 5},
        {"/x/a.yaml:14", "/x/a.yaml", 14, 1},
        {"a.yaml", "a.yaml", 1, 1},
        {"a:b:3:4", "a:b", 3, 4},
        {"a:0:4", "a:0", 4, 1},
        {"a:99999999999:4", "a:99999999999", 4, 1},
        {":3:4", NULL, 3, 4},
        {"12:5", "12", 5, 1},
        {"", NULL, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        _cleanup_location_ struct location location = location_parse(cases[i].where);
        assert_int_equal(location.line, cases[i].line);
        assert_int_equal(location.column, cases[i].column);
        if (cases[i].file == NULL)
            assert_null(location.file);
        else
            assert_string_equal(location.file, cases[i].file);
    }
}

static void assert_shortened(const char *text, size_t bytes, const char *expected)
{
    _cleanup_free_ char *cut = text_shortened(text, bytes);
    assert_string_equal(cut, expected);
}

static void test_no_character_is_cut_in_two(void **state)
{
    (void)state;
    assert_shortened("abc", 3, "abc");
    assert_shortened("abcdef", 5, "ab…");
    assert_shortened("日本語", 8, "日…");
    assert_shortened("日本語", 4, "…");
}

static void assert_sparkline(const double *values, size_t count, const char *expected)
{
    _cleanup_free_ char *line = sparkline(values, count);
    if (expected == NULL)
        assert_null(line);
    else
        assert_string_equal(line, expected);
}

static void test_sparklines(void **state)
{
    (void)state;
    assert_sparkline((double[]){1, 2, 3, 4, 5, 6, 7, 8}, 8, "▁▂▃▄▅▆▇█");
    assert_sparkline((double[]){5, 5, 5}, 3, "▁▁▁");
    assert_sparkline((double[]){-1, NAN, 1}, 3, "▁█");
    assert_sparkline((double[]){NAN, 1}, 2, NULL);
    assert_sparkline(NULL, 0, NULL);
    double many[1000];
    for (size_t i = 0; i < 1000; i++)
        many[i] = i < 500 ? 0 : 7;
    assert_sparkline(many, 1000, "▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁████████████████████");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markdown_shows_any_text_as_it_is),
        cmocka_unit_test(test_no_text_ends_a_block),
        cmocka_unit_test(test_locations),
        cmocka_unit_test(test_no_character_is_cut_in_two),
        cmocka_unit_test(test_sparklines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
