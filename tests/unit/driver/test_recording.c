/* The recording is read back line by line as any player would read it. */
#include "terminal_helpers.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "driver/recording.h"

struct place {
    char directory[64];
    char path[128];
};

static int make_place(void **state)
{
    struct place *place = memory_new(struct place);
    strcpy(place->directory, "/tmp/leakgate-recording-XXXXXX");
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->path, sizeof place->path, "%s/target.cast", place->directory);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    assert_true(directory_remove(place->directory, NULL));
    free(place);
    return 0;
}

static struct recording *open_at(const struct place *place)
{
    struct lg_error err = {0};
    struct recording *recording = recording_open(place->path, 50, 200, "scenario \"one\"", &err);
    assert_non_null(recording);
    return recording;
}

/* Every line of the file, parsed. */
static json_t *read_lines(const char *path)
{
    json_t *lines = json_array();
    char *line = NULL;
    size_t capacity = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) > 0) {
        struct lg_error err = {0};
        assert_int_equal(line[length - 1], '\n');
        json_t *value = json_parse(line, (size_t)length, path, &err);
        assert_string_equal(err.text, "");
        json_push(lines, value);
    }
    free(line);
    fclose(file);
    return lines;
}

static const char *kind_of(const json_t *lines, size_t index)
{
    return json_string_value(json_array_get(json_array_get(lines, index), 1));
}

static const char *text_of(const json_t *lines, size_t index)
{
    return json_string_value(json_array_get(json_array_get(lines, index), 2));
}

static void assert_event(const json_t *lines, size_t index, const char *kind, const char *text)
{
    assert_string_equal(kind_of(lines, index), kind);
    assert_string_equal(text_of(lines, index), text);
}

static void test_events_in_order(void **state)
{
    struct place *place = *state;
    struct recording *recording = open_at(place);
    recording_output(recording, BYTES("\x1b[Hone \"two\"\r\n"));
    recording_marker(recording, "press \"2\"");
    recording_resize(recording, 24, 80);
    recording_output(recording, BYTES("a\0b"));
    assert_true(recording_close(recording, NULL));

    json_t *lines = read_lines(place->path);
    assert_int_equal(json_array_size(lines), 5);
    const json_t *header = json_array_get(lines, 0);
    assert_int_equal(json_get_integer(header, "version", 0), 2);
    assert_int_equal(json_get_integer(header, "width", 0), 200);
    assert_int_equal(json_get_integer(header, "height", 0), 50);
    assert_string_equal(json_get_text(header, "title", ""), "scenario \"one\"");
    assert_event(lines, 1, "o", "\x1b[Hone \"two\"\r\n");
    assert_event(lines, 2, "m", "press \"2\"");
    assert_event(lines, 3, "r", "80x24");
    assert_event(lines, 4, "o", "ab"); /* NUL does nothing on a terminal */
    double before = 0;
    for (size_t i = 1; i < 5; i++) {
        double time = json_real_value(json_array_get(json_array_get(lines, i), 0));
        assert_true(time >= before);
        before = time;
    }
    json_decref(lines);
}

static void test_nothing_is_held_back(void **state)
{
    struct place *place = *state;
    struct recording *recording = open_at(place);
    recording_output(recording, BYTES("one"));
    json_t *lines = read_lines(place->path); /* before it is closed: a crash keeps it */
    assert_int_equal(json_array_size(lines), 2);
    json_decref(lines);
    assert_true(recording_close(recording, NULL));
}

static void test_characters_cut_by_reads(void **state)
{
    struct place *place = *state;
    struct recording *recording = open_at(place);
    recording_output(recording, BYTES("a\xe2"));
    recording_output(recording, BYTES("\x9c"));
    recording_output(recording, BYTES("\x93"
                                      "b\xff\xc3"));
    recording_output(recording, BYTES("c\x9b\xf0\x9f"));
    assert_true(recording_close(recording, NULL));
    json_t *lines = read_lines(place->path);
    assert_int_equal(json_array_size(lines), 5);
    assert_event(lines, 1, "o", "a");
    assert_event(lines, 2, "o", "✓b\xef\xbf\xbd");
    assert_event(lines, 3, "o",
                 "\xef\xbf\xbd"
                 "c\xef\xbf\xbd");
    assert_event(lines, 4, "o", "\xef\xbf\xbd");
    json_decref(lines);
}

#define BLOCK 4096u

/* Block number n, so that what was kept can be told. */
static void record_blocks(struct recording *recording, unsigned first, unsigned count)
{
    char block[BLOCK + 1];
    for (unsigned i = first; i < first + count; i++) {
        memset(block, '.', BLOCK);
        char number[16];
        memcpy(block, number, (size_t)snprintf(number, sizeof number, "%08u", i));
        recording_output(recording, block, BLOCK);
    }
}

static void test_first_and_last_of_a_flood(void **state)
{
    struct place *place = *state;
    const unsigned first = LIMIT_RECORDING_FIRST_BYTES / BLOCK;
    const unsigned all = (LIMIT_RECORDING_FIRST_BYTES + 2 * LIMIT_RECORDING_LAST_BYTES) / BLOCK;
    struct recording *recording = open_at(place);
    record_blocks(recording, 0, first);
    recording_resize(recording, 24, 80); /* still goes to the file */
    record_blocks(recording, first, 1);
    recording_resize(recording, 30, 90); /* is in the tail, and forgotten there */
    record_blocks(recording, first + 1, all - first - 1);
    recording_marker(recording, "after the flood");
    assert_true(recording_close(recording, NULL));

    json_t *lines = read_lines(place->path);
    for (unsigned i = 0; i < first; i++)
        assert_int_equal(atoi(text_of(lines, 1 + i)), i);
    assert_event(lines, 1 + first, "r", "80x24");
    assert_string_equal(kind_of(lines, 2 + first), "m");
    unsigned long lost = 0;
    assert_int_equal(sscanf(text_of(lines, 2 + first), "a flood: %lu bytes of output", &lost), 1);
    assert_event(lines, 3 + first, "r", "90x30");
    size_t size = json_array_size(lines);
    assert_event(lines, size - 1, "m", "after the flood");
    size_t kept = size - 1 - (4 + first);
    assert_int_equal(lost, (all - first - kept) * BLOCK);
    assert_true(kept * BLOCK <= LIMIT_RECORDING_LAST_BYTES);
    assert_true(kept * BLOCK > LIMIT_RECORDING_LAST_BYTES * 9 / 10);
    for (size_t i = 0; i < kept; i++)
        assert_int_equal(atoi(text_of(lines, 4 + first + i)), all - kept + i);
    json_decref(lines);
}

static void test_a_flood_that_fits_loses_nothing(void **state)
{
    struct place *place = *state;
    const unsigned all = 2 * LIMIT_RECORDING_FIRST_BYTES / BLOCK;
    struct recording *recording = open_at(place);
    record_blocks(recording, 0, all);
    assert_true(recording_close(recording, NULL));
    json_t *lines = read_lines(place->path);
    assert_int_equal(json_array_size(lines), 1 + all);
    for (unsigned i = 0; i < all; i++)
        assert_int_equal(atoi(text_of(lines, 1 + i)), i);
    json_decref(lines);
}

static void test_one_endless_read(void **state)
{
    struct place *place = *state;
    struct recording *recording = open_at(place);
    size_t length = 20u * 1024u * 1024u;
    char *bytes = memory_array(1, length);
    memset(bytes, '\xff', length); /* every one becomes three */
    recording_output(recording, bytes, length);
    free(bytes);
    assert_true(recording_close(recording, NULL));
    struct stat status;
    assert_int_equal(stat(place->path, &status), 0);
    assert_true(status.st_size < 2 * (LIMIT_RECORDING_FIRST_BYTES + LIMIT_RECORDING_LAST_BYTES));
    json_t *lines = read_lines(place->path);
    assert_true(json_array_size(lines) > 10);
    json_decref(lines);
}

static void test_errors_come_out(void **state)
{
    struct place *place = *state;
    struct lg_error err = {0};
    char path[200];
    snprintf(path, sizeof path, "%s/none/target.cast", place->directory);
    assert_null(recording_open(path, 50, 200, NULL, &err));
    assert_int_equal(err.class, LG_ERROR_INTERNAL);
    assert_int_equal(symlink("/dev/full", place->path), 0); /* a link is not followed */
    assert_null(recording_open(place->path, 50, 200, NULL, NULL));

    err = (struct lg_error){0};
    struct recording *recording = recording_open("/dev/full", 50, 200, NULL, &err);
    assert_non_null(recording);
    recording_output(recording, BYTES("lost"));
    assert_false(recording_close(recording, &err));
    assert_int_equal(err.class, LG_ERROR_INTERNAL);
    assert_int_equal(err.errnum, ENOSPC);
    assert_true(recording_close(NULL, NULL));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_events_in_order),
        TEST(test_nothing_is_held_back),
        TEST(test_characters_cut_by_reads),
        TEST(test_first_and_last_of_a_flood),
        TEST(test_a_flood_that_fits_loses_nothing),
        TEST(test_one_endless_read),
        TEST(test_errors_come_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
