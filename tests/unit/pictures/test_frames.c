/* A recording as the pictures that the page plays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/memory.h"
#include "pictures/frames.h"

struct film {
    struct recording_part part;
    json_t *json;
};

static struct film film_of(const char *events, size_t first, bool tail, size_t budget)
{
    struct film film = {0};
    struct buffer out = {0};
    struct replay_end end;
    struct lg_error err = {0};
    char path[] = "/tmp/leakgate-frames-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    dprintf(fd, "{\"version\": 2, \"width\": 6, \"height\": 3}\n%s", events);
    close(fd);
    struct frames *frames = frames_new(first, 0);
    assert_true(replay(path, SIZE_MAX, &frames_listener, frames, &end, &err));
    film.part = frames_write(frames, tail, budget, &out);
    if (film.part.count > 0) {
        film.json = json_loadb(out.data, out.length, 0, NULL);
        assert_non_null(film.json);
    }
    frames_free(frames);
    buffer_free(&out);
    unlink(path);
    return film;
}

static void free_film(struct film *film)
{
    cleanup_json(&film->json);
}

/* The film's part of that name, as JSON in one line. */
static void assert_part(const struct film *film, const char *key, const char *expected)
{
    _cleanup_free_ char *text =
        json_dumps(json_object_get(film->json, key), JSON_COMPACT | JSON_REAL_PRECISION(4));
    assert_string_equal(text, expected);
}

static const char back_and_forth[] = "[0.5, \"m\", \"press a\"]\n"
                                     "[1, \"o\", \"one\\r\\ntwo\"]\n"
                                     "[2, \"m\", \"press b\"]\n"
                                     "[2.5, \"o\", \"\\u001b[2;1H</b>\"]\n"
                                     "[3, \"m\", \"press a\"]\n"
                                     "[3.5, \"o\", \"\\u001b[2;1Htwo \"]\n";

static void test_a_row_that_comes_back_is_kept_once(void **state)
{
    (void)state;
    struct film film = film_of(back_and_forth, 0, false, 65536);
    assert_part(&film, "lines", "[[0,\"one\"],[0,\"two\"],[0,\"</b>\"]]");
    assert_part(&film, "frames", "[[1.0,[0,0,1,1]],[2.5,[1,2]],[3.5,[1,1]]]");
    assert_part(&film, "labels", "[\"press a\",\"press b\"]");
    assert_part(&film, "styles", "[[-1,-1,0]]");
    assert_part(&film, "marks", "[[0.5,0],[2.0,1],[3.0,0]]");
    assert_true(film.part.from_start && film.part.to_end);
    free_film(&film);
}

static void test_the_first_part(void **state)
{
    (void)state;
    struct film film = film_of(back_and_forth, 1, false, 1);
    assert_part(&film, "frames", "[[1.0,[0,0,1,1]]]");
    assert_true(film.part.from_start);
    assert_false(film.part.to_end);
    free_film(&film);
}

/* It begins with the whole screen. */
static void test_the_last_part(void **state)
{
    (void)state;
    struct film film = film_of(back_and_forth, 0, true, 1);
    assert_part(&film, "frames", "[[3.5,[0,0,1,1]]]");
    assert_part(&film, "lines", "[[0,\"one\"],[0,\"two\"]]");
    assert_part(&film, "marks", "[]");
    assert_false(film.part.from_start);
    assert_true(film.part.to_end);
    free_film(&film);
}

static void test_colours_and_blanks(void **state)
{
    (void)state;
    struct film film =
        film_of("[0, \"o\", \"a\\u001b[44m \\u001b[m  x\\r\\n\\u001b[7m  \"]\n", 0, false, 65536);
    assert_part(&film, "lines", "[[0,\"a\",1,\" \",0,\"  x\"],[2,\"  \"]]");
    assert_part(&film, "styles", "[[-1,-1,0],[-1,4,0],[-1,-1,8]]");
    free_film(&film);
}

static void test_nothing_drawn(void **state)
{
    (void)state;
    struct film film = film_of("[0, \"m\", \"press a\"]\n", 0, false, 65536);
    assert_int_equal(film.part.count, 0);
    film = film_of("", 0, true, 65536);
    assert_int_equal(film.part.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_that_comes_back_is_kept_once),
        cmocka_unit_test(test_the_first_part),
        cmocka_unit_test(test_the_last_part),
        cmocka_unit_test(test_colours_and_blanks),
        cmocka_unit_test(test_nothing_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
