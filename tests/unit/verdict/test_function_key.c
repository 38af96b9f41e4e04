/*
 * Names as Go 1.22 to 1.26 write them, seen in goroutine and heap profiles with and without
 * inlining, and the key that must be the same for both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "verdict/holder_key.h"

#define FILEBROWSER "github.com/marcus/sidecar/internal/plugins/filebrowser"
#define TEA "github.com/charmbracelet/bubbletea"

static const struct {
    const char *name;
    const char *key;
} cases[] = {
    /* Plain functions and methods keep their whole import path. */
    {"main.main", "main.main"},
    {"main.run", "main.run"},
    {"time.Sleep", "time.Sleep"},
    {"internal/poll.runtime_pollWait", "internal/poll.runtime_pollWait"},
    {"internal/poll.(*FD).Read", "internal/poll.(*FD).Read"},
    {"os.(*File).Read", "os.(*File).Read"},
    {"bufio.(*Reader).fill", "bufio.(*Reader).fill"},
    {"net/http.HandlerFunc.ServeHTTP", "net/http.HandlerFunc.ServeHTTP"},
    {TEA ".(*Program).Run", TEA ".(*Program).Run"},
    {TEA ".tickMsg.String", TEA ".tickMsg.String"},
    {"github.com/fsnotify/fsnotify.(*inotify).readEvents",
     "github.com/fsnotify/fsnotify.(*inotify).readEvents"},
    {"example.com/tool/v2/lib.Open", "example.com/tool/v2/lib.Open"},
    {"example.com/tool/v2.Open", "example.com/tool/v2.Open"},

    /* Escapes of a path's last element, and vendored copies. */
    {"gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml.v3.Unmarshal"},
    {"gopkg.in/yaml%2ev3.(*decoder).unmarshal", "gopkg.in/yaml.v3.(*decoder).unmarshal"},
    {"gopkg.in/yaml%2ev3.(*parser).parse.func1", "gopkg.in/yaml.v3.(*parser).parse.func"},
    {"github.com/go-fonts/liberation%2efonts.init.0", "github.com/go-fonts/liberation.fonts.init"},
    {"example.com/100%25/pkg.F", "example.com/100%/pkg.F"},
    {"example.com/odd%zz.F", "example.com/odd%zz.F"},
    {"example.com/app/vendor/github.com/pkg/errors.New", "github.com/pkg/errors.New"},
    {"vendor/golang.org/x/net/http/httpguts.ValidHeaderFieldName",
     "vendor/golang.org/x/net/http/httpguts.ValidHeaderFieldName"},

    /* Closures, and closures in closures. */
    {"main.main.func1", "main.main.func"},
    {"main.main.func12", "main.main.func"},
    {"main.main.func1.1", "main.main.func"},
    {"main.main.func1.2.3", "main.main.func"},
    {"main.(*plugin).listen.func1", "main.(*plugin).listen.func"},
    {"main.(*plugin).listen.func2.1.1", "main.(*plugin).listen.func"},
    {TEA ".Tick.func1", TEA ".Tick.func"},
    {"os/signal.Notify.func1.1", "os/signal.Notify.func"},

    /* A closure of a method with a value receiver cannot be told from one of a function that was
     * inlined: only the last name is certain. */
    {"main.model.view.func1", "main.view.func"},
    {"main.main.model.view.func4", "main.view.func"},
    {"main.(*model).view.model.view.func1", "main.view.func"},
    {"main.model.nested.func1.1.1", "main.nested.func"},

    /* Closures of functions that were inlined into another one. */
    {"main.main.listen.func3", "main.listen.func"},
    {"main.listen.func1", "main.listen.func"},
    {"main.run.start.listen.func1", "main.listen.func"},
    {"main.main.main.func1.func2", "main.main.func"},
    {"main.main.func1.listen.func2", "main.listen.func"},
    {"main.(*app).run.(*plugin).listen.func7", "main.(*plugin).listen.func"},
    {"main.run.(*plugin).listen.func7.1", "main.(*plugin).listen.func"},
    {"main.rng.seq.func1", "main.seq.func"},
    {FILEBROWSER ".(*Plugin).listenForWatchEvents.func1",
     FILEBROWSER ".(*Plugin).listenForWatchEvents.func"},
    {FILEBROWSER ".(*Plugin).handleWatchStarted.(*Plugin).listenForWatchEvents.func1",
     FILEBROWSER ".(*Plugin).listenForWatchEvents.func"},
    {FILEBROWSER ".(*Plugin).Update.(*Plugin).listenForWatchEvents.func13",
     FILEBROWSER ".(*Plugin).listenForWatchEvents.func"},

    /* Wrappers of go and defer statements. */
    {"main.main.gowrap1", "main.main.gowrap"},
    {"main.main.gowrap17", "main.main.gowrap"},
    {"main.(*plugin).start.gowrap1", "main.(*plugin).start.gowrap"},
    {"main.run.(*plugin).start.gowrap2", "main.(*plugin).start.gowrap"},
    {"main.main.func1.gowrap1", "main.main.gowrap"},
    {"main.close.deferwrap1", "main.close.deferwrap"},
    {"main.(*plugin).close.deferwrap2", "main.(*plugin).close.deferwrap"},
    {"main.main.func3.deferwrap1", "main.main.deferwrap"},
    {TEA ".(*Program).handleSignals.gowrap1", TEA ".(*Program).handleSignals.gowrap"},

    /* Method values and bodies of ranges over functions. */
    {"main.(*plugin).Run-fm", "main.(*plugin).Run"},
    {"main.model.View-fm", "main.model.View"},
    {"main.rng-range1", "main.rng"},
    {"main.main.rng-range2", "main.rng"},
    {"main.(*tree).walk-range1", "main.(*tree).walk"},
    {"main.rng.func1-range2", "main.rng.func"},
    {"main.rng-range1.func2", "main.rng.func"},

    /* Inlined over the border of a package: the decoder has added whose it is. */
    {"main.run.Tick.func1 of " TEA, TEA ".Tick.func"},
    {"main.run.(*Box[...]).Later.1 of example.com/app/box",
     "example.com/app/box.(*Box).Later.func"},
    {"main.run.New.func1 of gopkg.in/yaml.v3", "gopkg.in/yaml.v3.New.func"},
    {"main.run.Walk-range1 of iter", "iter.Walk"},

    /* Type arguments, as the runtime prints them and as the linker does. */
    {"slices.SortFunc[...]", "slices.SortFunc"},
    {"main.(*Stack[...]).Push", "main.(*Stack).Push"},
    {"main.(*Stack[...]).Push.func1", "main.(*Stack).Push.func"},
    {"main.Map[...].func1", "main.Map.func"},
    {"example.com/v/v2/lib.(*Box[go.shape.int]).Hold.func1",
     "example.com/v/v2/lib.(*Box).Hold.func"},
    {"example.com/v/v2/lib.Each[go.shape.int]", "example.com/v/v2/lib.Each"},
    {"main.Map[go.shape.string,github.com/a/b.T].func2.1", "main.Map.func"},
    {"main.F[go.shape.[]uint8]", "main.F"},
    {"sync/atomic.(*Pointer[...]).Load", "sync/atomic.(*Pointer).Load"},
    {"internal/sync.(*HashTrieMap[go.shape.interface {},go.shape.interface {}]).Load",
     "internal/sync.(*HashTrieMap).Load"},

    /* Init functions, package-level closures, blank functions. */
    {"main.init", "main.init"},
    {"main.init.0", "main.init"},
    {"main.init.3", "main.init"},
    {"main.init.0.func1", "main.init.func"},
    {"main.init.func1", "main.init.func"},
    {"main.map.init.0", "main.init"},
    {"github.com/x/y.map.init.12", "github.com/x/y.init"},
    {"github.com/x/y.init.1.func2.1", "github.com/x/y.init.func"},
    {"main.glob..func1", "main.glob..func"},
    {"main.glob..func12.1", "main.glob..func"},

    /* A function may be called like a closure when nothing stands before it. */
    {"main.func1", "main.func1"},
    {"main.functional", "main.functional"},
    {"main.(*T).func1", "main.(*T).func"},
    {"main.gowrapper", "main.gowrapper"},
    {"main.T.funcs", "main.T.funcs"},

    /* Types written out, the runtime, assembly, C, and what is no name at all. */
    {"go.(*struct { io.Reader; github.com/x/y.Writer }).Read",
     "go.(*struct { io.Reader; github.com/x/y.Writer }).Read"},
    {"main.(*struct { sync.Mutex }).Lock-fm", "main.(*struct { sync.Mutex }).Lock"},
    {"runtime.gopark", "runtime.gopark"},
    {"runtime.(*mheap).alloc.func1", "runtime.(*mheap).alloc.func"},
    {"runtime.asmcgocall.abi0", "runtime.asmcgocall"},
    {"internal/runtime/maps.(*Map).putSlotSmallFastStr",
     "internal/runtime/maps.(*Map).putSlotSmallFastStr"},
    {"github.com/mattn/go-sqlite3._Cfunc_sqlite3_open_v2",
     "github.com/mattn/go-sqlite3._Cfunc_sqlite3_open_v2"},
    {"sqlite3_step", "sqlite3_step"},
    {"main.größe.func1", "main.größe.func"},
    {"", ""},
    {".", "."},
    {"...", "..."},
    {"main.", "main."},
    {"a/b/c", "a/b/c"},
    {"main.F[", "main.F"},
    {"main.F(.func1", "main.F(.func1"},
    {"%2", "%2"},
    {"main.f%2", "main.f%2"},
};

static void each_name_has_its_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        _cleanup_free_ char *key = function_key(cases[i].name);
        if (strcmp(key, cases[i].key) != 0)
            fail_msg("\"%s\" -> \"%s\", not \"%s\"", cases[i].name, key, cases[i].key);
    }
}

/* A key is a name too: taken again, it stays as it is, so that a key copied from a report into a
 * baseline can be compared with one made from a profile. */
static void a_key_changes_no_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (strchr(cases[i].key, '%') != NULL || strstr(cases[i].key, "yaml.v3") != NULL ||
            strstr(cases[i].key, "liberation.fonts") != NULL)
            continue; /* an escape can be undone only once */
        _cleanup_free_ char *again = function_key(cases[i].key);
        if (strcmp(again, cases[i].key) != 0 && strcmp(cases[i].key, "main.func1") != 0)
            fail_msg("\"%s\" -> \"%s\"", cases[i].key, again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_has_its_key),
        cmocka_unit_test(a_key_changes_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
