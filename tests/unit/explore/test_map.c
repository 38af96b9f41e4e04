/* The map of what is explored: screens that are known again, what is tried next, ways, round trips.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "explore/actions.h"
#include "explore/map.h"
#include "explore/trip_scenario.h"

/* --- Screens --- */

static void what_changes_by_itself_is_folded(void **state)
{
    (void)state;
    static const struct {
        const char *row, *folded;
    } cases[] = {
        {"12:05 up 3 days", "#:# up # days"},
        {"  commit 30022ae Begin   ", "commit # Begin"},
        {"deadbeef and feed", "# and feed"},
        {"\xe2\xa0\x8b loading", "loading"},
        {"│ a │", "│ a │"},
        {"caf\xc3\xa9 v1", "caf\xc3\xa9 #"},
        {"", ""},
        {"\xff\xfe broken", "\xff\xfe broken"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        _cleanup_free_ char *folded = row_folded(cases[i].row);
        if (strcmp(folded, cases[i].folded) != 0)
            fail_msg("\"%s\" is \"%s\"", cases[i].row, folded);
    }
}

static struct screen_state shown(const char *bytes, const bool *restless)
{
    struct terminal *terminal = terminal_new(4, 40, NULL);
    struct buffer replies = {0};
    struct screen_state state;
    terminal_keep_styles(terminal);
    terminal_feed(terminal, bytes, strlen(bytes), &replies);
    screen_state_read(terminal, restless, &state);
    buffer_free(&replies);
    terminal_free(terminal);
    return state;
}

static void a_screen_is_known_again(void **state)
{
    (void)state;
    _cleanup_state_ struct screen_state files = shown("Files\r\n\x1b[7mone\x1b[m\r\ntwo", NULL);
    _cleanup_state_ struct screen_state again = shown("Files\r\n\x1b[7mone\x1b[m\r\ntwo", NULL);
    _cleanup_state_ struct screen_state other = shown("Files\r\none\r\n\x1b[7mtwo\x1b[m", NULL);
    assert_true(files.id == again.id);
    assert_true(files.id != other.id); /* another line is selected */
    const bool restless[4] = {[3] = true};
    _cleanup_state_ struct screen_state noon = shown("a\r\nb\r\nc\r\ntick", restless);
    _cleanup_state_ struct screen_state later = shown("a\r\nb\r\nc\r\ntock", restless);
    assert_true(noon.id == later.id);
}

/* --- What is tried --- */

static size_t place_of(const struct string_list *list, const char *text)
{
    size_t i = 0;
    while (i < list->count && strcmp(list->items[i], text) != 0)
        i++;
    return i;
}

static void what_the_screen_names_comes_first(void **state)
{
    (void)state;
    _cleanup_strings_ struct string_list rows = {0}, actions = {0}, other = {0};
    string_list_add(&rows, "Files  Git");
    string_list_add(&rows, "");
    string_list_add(&rows, " q quit  ctrl+s save  [?] help  j/k move  esc back");
    size_t count = actions_of(&rows, true, 1, &actions);
    static const char *const named[] = {"q", "Ctrl-s", "?", "j", "k", "Escape"};
    assert_int_equal(count, COUNT_OF(named));
    for (size_t i = 0; i < COUNT_OF(named); i++)
        if (place_of(&actions, named[i]) >= place_of(&actions, "1"))
            fail_msg("%s is not before z", named[i]);
    assert_true(place_of(&actions, "click Files") < actions.count);
    assert_true(place_of(&actions, "resize 120x30") < actions.count);
    actions_of(&rows, false, 2, &other);
    assert_int_equal(place_of(&other, "click Files"), other.count);
    assert_true(place_of(&actions, "x") != place_of(&other, "x") ||
                place_of(&actions, "w") != place_of(&other, "w")); /* the seed's order */
    for (size_t i = 0; i < actions.count; i++) {
        struct step step = action_step(actions.items[i]);
        struct key key;
        const char *nearest;
        for (size_t k = 0; k < step.keys.count; k++)
            assert_true(key_parse(step.keys.items[k], &key, &nearest));
        action_step_free(&step);
    }
}

static void a_way_back_is_the_reverse_first(void **state)
{
    (void)state;
    _cleanup_strings_ struct string_list down = {0}, resize = {0};
    actions_back("Down", 200, 50, &down);
    assert_string_equal(down.items[0], "Up");
    assert_true(string_list_contains(&down, "Escape") && string_list_contains(&down, "Down"));
    actions_back("resize 120x30", 200, 50, &resize);
    assert_int_equal(resize.count, 1);
    assert_string_equal(resize.items[0], "resize 200x50");
}

/* --- The map --- */

static void take(struct map *map, const char *text)
{
    struct lg_error err = {0};
    _cleanup_json_ json_t *fact = json_parse(text, strlen(text), "fact", &err);
    if (fact == NULL || !map_take(map, fact, &err))
        fail_msg("%s: %s", text, err.text);
}

/* Three screens in a row: 1 leads on by "n" and back by "p". */
static struct map made(void)
{
    struct map map = {.seed = 1};
    take(&map, "{\"state\": \"1\", \"rows\": [\"\", \"a one\", \"b one\", \"c one\", \"d one\"]}");
    take(&map, "{\"state\": \"2\", \"rows\": [\"\", \"a two\", \"b two\", \"c two\", \"d two\"]}");
    take(&map, "{\"state\": \"3\", \"rows\": [\"\", \"a two\", \"b two\", \"c two\", \"e two\"]}");
    take(&map, "{\"edge\": \"leads\", \"from\": \"1\", \"action\": \"n\", \"to\": \"2\"}");
    take(&map, "{\"edge\": \"leads\", \"from\": \"2\", \"action\": \"n\", \"to\": \"3\"}");
    take(&map, "{\"edge\": \"leads\", \"from\": \"3\", \"action\": \"p\", \"to\": \"2\"}");
    return map;
}

static void ways_are_short(void **state)
{
    (void)state;
    struct map map = made();
    _cleanup_strings_ struct string_list way = {0}, none = {0};
    assert_true(map_way(&map, 0, 2, &way, NULL));
    assert_int_equal(way.count, 2);
    assert_false(map_way(&map, 2, 0, &none, NULL)); /* nothing leads there */
    /* What an action led to before is still a way. */
    _cleanup_strings_ struct string_list again = {0};
    int states[3];
    take(&map, "{\"edge\": \"leads\", \"from\": \"2\", \"action\": \"n\", \"to\": \"1\"}");
    assert_true(map_way(&map, 0, 2, &again, states));
    assert_true(states[0] == 1 && states[1] == 2);
    assert_int_equal(map_edge(&map.states[1], "n")->to, 0);
    assert_int_equal(map.states[1].new_rows, 4);
    assert_int_equal(map.states[2].new_rows, 1);
    map_free(&map);
}

/* Tries all that is lively there, as one that is silent. */
static void all_silent(struct map *map, int at)
{
    _cleanup_strings_ struct string_list actions = {0};
    string_list_add_all(&actions, &map->states[at].actions);
    for (size_t i = 0; i < actions.count; i++) {
        if (map_edge(&map->states[at], actions.items[i]) != NULL)
            continue;
        _cleanup_json_ json_t *fact =
            map_fact_edge(map, at, actions.items[i], EDGE_SILENT, MAP_NOWHERE);
        assert_true(map_take(map, fact, NULL));
    }
}

static void what_is_new_comes_before_what_is_like_others(void **state)
{
    (void)state;
    struct map map = made();
    const char *action = NULL;
    _cleanup_strings_ struct string_list here = {0}, there = {0}, last = {0}, none = {0};
    assert_true(map_next(&map, 2, 0, 1, &here, &action)); /* by p, as 3 is like 2 */
    assert_int_equal(here.count, 1);
    all_silent(&map, 1);
    assert_true(map_next(&map, 2, 0, 1, &last, &action));
    assert_int_equal(last.count, 0);
    all_silent(&map, 2);
    assert_false(map_next(&map, 2, 0, 1, &none, &action));
    assert_true(map_next(&map, 0, 0, 1, &there, &action));
    map_free(&map);
}

static void what_was_silent_everywhere_comes_last(void **state)
{
    (void)state;
    struct map map = {.seed = 1};
    for (int i = 1; i <= 4; i++) {
        _cleanup_free_ char *screen =
            memory_format("{\"state\": \"%d\", \"rows\": [\"x%c\"]}", i, 'a' + i);
        _cleanup_free_ char *silent =
            memory_format("{\"edge\": \"silent\", \"from\": \"%d\", \"action\": \"1\"}", i);
        take(&map, screen);
        if (i < 4)
            take(&map, silent);
    }
    _cleanup_free_ char *last = NULL;
    const char *action = NULL;
    _cleanup_strings_ struct string_list way = {0};
    while (map_next(&map, 3, 0, 1, &way, &action)) {
        free(last);
        last = memory_copy_text(action);
        _cleanup_json_ json_t *fact = map_fact_edge(&map, 3, last, EDGE_SILENT, MAP_NOWHERE);
        assert_true(map_take(&map, fact, NULL));
    }
    assert_string_equal(last, "1"); /* else it is the first of all */
    map_free(&map);
}

static void each_has_its_share(void **state)
{
    (void)state;
    struct map map = made();
    unsigned tried[2] = {0};
    for (unsigned share = 0; share < 2; share++) {
        const char *action = NULL;
        _cleanup_strings_ struct string_list way = {0};
        while (string_list_free(&way),
               map_next(&map, 1, share, 2, &way, &action) && way.count == 0) {
            _cleanup_json_ json_t *fact = map_fact_edge(&map, 1, action, EDGE_SILENT, MAP_NOWHERE);
            assert_true(map_take(&map, fact, NULL));
            tried[share]++;
        }
    }
    assert_true(tried[0] > 10 && tried[1] > 10);
    map_free(&map);
}

static void typed_text_is_no_screen(void **state)
{
    (void)state;
    struct map map = {.seed = 1};
    take(&map, "{\"state\": \"a\", \"rows\": [\"Find:\", \"1\", \"2\", \"3\", \"4\"]}");
    for (char letter = 'a'; letter <= 'e'; letter++) {
        _cleanup_free_ char *typed =
            memory_format("{\"state\": \"%02x\", \"rows\": [\"%c\", \"%c x\", \"%c y\", \"%c z\"]}",
                          letter + 16, letter, letter, letter, letter);
        _cleanup_free_ char *edge = memory_format(
            "{\"edge\": \"leads\", \"from\": \"a\", \"action\": \"%c\", \"to\": \"%02x\"}", letter,
            letter + 16);
        take(&map, typed);
        take(&map, edge);
    }
    const char *action = NULL;
    _cleanup_strings_ struct string_list way = {0};
    assert_int_equal(map.states[1].new_rows, 0);
    assert_true(map_next(&map, 0, 0, 1, &way, &action));
    assert_true(way.count == 0 && strlen(action) > 1); /* a key that is no character */
    map_free(&map);
}

static void an_action_that_ends_the_program_is_learned(void **state)
{
    (void)state;
    struct map map = made();
    take(&map, "{\"edge\": \"ends\", \"from\": \"1\", \"action\": \"Q\"}");
    assert_false(map_is_deadly(&map, "Q"));
    take(&map, "{\"edge\": \"ends\", \"from\": \"2\", \"action\": \"Q\"}");
    assert_true(map_is_deadly(&map, "Q"));
    take(&map, "{\"edge\": \"silent\", \"from\": \"3\", \"action\": \"Q\"}");
    assert_false(map_is_deadly(&map, "Q"));
    assert_int_equal(map.ends, 2);
    map_free(&map);
}

static void rows_that_differ_between_starts_are_restless(void **state)
{
    (void)state;
    struct map map = {.seed = 1};
    take(&map,
         "{\"survey\": [\"a\", \"b 1\", \"c\", \"d\"], \"restless\": [true, false, false, false]}");
    take(
        &map,
        "{\"survey\": [\"a\", \"b 2\", \"x\", \"d\"], \"restless\": [false, false, false, false]}");
    assert_true(map.restless[0] && !map.restless[1] && map.restless[2] && !map.restless[3]);
    assert_int_equal(map.surveys, 2);
    map_free(&map);
}

static void what_is_no_fact_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "{\"edge\": \"leads\", \"from\": \"1\", \"action\": \"n\", \"to\": \"9\"}",
        "{\"edge\": \"jumps\", \"from\": \"1\", \"action\": \"n\"}",
        "{\"edge\": \"silent\", \"from\": \"9\", \"action\": \"n\"}",
        "{\"edge\": \"silent\", \"from\": \"1\", \"action\": \"\"}",
        "{\"trip\": \"clean\", \"from\": \"9\"}",
        "{\"trip\": \"odd\", \"from\": \"1\"}",
    };
    struct map map = made();
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct lg_error err = {0};
        _cleanup_json_ json_t *fact = json_parse(wrong[i], strlen(wrong[i]), "fact", &err);
        if (map_take(&map, fact, &err) || err.class != LG_ERROR_INPUT)
            fail_msg("%s", wrong[i]);
    }
    map_free(&map);
}

/* --- The scenario --- */

static void a_trip_is_a_scenario(void **state)
{
    (void)state;
    struct map map = {.seed = 1};
    take(&map, "{\"state\": \"1\", \"rows\": [\"\", \"First page\"]}");
    take(&map, "{\"state\": \"2\", \"rows\": [\"\", \"Second page\"]}");
    take(&map, "{\"state\": \"3\", \"rows\": [\"\", \"Second page\", \"A window\"]}");
    take(&map, "{\"edge\": \"leads\", \"from\": \"1\", \"action\": \"2\", \"to\": \"2\"}");
    take(&map, "{\"edge\": \"leads\", \"from\": \"2\", \"action\": \"w\", \"to\": \"3\"}");
    take(&map, "{\"edge\": \"leads\", \"from\": \"3\", \"action\": \"Escape\", \"to\": \"2\"}");
    take(&map, "{\"trip\": \"grows\", \"from\": \"2\", \"there\": \"w\", \"back\": \"Escape\", "
               "\"gauge\": \"fd\", \"holder\": \"pipe\", \"per_trip\": 1}");
    const struct plan plan = {.target = {.name = (char *)"it", .wait_rows = {1, -1}}};
    _cleanup_buffer_ struct buffer yaml = {0};
    trip_scenario(&map, &map.trips[0], &plan, &yaml);
    assert_string_equal(buffer_string(&yaml), "version: 1\n"
                                              "title: \"Explored: 2 then w and back by Escape\"\n"
                                              "target: it\n"
                                              "setup:\n"
                                              "  - press: \"2\"\n"
                                              "  - wait: {text: Second page}\n"
                                              "iteration:\n"
                                              "  - press: w\n"
                                              "  - wait: {text: A window}\n"
                                              "  - press: Escape\n"
                                              "  - wait: {gone: A window}\n");
    static const char start[] = "{\"scenario\": {\"world\": {\"files\": {\"a\": \"x\\n\"}}, "
                                "\"setup\": [{\"press\": \"1\"}]}}";
    _cleanup_json_ json_t *document = json_parse(start, strlen(start), "document", NULL);
    struct plan begun = plan;
    begun.document = document;
    buffer_clear(&yaml);
    trip_scenario(&map, &map.trips[0], &begun, &yaml);
    assert_non_null(strstr(buffer_string(&yaml), "target: it\n"
                                                 "world: {\"files\":{\"a\":\"x\\n\"}}\n"
                                                 "setup:\n"
                                                 "  - {\"press\":\"1\"}\n"
                                                 "  - press: \"2\"\n"));
    map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_changes_by_itself_is_folded),
        cmocka_unit_test(a_screen_is_known_again),
        cmocka_unit_test(what_the_screen_names_comes_first),
        cmocka_unit_test(a_way_back_is_the_reverse_first),
        cmocka_unit_test(ways_are_short),
        cmocka_unit_test(what_is_new_comes_before_what_is_like_others),
        cmocka_unit_test(what_was_silent_everywhere_comes_last),
        cmocka_unit_test(each_has_its_share),
        cmocka_unit_test(typed_text_is_no_screen),
        cmocka_unit_test(an_action_that_ends_the_program_is_learned),
        cmocka_unit_test(rows_that_differ_between_starts_are_restless),
        cmocka_unit_test(what_is_no_fact_is_refused),
        cmocka_unit_test(a_trip_is_a_scenario),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
