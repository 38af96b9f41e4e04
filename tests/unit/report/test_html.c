/* What escapes a place in the page, and the samples that its charts are drawn from. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../verdict/series_builder.h"
#include "base/json.h"
#include "base/limits.h"
#include "report/html.h"

struct escaping {
    const char *text;
    const char *expected;
};

static void assert_escaped(void (*put)(struct buffer *, const char *), const struct escaping *cases,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        _cleanup_buffer_ struct buffer out = {0};
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
        {"</script><b>", "&lt;/script&gt;&lt;b&gt;"},
        {"&amp;", "&amp;amp;"},
        {"]]>", "]]&gt;"},
        {"\x1b[31m\xff", "\xef\xbf\xbd[31m\xef\xbf\xbd"},
        {"a\xe2\x80\xae"
         "b",
         "a\xef\xbf\xbd"
         "b"}, /* a right-to-left override */
        {"one\n\ttwo\r", "one\n\ttwo\xef\xbf\xbd"},
        {"日本", "日本"},
    };
    (void)state;
    ASSERT_ESCAPED(html_text, cases);
}

static void test_json_ends_no_script(void **state)
{
    static const struct escaping cases[] = {
        {"</script>", "\"\\u003c/script\\u003e\""},
        {"<!--", "\"\\u003c!--\""},
        {"a\"b\\c&", "\"a\\\"b\\\\c\\u0026\""},
        {"\x01\n\xff", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    (void)state;
    ASSERT_ESCAPED(html_json_text, cases);
}

static void test_every_text_of_the_data_is_harmless(void **state)
{
    _cleanup_buffer_ struct buffer out = {0};
    _cleanup_json_ json_t *value =
        json_pack("{s:[s,{s:s}],s:f}", "a", "\x1b[31m<", "b", "</script>\xe2\x80\xae", "c", 0.5);
    (void)state;
    html_json(&out, value);
    assert_string_equal(buffer_string(&out),
                        "{\"a\":[\"\xef\xbf\xbd[31m\\u003c\",{\"b\":\"\\u003c/script\\u003e"
                        "\xef\xbf\xbd\"}],\"c\":0.5}");
}

static void test_a_long_text_is_cut_between_characters(void **state)
{
    (void)state;
    _cleanup_buffer_ struct buffer text = {0}, out = {0};
    for (size_t i = 0; i < LIMIT_PAGE_TEXT_BYTES; i++)
        buffer_text(&text, "日");
    _cleanup_json_ json_t *value = json_text(buffer_string(&text));
    html_json(&out, value);
    assert_true(out.length <= LIMIT_PAGE_TEXT_BYTES + strlen("\"…\""));
    assert_true(out.length > LIMIT_PAGE_TEXT_BYTES - 3);
    assert_string_equal(out.data + out.length - strlen("日…\""), "日…\"");
}

/* --- Samples --- */

static double number_at(const json_t *points, size_t i)
{
    return json_number_value(json_array_get(points, i));
}

static void test_no_peak_is_lost(void **state)
{
    enum { COUNT = 5000 };
    static double values[COUNT];
    size_t peaks = 0;
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        values[i] = i == 333 ? 99 : i == 777 ? -99 : i < 100 ? NAN : 1;
    _cleanup_json_ json_t *points = html_points(values, COUNT);
    size_t count = json_array_size(points);
    assert_true(count > 0 && count % 2 == 0);
    assert_true(count / 2 <= LIMIT_PAGE_POINTS + LIMIT_PAGE_SAMPLES);
    for (size_t i = 0; i < count; i += 2) {
        assert_true(number_at(points, i) >= 100);
        assert_true(i == 0 || number_at(points, i) > number_at(points, i - 2));
        peaks += fabs(number_at(points, i + 1)) > 98;
    }
    assert_int_equal(peaks, 2);
}

static void test_of_few_samples_all_are_drawn_but_what_is_no_number(void **state)
{
    static const double values[] = {NAN, 1, 1, 2, NAN};
    (void)state;
    _cleanup_json_ json_t *points = html_points(values, 5);
    _cleanup_json_ json_t *expected = json_pack("[i,f,i,f,i,f]", 1, 1.0, 2, 1.0, 3, 2.0);
    assert_true(json_equal(points, expected));
}

/* --- What was held before the loop, and at the end --- */

static double constant(int iteration, int rested, int parameter)
{
    (void)iteration, (void)rested;
    return parameter;
}

static double per_iteration(int iteration, int rested, int parameter)
{
    (void)rested;
    return parameter * iteration;
}

static double before_the_loop(int iteration, int rested, int parameter)
{
    (void)rested;
    return iteration == 0 ? parameter : 0;
}

static double within_the_loop(int iteration, int rested, int parameter)
{
    return iteration > 0 && rested == 0 ? parameter : 0;
}

static void test_descriptors_before_the_loop_and_at_the_end(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 2);
    add_text(&series, GAUGE_FD, "pipe", constant, 3);
    add_text(&series, GAUGE_FD, "socket:tcp", per_iteration, 1);
    add_text(&series, GAUGE_FD, "/gone", before_the_loop, 1);
    add_text(&series, GAUGE_FD, "/passing", within_the_loop, 9);
    _cleanup_ledger_ struct ledger *ledger = ledger_new(&series);
    _cleanup_json_ json_t *found = html_descriptors(ledger);
    _cleanup_json_ json_t *expected = json_pack("[[s,f,f],[s,f,f],[s,f,f]]", "/gone", 1.0, 0.0,
                                                "pipe", 3.0, 3.0, "socket:tcp", 0.0, 42.0);
    assert_true(json_equal(found, expected));
    series_free(&series);
}

static void add_stack(struct series *series, const char *leaf, const char *root, build_value *value,
                      int parameter)
{
    uint32_t functions[] = {holder_table_function(series->holders, leaf, strlen(leaf)),
                            holder_table_function(series->holders, root, strlen(root))};
    uint32_t holder = holder_table_stack(series->holders, GAUGE_HEAP_STACK, functions, 2);
    add_holdings(series, holder, value, parameter, 10);
}

static void test_the_largest_stacks_first_with_their_names_once(void **state)
{
    (void)state;
    struct series series = build_series(LOOP_SAMPLES, 2);
    add_stack(&series, "app.a", "main.main", constant, 5);
    add_stack(&series, "app.b", "main.main", before_the_loop, 90);
    add_stack(&series, "app.c", "main.main", per_iteration, 1);
    add_stack(&series, "app.d", "main.main", within_the_loop, 1);
    _cleanup_ledger_ struct ledger *ledger = ledger_new(&series);
    _cleanup_json_ json_t *heap = html_heap(ledger);
    _cleanup_json_ json_t *expected =
        json_pack("{s:[s,s,s,s],s:[[[i,i],f,f],[[i,i],f,f],[[i,i],f,f]],s:i,s:f,s:f,s:s,s:[[s,s],["
                  "s,s],[s,s]]}",
                  "names", "app.b", "main.main", "app.c", "app.a", "stacks", 0, 1, 900.0, 0.0, 2, 1,
                  0.0, 420.0, 3, 1, 50.0, 50.0, "left_out", 0, "left_out_before", 0.0,
                  "left_out_after", 0.0, "unit", "bytes", "views", "At the end", "after",
                  "Before the loop", "before", "What grew", "grown");
    assert_true(json_equal(heap, expected));
    series_free(&series);
}

static void test_of_stacks_that_do_not_fit_the_sum_is_known(void **state)
{
    (void)state;
    struct series series = build_series(1, 1);
    for (int i = 0; i < (int)LIMIT_PAGE_STACKS + 2; i++) {
        _cleanup_free_ char *name = memory_format("app.%c%c", 'a' + i / 26, 'a' + i % 26);
        add_stack(&series, name, "main.main", constant, 1 + i);
    }
    _cleanup_ledger_ struct ledger *ledger = ledger_new(&series);
    _cleanup_json_ json_t *heap = html_heap(ledger);
    assert_int_equal(json_array_size(json_object_get(heap, "stacks")), LIMIT_PAGE_STACKS);
    assert_int_equal(json_integer_value(json_object_get(heap, "left_out")), 2);
    assert_true(json_number_value(json_object_get(heap, "left_out_after")) == 10 + 20);
    series_free(&series);
}

/* --- Sections --- */

static void assert_rows(const char *part, unsigned how, const char *expected)
{
    static const char object[] = "{\"list\":[{\"a\":1},\"words\"],\"none\":[],\"in\":{\"map\":{"
                                 "\"<x\\u001b\":3,\"y\":{\"a\":2}}}}";
    const struct html_section table[] = {{part, "Heading", "name=title", "Text.", how}};
    _cleanup_json_ json_t *data = json_loads(object, 0, NULL), *sections = json_array();
    html_sections(data, table, 1, sections);
    json_t *rows = json_object_get(json_array_get(sections, 0), "rows");
    _cleanup_buffer_ struct buffer out = {0};
    if (rows != NULL)
        html_json(&out, rows);
    assert_string_equal(buffer_string(&out), expected);
}

static void test_rows_are_those_of_the_json(void **state)
{
    (void)state;
    assert_rows("list", 0, "[{\"a\":1},{\"name\":\"words\"}]");
    /* A name that was a key is a text, and so made harmless. */
    assert_rows("in.map", 0,
                "[{\"name\":\"\\u003cx\xef\xbf\xbd\",\"value\":3},{\"a\":2,\"name\":\"y\"}]");
    assert_rows("in.map.y", HTML_WHOLE, "[{\"a\":2}]");
    assert_rows("none", 0, "");
    assert_rows("in.nothing", 0, "");
    assert_rows("nothing", HTML_WHOLE, "");
}

static void test_of_many_rows_it_says_that_there_are_more(void **state)
{
    (void)state;
    static const struct html_section table[] = {{"list", "Heading", "name=title", "Text.", 0}};
    _cleanup_json_ json_t *object = json_object(), *sections = json_array();
    json_t *list = json_array();
    for (size_t i = 0; i <= LIMIT_PAGE_ROWS; i++)
        json_push(list, json_text("row"));
    json_put(object, "list", list);
    html_sections(object, table, 1, sections);
    const json_t *section = json_array_get(sections, 0);
    assert_int_equal(json_array_size(json_object_get(section, "rows")), LIMIT_PAGE_ROWS);
    assert_string_equal(json_get_text(section, "text", ""),
                        "The first 60 of 61; --json has all of them. Text.");
    assert_int_equal(json_array_size(list), LIMIT_PAGE_ROWS + 1);
}

/* --- A watch --- */

static double number_in(const json_t *array, size_t place, size_t i)
{
    return json_number_value(json_array_get(json_array_get(array, place), i));
}

static void test_the_series_of_a_watch_are_one_chart_by_the_time_of_day(void **state)
{
    struct journal_flag flag = {GAUGE_FD, 60, 30, "fds 31"};
    struct run_record later = {
        .header = {.watch = "w", .date = "2026-11-23T13:00:00Z"}, .flags = &flag, .flag_count = 1};
    struct run_record first = {.header = {.watch = "w", .date = "2026-11-23T12:00:00Z"}};
    struct scenario_result scenarios[] = {{.name = "app-10", .record = &later},
                                          {.name = "app-9", .record = &first}};
    const struct suite_result suite = {.scenarios = scenarios, .count = 2};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        build_sample(&first.series, PHASE_LOOP, 0, 60 * i);
        build_sample(&later.series, PHASE_LOOP, 0, 60 * i);
    }
    later.series.samples[2].slept = 7;
    _cleanup_json_ json_t *sections = watch_sections(&suite);
    const json_t *flags = json_object_get(json_array_get(sections, 0), "rows");
    const json_t *charts = json_array_get(sections, 1), *series = json_object_get(charts, "series");
    const json_t *marks = json_object_get(charts, "marks");
    assert_int_equal(json_array_size(series), 6);
    assert_true(number_in(series, 0, 2) == 0 && number_in(series, 3, 2) == 3600);
    assert_true(number_in(series, 5, 2) == 3600 + 120 + 7);
    assert_int_equal(json_array_size(marks), 1);
    assert_true(number_in(marks, 0, 0) == 3);
    assert_int_equal(json_array_size(flags), 1);
    flags = json_array_get(flags, 0);
    assert_int_equal(json_get_integer(flags, "sample", 0), 4);
    assert_string_equal(json_get_text(flags, "time", ""), "2026-11-23T13:01:00.000Z");
    const json_t *fd = json_array_get(json_object_get(charts, "curves"), GAUGE_FD);
    assert_true(json_get_number(fd, "level", 0) == 30);
    assert_true(number_in(json_object_get(fd, "marks"), 0, 0) == 4);
    /* What was run by a scenario is none. */
    later.header.watch = first.header.watch = NULL;
    assert_null(watch_sections(&suite));
    series_free(&first.series);
    series_free(&later.series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_stays_text),
        cmocka_unit_test(test_json_ends_no_script),
        cmocka_unit_test(test_every_text_of_the_data_is_harmless),
        cmocka_unit_test(test_a_long_text_is_cut_between_characters),
        cmocka_unit_test(test_no_peak_is_lost),
        cmocka_unit_test(test_of_few_samples_all_are_drawn_but_what_is_no_number),
        cmocka_unit_test(test_descriptors_before_the_loop_and_at_the_end),
        cmocka_unit_test(test_the_largest_stacks_first_with_their_names_once),
        cmocka_unit_test(test_of_stacks_that_do_not_fit_the_sum_is_known),
        cmocka_unit_test(test_the_series_of_a_watch_are_one_chart_by_the_time_of_day),
        cmocka_unit_test(test_rows_are_those_of_the_json),
        cmocka_unit_test(test_of_many_rows_it_says_that_there_are_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
