/* Who runs when and where, by how long it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "commands/schedule.h"

static void the_longest_is_first_and_names_decide(void **state)
{
    (void)state;
    const struct schedule_item items[] = {{"b", 10}, {"z", 30}, {"a", 10}, {"c", 20}};
    size_t order[COUNT_OF(items)];
    schedule_longest_first(items, COUNT_OF(items), order);
    const size_t wanted[] = {1, 3, 2, 0};
    assert_memory_equal(order, wanted, sizeof wanted);
}

static void shards_are_even_and_do_not_depend_on_the_order(void **state)
{
    (void)state;
    const struct schedule_item items[] = {{"a", 7}, {"b", 6}, {"c", 5}, {"d", 4}, {"e", 2}};
    const struct schedule_item turned[] = {{"e", 2}, {"d", 4}, {"c", 5}, {"b", 6}, {"a", 7}};
    unsigned shard_of[COUNT_OF(items)], of_turned[COUNT_OF(items)];
    schedule_shards(items, COUNT_OF(items), 2, shard_of);
    schedule_shards(turned, COUNT_OF(items), 2, of_turned);
    /* 7; 7 6; 7 11; 11 11; 13 11 */
    const unsigned wanted[] = {1, 2, 2, 1, 1};
    assert_memory_equal(shard_of, wanted, sizeof wanted);
    for (size_t i = 0; i < COUNT_OF(items); i++)
        assert_int_equal(of_turned[COUNT_OF(items) - 1 - i], shard_of[i]);
}

static void more_shards_than_items_leave_some_empty(void **state)
{
    (void)state;
    const struct schedule_item items[] = {{"b", 1}, {"a", 1}};
    unsigned shard_of[COUNT_OF(items)];
    schedule_shards(items, COUNT_OF(items), 5, shard_of);
    assert_int_equal(shard_of[1], 1);
    assert_int_equal(shard_of[0], 2);
}

static void the_span_is_that_of_the_slot_that_ends_last(void **state)
{
    (void)state;
    const double seconds[] = {30, 20, 20, 10};
    double free_in[] = {0, 0};
    assert_true(schedule_span(seconds, COUNT_OF(seconds), free_in, 2) == 40);
    double busy[] = {100, 5};
    assert_true(schedule_span(seconds, COUNT_OF(seconds), busy, 2) == 100);
    double one[] = {0};
    assert_true(schedule_span(seconds, COUNT_OF(seconds), one, 1) == 80);
    assert_true(schedule_span(seconds, 0, one, 1) == 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_is_first_and_names_decide),
        cmocka_unit_test(shards_are_even_and_do_not_depend_on_the_order),
        cmocka_unit_test(more_shards_than_items_leave_some_empty),
        cmocka_unit_test(the_span_is_that_of_the_slot_that_ends_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
