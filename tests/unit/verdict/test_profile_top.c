/* The table of a profile's functions, by made-up profiles; tests/cli/test_diff.py holds it against
 * go tool pprof's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buffer.h"
#include "profile_builder.h"
#include "verdict/profile_names.h"
#include "verdict/profile_top.h"

#define COUNTS "n/count"
#define HEAP "inuse_objects/count inuse_space/bytes"

struct asked {
    const char *sample_index, *focus, *ignore;
    bool of_before, by_cum;
    size_t most;
    bool stacks; /* instead of the functions */
};

/* "BEFORE AFTER STACK", a line each, sorted. */
static char *stacks_of(const struct profile_top *top)
{
    _cleanup_strings_ struct string_list lines = {0};
    struct buffer out = {0};
    size_t at = 0;
    int64_t before, after;
    for (char *key; (key = profile_top_stack(top, &at, &before, &after)) != NULL; free(key))
        string_list_take(&lines,
                         memory_format("%lld %lld %s", (long long)before, (long long)after, key));
    string_list_sort(&lines);
    for (size_t i = 0; i < lines.count; i++)
        buffer_format(&out, "%s%s", i > 0 ? "\n" : "", lines.items[i]);
    return buffer_take(&out);
}

/* "TOTAL", then "FLAT CUM FUNCTION WHERE" of each row, a line each; or the error. */
static char *top_of(const struct made_profile *before, const struct made_profile *after,
                    const struct asked *asked)
{
    struct lg_error err = {0};
    _cleanup_buffer_ struct buffer one = {0}, other = make_profile(after);
    _cleanup_regex_ struct regex *focus =
        asked->focus != NULL ? regex_new(asked->focus, &err) : NULL;
    _cleanup_regex_ struct regex *ignore =
        asked->ignore != NULL ? regex_new(asked->ignore, &err) : NULL;
    const struct profile_question question = {asked->sample_index, focus,         ignore,
                                              asked->of_before,    asked->by_cum, asked->most,
                                              asked->stacks};
    _cleanup_profile_top_ struct profile_top *top = profile_top_new(&question);
    struct buffer out = {0};
    bool added = profile_top_add(top, PROFILE_AFTER, buffer_string(&other), other.length, &err);
    if (before != NULL && added) {
        one = make_profile(before);
        added = profile_top_add(top, PROFILE_BEFORE, buffer_string(&one), one.length, &err);
    }
    if (!added)
        return memory_format("%d: %s", err.class, err.text);
    profile_top_finish(top);
    if (asked->stacks)
        return stacks_of(top);
    buffer_format(&out, "total %lld", (long long)top->total);
    if (top->left_out > 0)
        buffer_format(&out, ", %zu left out under %lld", top->left_out, (long long)top->least);
    if (top->count < top->functions)
        buffer_format(&out, ", %zu of %zu", top->count, top->functions);
    for (size_t i = 0; i < top->count; i++) {
        const struct profile_row *row = &top->rows[i];
        buffer_format(&out, "\n%lld %lld", (long long)row->flat, (long long)row->cum);
        if (top->twin >= 0)
            buffer_format(&out, " (%lld)", (long long)row->twin);
        buffer_format(&out, " %s%s%s", row->function, row->where != NULL ? " " : "",
                      text_or(row->where, ""));
    }
    return buffer_take(&out);
}

static const struct {
    const char *what;
    struct made_profile after;
    struct made_profile before; /* no types: none */
    struct asked asked;
    const char *top;
} cases[] = {
    {"a leaf has the flat value, each function of the stack the cumulated one",
     {.types = COUNTS, .samples = {{"a b", {3}}, {"b", {4}}}},
     .top = "total 7\n4 7 b\n3 3 a"},
    {"stacks for a picture, both sides, the innermost function first, without what is filtered",
     {.types = COUNTS, .samples = {{"a+b c", {5}}, {"b", {1}}, {"d", {7}}}},
     {.types = COUNTS, .samples = {{"a+b c", {3}}}},
     .asked = {.stacks = true, .ignore = "d"},
     .top = "0 1 b\n3 5 a < b < c"},
    {"recursion counts once",
     {.types = COUNTS, .samples = {{"a b a b c", {5}}}},
     .top = "total 5\n5 5 a\n0 5 b\n0 5 c"},
    {"inlined functions are frames, the innermost is the leaf",
     {.types = COUNTS, .samples = {{"a+b c", {5}}, {"b", {1}}}},
     .top = "total 6\n5 5 a\n1 6 b\n0 5 c"},
    {"what BEFORE holds is taken off, and the largest difference comes first",
     {.types = COUNTS, .samples = {{"a", {10}}, {"b", {1}}, {"c", {7}}}},
     {.types = COUNTS, .samples = {{"a", {8}}, {"b", {9}}, {"c", {7}}}},
     .top = "total 10\n-8 -8 b\n2 2 a"},
    {"equal ones are sorted by name",
     {.types = COUNTS, .samples = {{"b", {1}}, {"c", {-1}}, {"a", {1}}}},
     .top = "total 3\n1 1 a\n1 1 b\n-1 -1 c"},
    {"goroutines are sorted by cum",
     {.types = "goroutine/count", .samples = {{"wait a", {3}}, {"wait b", {4}}}},
     .top = "total 7\n7 7 wait\n0 4 b\n0 3 a"},
    {"and others where that is asked for",
     {.types = COUNTS, .samples = {{"a c", {3}}, {"b c", {4}}}},
     .asked = {.by_cum = true},
     .top = "total 7\n0 7 c\n4 4 b\n3 3 a"},
    {"the total is of stacks: at two addresses they do not make up for each other",
     {.types = COUNTS, .samples = {{"a#1 b", {5}}, {"a#2 b", {1}}}},
     {.types = COUNTS, .samples = {{"a#1 b", {1}}, {"a#2 b", {5}}}},
     .top = "total 8"},
    {"nor with two labels",
     {.types = COUNTS, .samples = {{"a", {5}, "x"}, {"a", {1}, "y"}}},
     {.types = COUNTS, .samples = {{"a", {1}, "x"}, {"a", {5}, "y"}}},
     .top = "total 8"},
    {"but wherever the file is mapped",
     {.types = COUNTS, .start = 0x5000, .samples = {{"a", {5}}}},
     {.types = COUNTS, .start = 0x9000, .samples = {{"a", {4}}}},
     .top = "total 1\n1 1 a"},
    {"-diff_base: the total is BEFORE's",
     {.types = COUNTS, .samples = {{"a", {10}}, {"b", {1}}}},
     {.types = COUNTS, .samples = {{"a", {8}}, {"b", {9}}}},
     .asked = {.of_before = true},
     .top = "total 17\n-8 -8 b\n2 2 a"},
    {"-diff_base: but AFTER's where BEFORE held nothing",
     {.types = COUNTS, .samples = {{"a", {10}}}},
     {.types = COUNTS, .samples = {{"a", {0}}}},
     .asked = {.of_before = true},
     .top = "total 10\n10 10 a"},
    {"a filter leaves the total",
     {.types = COUNTS, .samples = {{"a b", {3}}, {"b", {4}}, {"a c", {5}}}},
     .asked = {.focus = "^c$"},
     .top = "total 12\n5 5 a\n0 5 c"},
    {"what is ignored is so with a frame that is wanted",
     {.types = COUNTS, .samples = {{"a b", {3}}, {"b", {4}}, {"a c", {5}}}},
     .asked = {.focus = "a", .ignore = "c"},
     .top = "total 12\n3 3 a\n0 3 b"},
    {"a location of two frames is ignored as one",
     {.types = COUNTS, .samples = {{"a+b c", {3}}, {"b", {4}}}},
     .asked = {.ignore = "a"},
     .top = "total 7\n4 4 b"},
    {"files are looked at",
     {.types = COUNTS, .samples = {{"a@/x/one.go:1", {3}}, {"b@/x/two.go:1", {4}}}},
     .asked = {.focus = "one"},
     .top = "total 7\n3 3 a"},
    {"and the file that is mapped",
     {.types = COUNTS, .file = "/bin/program", .samples = {{"a", {3}}}},
     .asked = {.ignore = "program"},
     .top = "total 3"},
    {"a stack without frames is left out by any filter",
     {.types = COUNTS, .samples = {{"", {3}}, {"a", {3}}}},
     .asked = {.ignore = "x"},
     .top = "total 6\n3 3 a"},
    {"under half a percent of what is shown is left out",
     {.types = COUNTS, .samples = {{"a", {1990}}, {"b", {9}}, {"c", {1}}}},
     .top = "total 2000, 2 left out under 10\n1990 1990 a"},
    {"exactly that is not",
     {.types = COUNTS, .samples = {{"a", {1990}}, {"b", {10}}}},
     .top = "total 2000\n1990 1990 a\n10 10 b"},
    {"of what is shown, not of the total",
     {.types = COUNTS, .samples = {{"a", {1990}}, {"b", {9}}, {"c", {1}}}},
     .asked = {.ignore = "a"},
     .top = "total 2000\n9 9 b\n1 1 c"},
    {"no more than are asked for",
     {.types = COUNTS, .samples = {{"a", {3}}, {"b", {2}}, {"c", {1}}}},
     .asked = {.most = 2},
     .top = "total 6, 2 of 3\n3 3 a\n2 2 b"},
    {"the last values are shown, with their objects",
     {.types = HEAP, .samples = {{"a", {2, 64}}}},
     {.types = HEAP, .samples = {{"a", {1, 24}}}},
     .top = "total 40\n40 40 (1) a"},
    {"or what the profile names",
     {.types = HEAP, .otherwise = "inuse_objects", .samples = {{"a", {2, 64}}}},
     .top = "total 2\n2 2 (64) a"},
    {"or what is asked for by name",
     {.types = HEAP, .samples = {{"a", {2, 64}}}},
     .asked = {.sample_index = "inuse_objects"},
     .top = "total 2\n2 2 (64) a"},
    {"or by number",
     {.types = HEAP, .samples = {{"a", {2, 64}}}},
     .asked = {.sample_index = "0"},
     .top = "total 2\n2 2 (64) a"},
    {"which has to be there",
     {.types = HEAP, .samples = {{"a", {2, 64}}}},
     .asked = {.sample_index = "2"},
     .top = "1: the profile has no values \"2\"; it has inuse_objects, inuse_space, or 0 to 1"},
    {"so has the name",
     {.types = HEAP, .samples = {{"a", {2, 64}}}},
     .asked = {.sample_index = "cpu"},
     .top = "1: the profile has no values \"cpu\"; it has inuse_objects, inuse_space, or 0 to 1"},
    {"two kinds",
     {.types = HEAP, .samples = {{"a", {2, 64}}}},
     {.types = COUNTS, .samples = {{"a", {1}}}},
     .top = "1: the profiles are of two kinds: n before, and inuse_objects, inuse_space after"},
    {"two units",
     {.types = "n/count", .samples = {{"a", {2}}}},
     {.types = "n/bytes", .samples = {{"a", {1}}}},
     .top = "1: the profiles have different units: n is in bytes before, and in count after"},
    {"two rates",
     {.types = COUNTS, .period = 512, .samples = {{"a", {2}}}},
     {.types = COUNTS, .period = 524288, .samples = {{"a", {1}}}},
     .top = "1: the profiles were sampled at different rates: one in 524288 bytes before, and one "
            "in 512 bytes after"},
    {"where the program's own code got there: by most of what is flat",
     {.types = COUNTS,
      .samples = {{"bytes.grow@/go/src/bytes.go:9 main.f@/src/f.go:1 main.main@/src/m.go:1", {3}},
                  {"bytes.grow@/go/src/bytes.go:9 main.f@/src/f.go:2 main.main@/src/m.go:1", {4}},
                  {"x.org/lib.F@/mod/x.org/lib@v1.0.0/l.go:5 main.main@/src/m.go:2", {1}},
                  {"runtime.main@/go/src/proc.go:3", {1}}}},
     .top = "total 9\n7 7 bytes.grow /src/f.go:2\n1 1 runtime.main\n1 1 x.org/lib.F /src/m.go:2\n"
            "0 7 main.f /src/f.go:2\n0 8 main.main /src/m.go:1"},
    {"what shrank did not make it grow",
     {.types = COUNTS,
      .samples = {{"sync.f main.f@/src/f.go:1", {3}}, {"sync.f main.f@/src/f.go:3", {2}}}},
     {.types = COUNTS, .samples = {{"sync.f main.f@/src/f.go:2", {4}}}},
     .top = "total 9\n1 1 sync.f /src/f.go:1\n0 1 main.f /src/f.go:1"},
    {"an address without a function is known by its file",
     {.types = COUNTS, .file = "/lib/libc.so.6", .samples = {{"- a", {2}}}},
     .top = "total 2\n2 2 [libc.so.6]\n0 2 a"},
    {"or not at all",
     {.types = COUNTS, .samples = {{"- a", {2}}}},
     .top = "total 2\n2 2 <unknown>\n0 2 a"},
    {"drop_frames cuts off a function and what it calls",
     {.types = COUNTS, .drop = "drop.*", .samples = {{"a dropped b c", {2}}, {"b c", {1}}}},
     .top = "total 3\n3 3 b\n0 3 c"},
    {"unless keep_frames has it",
     {.types = COUNTS, .drop = "drop.*", .keep = "dropped", .samples = {{"a dropped b", {2}}}},
     .top = "total 2\n2 2 a\n0 2 b\n0 2 dropped"},
    {"of a location the frames above stay",
     {.types = COUNTS, .drop = "drop.*", .samples = {{"a dropped+b c", {2}}}},
     .top = "total 2\n2 2 b\n0 2 c"},
    {"and what the root begins with stays",
     {.types = COUNTS, .drop = "drop.*", .samples = {{"a dropped", {2}}}},
     .top = "total 2\n2 2 a\n0 2 dropped"},
    {"closures of generic functions in methods are shown as pprof shows them",
     {.types = COUNTS, .samples = {{"main.(*T).M.Map[...].func1", {2}}}},
     .asked = {.focus = "^main..M.Map"},
     .top = "total 2\n2 2 main..M.Map[...].func1"},
};

static void tables_of_functions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool two = cases[i].before.types != NULL;
        _cleanup_free_ char *top =
            top_of(two ? &cases[i].before : NULL, &cases[i].after, &cases[i].asked);
        if (strcmp(top, cases[i].top) != 0)
            fail_msg("%s:\n%s\n\nwanted:\n%s", cases[i].what, top, cases[i].top);
    }
}

/* More than the tables of sums begin with, so that they grow. */
static void many_stacks_are_added_up(void **state)
{
    (void)state;
    enum { STACKS = 20000 };
    struct making making = {.values = 1};
    string_number(&making, "");
    make_type(&making, 1, COUNTS);
    make_type(&making, 11, "space/bytes");
    make_location(&making, "main.leaf@/src/f.go:1");
    for (int64_t i = 0; i < STACKS; i++) {
        struct buffer sample = {0}, label = {0};
        put_number(&sample, 1, 1);
        put_number(&sample, 2, 1);
        put_number(&label, 1, 1);
        put_number(&label, 3, (uint64_t)(i % (STACKS / 2) + 1));
        put_message(&sample, 3, &label);
        put_message(&making.out, 2, &sample);
    }
    for (size_t i = 0; i < making.strings.count; i++)
        put_bytes(&making.out, 6, making.strings.items[i], strlen(making.strings.items[i]));
    const struct profile_question question = {0};
    _cleanup_profile_top_ struct profile_top *top = profile_top_new(&question);
    struct lg_error err = {0};
    assert_true(profile_top_add(top, PROFILE_AFTER, making.out.data, making.out.length, &err));
    assert_true(profile_top_add(top, PROFILE_BEFORE, making.out.data, making.out.length, &err));
    profile_top_finish(top);
    assert_int_equal(top->total, 0);
    assert_int_equal(top->count, 0);
    buffer_free(&making.out);
    string_list_free(&making.strings);
    string_list_free(&making.functions);
    string_list_free(&making.locations);
}

static void what_is_no_profile_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *says;
    } others[] = {
        {"", "it is empty"},
        {"heap profile: 3: 4 [5: 6] @ heap/1048576\n", "fetch it without debug=1"},
        {"goroutine 1 [running]:\n", "fetch it without debug=2"},
        {"go 1.26 trace\n", "go tool trace"},
        {"\x50\x01", "no type of values"},
        {"<html>", "but text"},
    };
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        const struct profile_question question = {0};
        _cleanup_profile_top_ struct profile_top *top = profile_top_new(&question);
        struct lg_error err = {0};
        assert_false(
            profile_top_add(top, PROFILE_AFTER, others[i].bytes, strlen(others[i].bytes), &err));
        assert_int_equal(err.class, LG_ERROR_TARGET);
        if (strstr(err.text, others[i].says) == NULL)
            fail_msg("'%s' does not say '%s'", err.text, others[i].says);
    }
}

static void names(void **state)
{
    (void)state;
    static const char *const shown[][2] = {
        {"main.(*T).M", "main.(*T).M"},
        {"main.Map[...]", "main.Map[...]"},
        {"main.(*List[...]).Push", "main.(*List[...]).Push"},
        {"main.(*T).M.Map[...].func1", "main..M.Map[...].func1"},
        {"std::map<int, x<y>>::at(int)", "std::map::at"},
        {"(a(b)c)<d", "<d"},
        {"a)b(c)[]", "a)b(c)[]"},
        {"init.<clinit>(x)[]", "init.<clinit>(x)[]"},
    };
    static const char *const bare[][2] = {
        {"main.(*T).M", "main."},
        {".f(int)", "f"},
        {"operator()(int)", "operator()"},
        {"(anonymous namespace)::f(x)", "(anonymous namespace)::f"},
        {"plain", "plain"},
    };
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        _cleanup_free_ char *name = profile_shown_name(shown[i][0], strlen(shown[i][0]));
        assert_string_equal(name, shown[i][1]);
    }
    for (size_t i = 0; i < COUNT_OF(bare); i++) {
        const char *name = bare[i][0];
        size_t length = profile_bare_name(&name);
        _cleanup_free_ char *text = memory_copy_range(name, length);
        assert_string_equal(text, bare[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_of_functions),
        cmocka_unit_test(many_stacks_are_added_up),
        cmocka_unit_test(what_is_no_profile_is_told),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
