/* Keys of whole holders: descriptors, children, stacks; and what is left out of judging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "verdict/holder_key.h"

static const struct {
    const char *text;
    const char *key;
} descriptors[] = {
    {"pipe", "pipe"},
    {"anon_inode:[eventpoll]", "anon_inode:[eventpoll]"},
    {"anon_inode:[eventfd]", "anon_inode:[eventfd]"},
    {"anon_inode:inotify", "anon_inode:inotify"},
    {"anon_inode:[pidfd]", "anon_inode:[pidfd]"},
    {"socket:tcp:listen", "socket:tcp:listen"},
    {"socket:unix", "socket:unix"},
    {"/dev/null", "/dev/null"},
    {"/dev/ptmx", "/dev/ptmx"},
    {"/dev/pts/0", "/dev/pts/N"},
    {"/dev/pts/17", "/dev/pts/N"},
    {"/proc/4711/stat", "/proc/N/stat"},
    {"/tmp/go-build1234567/b001/exe", "/tmp/go-buildN/bN/exe"},
    {"/memfd:frame12 (deleted)", "/memfd:frameN (deleted)"},
    {"/usr/lib/x86_64-linux-gnu/libsqlite3.so.0", "/usr/lib/x86_64-linux-gnu/libsqlite3.so.0"},
    {"/etc/ssl/certs/ca.pem", "/etc/ssl/certs/ca.pem"},
    {"${world}", "${world}"},
    {"${world}/p1/.git/index", "${world}/pN/.git/index"},
    {"${world}/p12/.git/index", "${world}/pN/.git/index"},
    {"${world}/home/.local/state/sidecar/debug.log",
     "${world}/home/.local/state/sidecar/debug.log"},
    {"${world}/home/db-2026-01-31T10:20:30.sqlite-wal", "${world}/home/db-N-N-NTN:N:N.sqlite-wal"},
    {"${world}/s/3f2b8c1d-9a4e-4d21-8b7f-0123456789ab.jsonl", "${world}/s/UUID.jsonl"},
    {"${world}/s/DEADBEEF-9a4e-4d21-8b7f-0123456789ab.jsonl", "${world}/s/UUID.jsonl"},
    {"${world}/s/3f2b8c1d-9a4e-4d21-8b7f.jsonl", "${world}/s/NfNbNcNd-NaNe-NdN-NbNf.jsonl"},
    {"${world}/.git/objects/1f/0a9be3f4c5d6e7f8091a2b3c4d5e6f70819203",
     "${world}/.git/objects/Nf/HASH"},
    {"${world}/cafe/decade", "${world}/cafe/decade"},
    {"${world}/1234567890123456789012", "${world}/N"},
    {"${world}/gone7 (deleted)", "${world}/goneN (deleted)"},
    {"", ""},
};

static void descriptors_have_their_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++) {
        struct holder holder = {.gauge = GAUGE_FD, .text = descriptors[i].text};
        _cleanup_free_ char *key = holder_key(NULL, holder);
        if (strcmp(key, descriptors[i].key) != 0)
            fail_msg("\"%s\" -> \"%s\"", descriptors[i].text, key);
    }
}

static void a_child_is_known_by_its_name(void **state)
{
    (void)state;
    _cleanup_free_ char *key = text_key(GAUGE_CHILD, "python3.11");
    assert_string_equal(key, "python3.11");
}

enum { MOST_FRAMES = 12 };

struct stack_case {
    enum gauge gauge;
    const char *frames[MOST_FRAMES]; /* leaf first */
    const char *key;                 /* NULL: left out */
};

static const struct stack_case stacks[] = {
    {GAUGE_GOROUTINE,
     {"runtime.gopark", "runtime.chanrecv", "runtime.chanrecv1", "main.(*plugin).listen.func1",
      "runtime.goexit"},
     "main.(*plugin).listen.func"},
    {GAUGE_GOROUTINE,
     {"runtime.gopark", "internal/poll.runtime_pollWait", "internal/poll.(*FD).Read",
      "os.(*File).Read", "main.main.gowrap3"},
     "internal/poll.runtime_pollWait < internal/poll.(*FD).Read < os.(*File).Read < "
     "main.main.gowrap"},
    {GAUGE_GOROUTINE,
     {"time.Sleep", "main.poll", "runtime/debug.Stack", "main.main", "runtime.main"},
     "time.Sleep < main.poll < runtime/debug.Stack < main.main"},
    {GAUGE_GOROUTINE,
     {"internal/runtime/syscall.Syscall6", "syscall.Syscall6", "main.f"},
     "syscall.Syscall6 < main.f"},
    /* Nothing but the runtime: its frames are all there is to name it. */
    {GAUGE_GOROUTINE,
     {"runtime.gopark", "runtime.forcegchelper", "runtime.goexit"},
     "runtime.gopark < runtime.forcegchelper"},
    {GAUGE_GOROUTINE, {"runtime.goexit"}, "runtime.goexit"},
    /* Recursion, direct and through others. */
    {GAUGE_GOROUTINE,
     {"main.walk", "main.walk", "main.walk", "main.main"},
     "main.walk < main.main"},
    {GAUGE_GOROUTINE,
     {"main.leaf", "main.a", "main.b", "main.a", "main.b", "main.a", "main.main"},
     "main.leaf < main.a < main.main"},
    {GAUGE_HEAP_STACK,
     {"encoding/json.(*decodeState).literalStore", "encoding/json.(*decodeState).value",
      "encoding/json.(*decodeState).array", "encoding/json.(*decodeState).value",
      "encoding/json.(*decodeState).object", "encoding/json.(*decodeState).value",
      "encoding/json.Unmarshal", "main.load"},
     "encoding/json.(*decodeState).literalStore < encoding/json.(*decodeState).value < "
     "encoding/json.Unmarshal < main.load"},
    /* A method value's wrapper is the method; the body of a range is its function. */
    {GAUGE_GOROUTINE,
     {"main.(*p).Run", "main.(*p).Run-fm", "main.main"},
     "main.(*p).Run < main.main"},
    {GAUGE_GOROUTINE,
     {"runtime.chanrecv1", "main.rng-range1", "main.rng.seq.func1", "main.rng"},
     "main.rng"},
    /* What is left out. */
    {GAUGE_GOROUTINE,
     {"runtime/pprof.runtime_goroutineProfileWithLabels", "runtime/pprof.writeGoroutine",
      "net/http/pprof.handler.ServeHTTP", "net/http.(*conn).serve"},
     NULL},
    {GAUGE_GOROUTINE,
     {"internal/poll.runtime_pollWait", "net/http.(*conn).serve"},
     "internal/poll.runtime_pollWait < net/http.(*conn).serve"},
    {GAUGE_HEAP_STACK, {"runtime.malg", "runtime.newproc1", "runtime.newproc.func1"}, NULL},
    {GAUGE_HEAP_STACK,
     {"runtime.mallocgc", "runtime.newobject", "runtime.malg", "runtime.newproc1",
      "runtime.newproc.func1", "runtime.systemstack"},
     NULL},
    {GAUGE_HEAP_STACK,
     {"runtime.mallocgc", "runtime.newobject", "runtime.mcommoninit", "runtime.allocm",
      "runtime.newm", "runtime.startm"},
     NULL},
    {GAUGE_HEAP_STACK, {"runtime.mallocgc", "runtime.newobject", "runtime.gcBgMarkWorker"}, NULL},
    {GAUGE_HEAP_STACK,
     {"runtime.mallocgc", "runtime.growslice", "runtime.(*timers).addHeap",
      "runtime.(*timer).maybeAdd", "runtime.(*scavengerState).sleep", "runtime.bgscavenge"},
     NULL},
    {GAUGE_HEAP_STACK,
     {"runtime.mallocgc", "runtime.makeslice", "runtime.makeProfStackFP", "runtime.mProfStackInit",
      "runtime.schedinit", "runtime.rt0_go"},
     NULL},
    {GAUGE_HEAP_STACK,
     {"runtime.mallocgc", "runtime.newobject", "runtime.procresize"},
     "runtime.mallocgc < runtime.newobject < runtime.procresize"},
    {GAUGE_HEAP_STACK, {"runtime.mallocgc", "main.f", "runtime.malg"}, "main.f"},
    {GAUGE_HEAP_STACK, {"runtime.allgadd", "runtime.newproc1"}, NULL},
    {GAUGE_HEAP_STACK, {"runtime.acquireSudog", "runtime.chanrecv", "main.f"}, NULL},
    {GAUGE_HEAP_STACK, {"runtime.allocm", "runtime.newm", "runtime.startm"}, NULL},
    {GAUGE_HEAP_STACK,
     {"compress/flate.NewWriter", "compress/gzip.(*Writer).Write",
      "runtime/pprof.(*profileBuilder).build", "runtime/pprof.writeHeap"},
     NULL},
    {GAUGE_HEAP_STACK,
     {"bufio.NewReaderSize", "net/http.newBufioReader", "net/http.(*conn).serve"},
     NULL},
    {GAUGE_HEAP_STACK, {"net/url.parseQuery", "net/http/pprof.Index", "net/http.serve"}, NULL},
    {GAUGE_HEAP_STACK, {"net.newFD", "net/http.(*connReader).backgroundRead"}, NULL},
    {GAUGE_GOROUTINE, {"runtime/pprof.writeGoroutine", "main.dump"}, NULL},
    {GAUGE_GOROUTINE, {"time.Sleep", "net/http/pprof.sleep", "net/http/pprof.Profile"}, NULL},
    {GAUGE_HEAP_STACK,
     {"runtime.mallocgc", "runtime.newobject", "runtime.mcommoninit", "runtime.schedinit"},
     NULL},
    /* A handler of the target is the target's, wherever it stands; pprof's is not. */
    {GAUGE_HEAP_STACK,
     {"main.handle", "net/http.HandlerFunc.ServeHTTP", "net/http.(*conn).serve"},
     "main.handle < net/http.HandlerFunc.ServeHTTP < net/http.(*conn).serve"},
    {GAUGE_HEAP_STACK,
     {"bufio.NewReader", "example.com/app.(*api).get", "net/http.(*conn).serve"},
     "bufio.NewReader < example.com/app.(*api).get < net/http.(*conn).serve"},
    {GAUGE_HEAP_STACK,
     {"net/http/pprof.collectProfile", "main.wrap", "net/http.(*conn).serve"},
     NULL},
    {GAUGE_HEAP_STACK,
     {"compress/flate.NewWriter", "main.compress"},
     "compress/flate.NewWriter < main.compress"},
    {GAUGE_HEAP_STACK, {"main.f", "runtime.malg"}, "main.f"}, /* not the leaf */
    {GAUGE_GOROUTINE, {"runtime.malg", "main.f"}, "main.f"},  /* not the heap */
    {GAUGE_HEAP_STACK, {"runtime.newobject", "main.f"}, "main.f"},
    {GAUGE_HEAP_STACK, {NULL}, ""},
};

static struct holder add_stack(struct holder_table *table, const struct stack_case *stack)
{
    uint32_t functions[MOST_FRAMES], depth = 0;
    for (; depth < MOST_FRAMES && stack->frames[depth] != NULL; depth++)
        functions[depth] =
            holder_table_function(table, stack->frames[depth], strlen(stack->frames[depth]));
    return holder_table_get(table, holder_table_stack(table, stack->gauge, functions, depth));
}

static void stacks_have_their_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stacks / sizeof stacks[0]; i++) {
        struct holder_table *table = holder_table_new();
        _cleanup_free_ char *key = holder_key(table, add_stack(table, &stacks[i]));
        holder_table_free(table);
        if ((key == NULL) != (stacks[i].key == NULL) ||
            (key != NULL && strcmp(key, stacks[i].key) != 0))
            fail_msg("stack %zu of %s: \"%s\"", i, stacks[i].frames[0], key != NULL ? key : "NULL");
    }
}

static void a_raw_name_is_whole(void **state)
{
    (void)state;
    struct holder_table *table = holder_table_new();
    _cleanup_free_ char *name = holder_raw_name(table, add_stack(table, &stacks[0]));
    holder_table_free(table);
    assert_string_equal(name, "runtime.gopark < runtime.chanrecv < runtime.chanrecv1 < "
                              "main.(*plugin).listen.func1 < runtime.goexit");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_have_their_keys),
        cmocka_unit_test(a_child_is_known_by_its_name),
        cmocka_unit_test(stacks_have_their_keys),
        cmocka_unit_test(a_raw_name_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
