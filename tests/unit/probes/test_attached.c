/* What is read of a process that runs already: its memory by kind, threads, locks and goroutines.
 * Made-up trees and texts for what is hard to come by. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "probes/file_locks.h"
#include "probes/find_process.h"
#include "probes/goroutine_text.h"
#include "probes/memory_map.h"
#include "probes/memstats.h"
#include "probes/threads.h"

static char *root;

static int root_setup(void **state)
{
    (void)state;
    root = memory_copy_text("/tmp/leakgate-attached-XXXXXX");
    return mkdtemp(root) == NULL;
}

static int root_teardown(void **state)
{
    (void)state;
    bool removed = directory_remove(root, NULL);
    free(root);
    return !removed;
}

static void put(const char *path, const char *text)
{
    _cleanup_free_ char *full = path_join(root, path);
    _cleanup_free_ char *directory = memory_copy_text(full);
    *strrchr(directory, '/') = '\0';
    assert_true(directory_make(directory, 0755, NULL));
    assert_true(file_write_atomic(full, text, strlen(text), NULL));
}

static void put_process(int pid, const char *comm, char state)
{
    _cleanup_free_ char *path = memory_format("%d/stat", pid);
    _cleanup_free_ char *stat =
        memory_format("%d (%s) %c 1 7 8 34820 -1 4194304 1 2 3 4 250 150 6 7 "
                      "20 0 9 0 123456 1 2 3\n",
                      pid, comm, state);
    put(path, stat);
}

static void put_descriptor(int pid, const char *link)
{
    _cleanup_free_ char *directory = memory_format("%s/%d/fd", root, pid);
    _cleanup_free_ char *path = path_join(directory, "3");
    assert_true(directory_make(directory, 0755, NULL));
    assert_int_equal(symlink(link, path), 0);
}

static struct proc opened(pid_t pid)
{
    struct proc proc;
    struct lg_error err = {0};
    if (!proc_open(root, pid, &proc, &err))
        fail_msg("%s", err.text);
    return proc;
}

static const char smaps[] =
    "00400000-00500000 r-xp 00000000 fe:00 99                 /opt/my program\n"
    "Rss:                 100 kB\nPss:                  50 kB\nSwap:                  0 kB\n"
    "0e1d6000-0e1f7000 rw-p 00000000 00:00 0                  [heap]\n"
    "Rss:                   8 kB\nPss:                   8 kB\nSwap:                  4 kB\n"
    "2856bc000000-2856bec00000 ---p 00000000 00:00 0 \nRss:                   0 kB\n"
    "2856bec00000-2856c0800000 rw-p 00000000 00:00 0 \nRss:                1000 kB\n"
    "7fb974000000-7fb974021000 rw-p 00000000 00:00 0 \nRss:                   4 kB\n"
    "7fb974021000-7fb978000000 ---p 00000000 00:00 0 \nRss:                   0 kB\n"
    "7fb990d28000-7fb990d29000 ---p 00000000 00:00 0 \nRss:                   0 kB\n"
    "7fb990d29000-7fb991529000 rw-p 00000000 00:00 0 \nRss:                  16 kB\n"
    "7fb991529000-7fb9915e9000 rw-p 00000000 00:00 0 \nRss:                  32 kB\n"
    "7ffc0a000000-7ffc0a021000 rw-p 00000000 00:00 0          [stack]\nRss:          64 kB\n";

static void memory_has_kinds(void **state)
{
    (void)state;
    static const struct {
        enum memory_kind kind;
        unsigned regions;
        double rss_kb;
    } expected[] = {{MEMORY_GO_HEAP, 1, 1000}, {MEMORY_C_HEAP, 2, 12}, {MEMORY_STACKS, 2, 80},
                    {MEMORY_ANONYMOUS, 1, 32}, {MEMORY_FILES, 1, 100}, {MEMORY_RESERVED, 3, 0}};
    put_process(7, "it", 'S');
    put("7/smaps", smaps);
    struct proc proc = opened(7);
    struct memory_map map;
    assert_true(memory_map_read(&proc, &map, NULL));
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        const struct memory_part *part = &map.parts[expected[i].kind];
        assert_int_equal(part->regions, expected[i].regions);
        assert_true(part->rss == expected[i].rss_kb * 1024);
    }
    assert_int_equal(map.total.regions, 10);
    assert_true(map.total.swap == 4096);
    assert_true(map.parts[MEMORY_FILES].pss == 50 * 1024);
    assert_true(map.parts[MEMORY_FILES].size == 0x100000);
    proc_close(&proc);
}

static void threads_are_in_order(void **state)
{
    (void)state;
    put_process(7, "it", 'S');
    put("7/task/12/stat", "12 (late one) R 1 7 8 0 -1 1 1 2 3 4 100 50 6 7 20 0 9 0 9 1 2 3\n");
    put("7/task/7/stat", "7 (it) S 1 7 8 0 -1 1 1 2 3 4 0 0 6 7 20 0 9 0 9 1 2 3\n");
    struct proc proc = opened(7);
    _cleanup_threads_ struct thread_list threads = {0};
    assert_true(threads_read(&proc, &threads, NULL));
    assert_int_equal(threads.count, 2);
    assert_int_equal(threads.items[1].id, 12);
    assert_int_equal(threads.items[1].state, 'R');
    assert_string_equal(threads.items[1].name, "late one");
    assert_true(threads.items[1].cpu_seconds == 150.0 / (double)sysconf(_SC_CLK_TCK));
    proc_close(&proc);
}

static void locks_are_of_byte_ranges(void **state)
{
    (void)state;
    put("locks", "1: POSIX  ADVISORY  WRITE 4711 08:01:131139 1073741824 1073741825\n"
                 "1: -> POSIX  ADVISORY  READ 4712 08:01:131139 0 EOF\n"
                 "2: FLOCK  ADVISORY  WRITE 99 fe:00:7 0 EOF\n"
                 "3: OFDLCK ADVISORY  READ -1 fe:00:9 120 127\n"
                 "half a line\n");
    _cleanup_locks_ struct file_lock_list locks = {0};
    file_locks_read(root, &locks);
    assert_int_equal(locks.count, 3);
    assert_int_equal(locks.items[0].owner, 4711);
    assert_true(locks.items[0].write && !locks.items[0].waits);
    assert_true(locks.items[0].device == makedev(8, 1));
    assert_int_equal(locks.items[0].inode, 131139);
    assert_int_equal(locks.items[0].start, 0x40000000);
    assert_true(locks.items[1].waits && !locks.items[1].write);
    assert_true(locks.items[1].end == UINT64_MAX);
    assert_int_equal(locks.items[2].owner, -1);
}

static void a_process_is_found_by_its_name(void **state)
{
    (void)state;
    put_process(7, "it", 'S');
    put_process(8, "it", 'Z');
    put_process(9, "other", 'S');
    put("7/cmdline", "it");
    put("stat", "cpu 1 2\nbtime 1700000000\n");
    _cleanup_found_ struct found_processes found = {0};
    struct lg_error err = {0};
    assert_true(find_processes(root, &(struct process_wanted){.name = "it"}, &found, &err));
    assert_int_equal(found.count, 1);
    assert_int_equal(found.items[0].pid, 7);
    assert_string_equal(found.items[0].command, "it");
    assert_string_equal(found.items[0].terminal, "pts/4");
    assert_int_equal(found.items[0].started, 1700000000 + 123456 / sysconf(_SC_CLK_TCK));
    assert_false(find_processes(root, &(struct process_wanted){.name = "none"},
                                &(struct found_processes){0}, &err));
    assert_int_equal(err.class, LG_ERROR_INPUT);
    assert_false(find_processes(root, &(struct process_wanted){.pid = 8},
                                &(struct found_processes){0}, &err));
    assert_non_null(strstr(err.text, "no process 8"));
}

static void a_process_is_found_by_what_it_has_open(void **state)
{
    (void)state;
    put_process(7, "it", 'S');
    put_process(9, "other", 'S');
    put_descriptor(7, "/data/it.db-wal");
    put_descriptor(9, "/data/it.db");
    _cleanup_found_ struct found_processes found = {0};
    struct lg_error err = {0};
    const struct process_wanted database = {.open_file = "/data/it.db"};
    assert_true(find_processes(root, &database, &found, &err));
    assert_int_equal(found.count, 1);
    assert_int_equal(found.items[0].pid, 9);
    assert_false(find_processes(root, &(struct process_wanted){.open_file = "/data"},
                                &(struct found_processes){0}, &err));
    assert_non_null(strstr(err.text, "has /data open"));
}

static const char goroutines[] =
    "goroutine 1 [chan receive, 12 minutes]:\n"
    "example.com/it/pkg.(*T).wait(0xc000, {0x1, 0x2})\n\t/src/it/pkg/t.go:12 +0x1d\n"
    "main.main()\n\t/src/it/main.go:9 +0x1d\n\n"
    "goroutine 5 [chan receive, 3 minutes, locked to thread]:\n"
    "example.com/it/pkg.(*T).wait(0xc001, {0x1, 0x2})\n\t/src/it/pkg/t.go:12 +0x1d\n"
    "main.main()\n\t/src/it/main.go:9 +0x1d\n\n"
    "goroutine 6 [select]:\n"
    "main.run.func1()\n\t/src/it/main.go:20 +0x1d\n"
    "...additional frames elided...\n"
    "created by main.run in goroutine 1\n\t/src/it/main.go:19 +0x1d\n";

static void assert_goroutines(size_t piece)
{
    _cleanup_goroutines_ struct goroutine_text text = {0};
    size_t length = sizeof goroutines - 1;
    for (size_t at = 0; at < length; at += piece)
        goroutine_text_add(&text, goroutines + at, length - at < piece ? length - at : piece);
    goroutine_text_end(&text);
    assert_int_equal(text.goroutines, 3);
    assert_int_equal(text.count, 2);
    assert_int_equal(text.groups[0].count, 2);
    assert_int_equal(text.groups[0].minutes, 12);
    assert_int_equal(text.groups[0].waiting, 2);
    assert_string_equal(text.groups[0].state, "chan receive");
    assert_string_equal(text.groups[0].stack, "example.com/it/pkg.(*T).wait < main.main");
    assert_string_equal(text.groups[0].places, "/src/it/pkg/t.go:12\n/src/it/main.go:9\n");
    assert_string_equal(text.groups[1].stack, "main.run.func1");
    assert_string_equal(text.groups[1].creator, "main.run");
    assert_string_equal(text.groups[1].places, "/src/it/main.go:20\n");
    assert_int_equal(text.groups[1].minutes, 0);
    assert_false(text.cut);
}

/* However it comes in pieces. */
static void goroutines_are_put_together(void **state)
{
    (void)state;
    assert_goroutines(sizeof goroutines);
    assert_goroutines(1);
    assert_goroutines(7);
}

static void many_different_goroutines_are_told_apart(void **state)
{
    (void)state;
    _cleanup_goroutines_ struct goroutine_text text = {0};
    for (unsigned i = 0; i < 6000; i++) {
        _cleanup_free_ char *each =
            memory_format("goroutine %u [select]:\nmain.f%u()\n\t/x.go:1 +0x1\n\n", i, i % 3000);
        goroutine_text_add(&text, each, strlen(each));
    }
    goroutine_text_end(&text);
    assert_int_equal(text.goroutines, 6000);
    assert_int_equal(text.count, 3000);
    assert_int_equal(text.groups[2999].count, 2);
}

static void memstats_stand_at_the_end(void **state)
{
    (void)state;
    struct memstats stats;
    assert_false(memstats_parse("# HeapAlloc = 5\n", &stats));
    assert_true(memstats_parse("heap profile: 1\n#\t0x7\tmain.f\t/# HeapAlloc = 9:1\n"
                               "\n# runtime.MemStats\n# HeapAlloc = 5\n# HeapObjects = 1\n"
                               "# HeapIdle = 7\n# HeapInuse = 8\n# NumForcedGC = 0\n",
                               &stats));
    assert_true(stats.heap_alloc == 5 && stats.heap_idle == 7 && stats.heap_inuse == 8);
    assert_true(isnan(stats.heap_released));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_has_kinds, root_setup, root_teardown),
        cmocka_unit_test_setup_teardown(threads_are_in_order, root_setup, root_teardown),
        cmocka_unit_test_setup_teardown(locks_are_of_byte_ranges, root_setup, root_teardown),
        cmocka_unit_test_setup_teardown(a_process_is_found_by_its_name, root_setup, root_teardown),
        cmocka_unit_test_setup_teardown(a_process_is_found_by_what_it_has_open, root_setup,
                                        root_teardown),
        cmocka_unit_test(goroutines_are_put_together),
        cmocka_unit_test(many_different_goroutines_are_told_apart),
        cmocka_unit_test(memstats_stand_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
