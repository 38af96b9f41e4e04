/* What escapes a place in the page, and the numbers of its charts. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/memory.h"
#include "report/html_chart.h"
#include "report/html_text.h"

struct escaping {
    const char *text;
    const char *expected;
};

static void assert_escaped(void (*put)(struct buffer *, const char *), const struct escaping *cases,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        _cleanup_buffer_ struct buffer out = BUFFER_INIT(65536);
        put(&out, cases[i].text);
        assert_string_equal(buffer_string(&out), cases[i].expected);
    }
}

#define ASSERT_ESCAPED(put, cases) assert_escaped(put, cases, sizeof(cases) / sizeof *(cases))

static void test_text_stays_text(void **state)
{
    static const struct escaping cases[] = {
        {"plain", "plain"},
        {"", ""},
        {NULL, ""},
        {"</script><b>", "&lt;/script&gt;&lt;b&gt;"},
        {"a\" onload='x'", "a&quot; onload=&#39;x&#39;"},
        {"&amp;", "&amp;amp;"},
        {"]]>", "]]&gt;"},
        {"\x1b[31m\xff", "\xef\xbf\xbd[31m\xef\xbf\xbd"},
        {"a\xe2\x80\xae"
         "b",
         "a\xef\xbf\xbd"
         "b"}, /* a right-to-left override */
        {"one\ntwo", "one\xef\xbf\xbdtwo"},
        {"日本", "日本"},
    };
    (void)state;
    ASSERT_ESCAPED(html_text, cases);
}

static void test_only_what_stands_in_markup_is_escaped(void **state)
{
    _cleanup_buffer_ struct buffer out = {0};
    static const char *absent;
    (void)state;
    html_format(&out, "<b>%s</b>%s%d%% %u %zu|", "<i>", absent, -1, 2u, (size_t)3);
    html_format(&out, "%+.2f %g %s", 0.5, 36.0, "\"");
    assert_string_equal(buffer_string(&out), "<b>&lt;i&gt;</b>-1% 2 3|+0.50 36 &quot;");
}

static void test_lines_keep_their_newlines(void **state)
{
    static const struct escaping cases[] = {{"a\n\t<b>\r", "a\n\t&lt;b&gt;\xef\xbf\xbd"}};
    (void)state;
    ASSERT_ESCAPED(html_lines, cases);
}

static void test_a_path_names_no_scheme_and_no_host(void **state)
{
    static const struct escaping cases[] = {
        {"a/b.cast", "./a/b.cast"},
        {"javascript:alert(1)", "./javascript%3Aalert%281%29"},
        {"//host/x", ".///host/x"},
        {"a b\"<\xc3\xa9#?", "./a%20b%22%3C%C3%A9%23%3F"},
    };
    (void)state;
    ASSERT_ESCAPED(html_path, cases);
}

static void test_json_ends_no_script(void **state)
{
    static const struct escaping cases[] = {
        {"</script>", "\"\\u003c/script\\u003e\""},
        {"<!--", "\"\\u003c!--\""},
        {"a\"b\\c&", "\"a\\u0022b\\u005cc\\u0026\""},
        {"\x01\xff", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    (void)state;
    ASSERT_ESCAPED(html_json_text, cases);
}

static void test_a_long_text_is_cut_between_characters(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer text = {0}, out = {0};
    for (size_t i = 0; i < LIMIT_PAGE_TEXT_BYTES; i++)
        buffer_text(&text, "日");
    html_text(&out, buffer_string(&text));
    assert_true(out.length <= LIMIT_PAGE_TEXT_BYTES + strlen("…"));
    assert_true(out.length > LIMIT_PAGE_TEXT_BYTES - 3);
    assert_string_equal(out.data + out.length - strlen("日…"), "日…");
}

static void test_a_function_without_the_path_of_its_package(void **state)
{
    (void)state;
    assert_string_equal(html_short_function("example.com/app/ui.(*Plugin).poll"),
                        "ui.(*Plugin).poll");
    assert_string_equal(html_short_function("main.main"), "main.main");
    assert_string_equal(html_short_function("charm.land/bubbletea/v2.(*Program).Run"),
                        "bubbletea/v2.(*Program).Run");
    assert_string_equal(html_short_function("v2.F"), "v2.F");
    assert_string_equal(html_short_function("a/b.F[c/d.T].func"), "b.F[c/d.T].func");
}

/* --- Numbers of charts --- */

static void test_steps_of_an_axis(void **state)
{
    static const struct {
        double range;
        unsigned most;
        double step;
    } cases[] = {{4, 4, 1},      {5, 4, 2}, {36, 4, 10}, {0.9, 4, 0.5},
                 {1000, 5, 200}, {0, 4, 1}, {NAN, 4, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_float_equal(plot_step(cases[i].range, cases[i].most), cases[i].step, 1e-9);
}

static void assert_axis(double least, double most, enum gauge_unit unit, double bottom, double top,
                        const char *label)
{
    struct plot_axis axis = plot_axis_of(least, most, unit);
    assert_float_equal(axis.bottom, bottom, 1e-6);
    assert_float_equal(axis.top, top, 1e-6);
    assert_string_equal(plot_label(&axis, axis.top).text, label);
}

static void test_an_axis_holds_what_it_shows(void **state)
{
    const double mib = 1024 * 1024;
    (void)state;
    assert_axis(21, 61, UNIT_COUNT, 0, 80, "80");
    assert_axis(100, 104, UNIT_COUNT, 100, 104, "104");
    assert_axis(12, 12, UNIT_COUNT, 10, 14, "14"); /* one more is no mountain */
    assert_axis(0, 0, UNIT_COUNT, 0, 4, "4");
    assert_axis(6.51 * mib, 6.53 * mib, UNIT_BYTES, 6.45 * mib, 6.6 * mib, "6.60 MiB");
    assert_axis(0, 900, UNIT_BYTES, 0, 1000, "1000 B");
    assert_axis(0, 0.1, UNIT_SECONDS, 0, 0.1, "0.10 s");
}

static void test_no_peak_is_lost(void **state)
{
    enum { COUNT = 1000, MOST = 20 };
    double values[COUNT];
    size_t kept[MOST], peaks = 0;
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i == 333 ? 99 : i == 777 ? -99 : i < 100 ? NAN : 1;
    size_t count = plot_thin(values, COUNT, MOST, kept);
    assert_true(count > 2 && count <= MOST);
    for (size_t i = 0; i < count; i++) {
        bool is_number = values[kept[i]] == values[kept[i]];
        assert_true(i == 0 || kept[i] > kept[i - 1]);
        assert_true(is_number);
        if (kept[i] == 333 || kept[i] == 777)
            peaks++;
    }
    assert_int_equal(peaks, 2);
    assert_int_equal(plot_thin(values, 102, 200, kept), 2); /* few: all but what is no number */
}

static void add_sample(struct series *series, enum phase phase, unsigned iteration, double at)
{
    struct sample sample = {.phase = phase, .iteration = iteration, .at = at};
    series_append(series, &sample);
}

static void test_phases_stand_beside_each_other(void **state)
{
    struct series series = {0};
    (void)state;
    add_sample(&series, PHASE_START, 0, 1);
    add_sample(&series, PHASE_IDLE, 6, 10);
    add_sample(&series, PHASE_IDLE, 6, 20);
    add_sample(&series, PHASE_LOOP, 8, 21);
    add_sample(&series, PHASE_LOOP, 18, 22);
    add_sample(&series, PHASE_LOOP, 28, 60);
    add_sample(&series, PHASE_DRAIN, 28, 70);
    add_sample(&series, PHASE_QUIT, 28, 80);
    struct plot_run run = plot_run_of(&series);
    for (size_t i = 1; i < 7; i++)
        assert_true(plot_x(&run, &series.samples[i]) > plot_x(&run, &series.samples[i - 1]));
    assert_true(isnan(plot_x(&run, &series.samples[7])));
    /* The loop by iterations, whatever time they took. */
    double first = plot_x(&run, &series.samples[3]), last = plot_x(&run, &series.samples[5]);
    assert_float_equal(plot_x(&run, &series.samples[4]), (first + last) / 2, 1e-9);
    assert_float_equal(plot_loop_x(&run, 18), (first + last) / 2, 1e-9);
    assert_float_equal(run.bands[PLOT_DRAIN].right, 1, 1e-9);
    series_free(&series);
}

static void test_a_phase_without_samples_takes_no_room(void **state)
{
    struct series series = {0};
    (void)state;
    add_sample(&series, PHASE_LOOP, 8, 21);
    struct plot_run run = plot_run_of(&series);
    assert_float_equal(run.bands[PLOT_LOOP].left, 0, 1e-9);
    assert_float_equal(run.bands[PLOT_LOOP].right, 1, 1e-9);
    assert_float_equal(plot_x(&run, &series.samples[0]), 0.5, 1e-9);
    series_free(&series);
}

/* --- Icicle --- */

static void test_stacks_that_begin_alike_share_their_cells(void **state)
{
    static const struct icicle_stack stacks[] = {{"app.leaf < app.mid < main.main", 3},
                                                 {"app.other < main.main", 1},
                                                 {"gone < main.main", 0}};
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(65536);
    (void)state;
    html_icicle(&out, stacks, 3, "stacks", GAUGE_GOROUTINE);
    const char *svg = buffer_string(&out);
    assert_non_null(
        strstr(svg, "<title>main.main: +4.00</title><rect x=\"0.0\" y=\"0\" width=\"960.0\""));
    assert_non_null(
        strstr(svg, "<title>app.mid: +3.00</title><rect x=\"0.0\" y=\"22\" width=\"720.0\""));
    assert_non_null(
        strstr(svg, "<title>app.leaf: +3.00</title><rect x=\"0.0\" y=\"44\" width=\"720.0\""));
    assert_non_null(
        strstr(svg, "<title>app.other: +1.00</title><rect x=\"720.0\" y=\"22\" width=\"240.0\""));
    assert_null(strstr(svg, "gone"));
    assert_non_null(strstr(svg, "viewBox=\"0 0 960 66\""));
}

static void test_an_icicle_has_its_limits(void **state)
{
    struct icicle_stack stacks[LIMIT_PAGE_STACKS + 5];
    _cleanup_buffer_ struct buffer deep = {0}, out = {0};
    (void)state;
    for (size_t i = 0; i < 2000; i++)
        buffer_format(&deep, "f%zu < ", i);
    buffer_text(&deep, "main.main");
    for (size_t i = 0; i < LIMIT_PAGE_STACKS + 5; i++)
        stacks[i] = (struct icicle_stack){buffer_string(&deep), 1};
    html_icicle(&out, stacks, LIMIT_PAGE_STACKS + 5, "stacks", GAUGE_GOROUTINE);
    assert_non_null(strstr(buffer_string(&out), "5 more stacks are left out"));
    assert_non_null(strstr(buffer_string(&out), "<title>f0: "));
    assert_null(strstr(buffer_string(&out), "main.main"));
    buffer_clear(&out);
    html_icicle(&out, stacks, 0, "stacks", GAUGE_GOROUTINE);
    assert_string_equal(buffer_string(&out), "");
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_stays_text),
        cmocka_unit_test(test_only_what_stands_in_markup_is_escaped),
        cmocka_unit_test(test_lines_keep_their_newlines),
        cmocka_unit_test(test_a_path_names_no_scheme_and_no_host),
        cmocka_unit_test(test_json_ends_no_script),
        cmocka_unit_test(test_a_long_text_is_cut_between_characters),
        cmocka_unit_test(test_a_function_without_the_path_of_its_package),
        cmocka_unit_test(test_steps_of_an_axis),
        cmocka_unit_test(test_an_axis_holds_what_it_shows),
        cmocka_unit_test(test_no_peak_is_lost),
        cmocka_unit_test(test_phases_stand_beside_each_other),
        cmocka_unit_test(test_a_phase_without_samples_takes_no_room),
        cmocka_unit_test(test_stacks_that_begin_alike_share_their_cells),
        cmocka_unit_test(test_an_icicle_has_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
