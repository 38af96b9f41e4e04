package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestLeaksAreRead(t *testing.T) {
	leaks, err := parseLeaks("fd, heap:64,goroutine@tick:5")
	if err != nil || len(leaks.list) != 3 {
		t.Fatal(leaks, err)
	}
	if leak := leaks.list[0]; leak.kind.name != "fd" || leak.event != "" || leak.number != 1 {
		t.Errorf("%+v", leak)
	}
	if leak := leaks.list[1]; leak.kind.name != "heap" || leak.number != 64 {
		t.Errorf("%+v", leak)
	}
	if leak := leaks.list[2]; leak.event != "tick" || leak.number != 5 {
		t.Errorf("%+v", leak)
	}
	for _, wrong := range []string{"f", "fd:", "fd:0", "fd:-1", "fd@noon", "fd:1:2"} {
		if _, err := parseLeaks(wrong); err == nil {
			t.Errorf("%q is accepted", wrong)
		}
	}
}

func TestLeaksGrowByWhatTheySay(t *testing.T) {
	const events, slack = 40, 1024 // bytes of the runtime and of the tests come and go
	t.Setenv("HOME", t.TempDir())
	for _, c := range []struct {
		leak string
		want level // per event
	}{
		{"fd", level{descriptors: 1}},
		{"fd-file", level{descriptors: 1}},
		{"fd-pipe", level{descriptors: 2}},
		{"fd-socket", level{descriptors: 1}},
		{"fd-inotify", level{descriptors: 1}},
		{"fd-late:1", level{descriptors: 1}},
		{"goroutine", level{goroutines: 1}},
		{"goroutine-held", level{goroutines: 1}},
		{"goroutine-late:1", level{goroutines: 1}},
		{"listener", level{goroutines: 1}},
		{"ticker", level{goroutines: 1}},
		{"watch", level{watches: 1}},
		{"heap:4096", level{heap: 4096}},
		{"slice:4096", level{heap: 4096}},
		{"map:64", level{heap: 64 * 24}},
		{"keeper:4096", level{heap: 4096}},
	} {
		t.Run(c.leak, func(t *testing.T) {
			leaks, err := parseLeaks(c.leak)
			if err != nil {
				t.Fatal(err)
			}
			leaks.happen("tab") // what is made once
			before := measureSettled(t)
			for range events {
				leaks.happen("tab")
				leaks.happen("tick")  // is not one of theirs,
				leaks.happen("shell") // nor is this: neither is named
			}
			after := measure(t)
			got := level{
				descriptors: after.descriptors - before.descriptors,
				watches:     after.watches - before.watches,
				goroutines:  after.goroutines - before.goroutines,
				heap:        after.heap - before.heap,
			}
			want := level{
				descriptors: c.want.descriptors * events,
				watches:     c.want.watches * events,
				goroutines:  c.want.goroutines * events,
				heap:        c.want.heap * events,
			}
			if got.descriptors != want.descriptors || got.watches != want.watches ||
				got.goroutines != want.goroutines || want.heap > 0 && got.heap < want.heap-slack {
				t.Errorf("grew by %+v, wanted %+v", got, want)
			}
		})
	}
}

func TestHeapLeaksHoldOneObjectOfTheirSize(t *testing.T) {
	const rounds = 4
	const events, some, slack = 110, 20, 2048 // of the runtime and of the tests, which come and go
	for leak, want := range map[string]level{
		"heap:16":      {objects: events, heap: events * 16},
		"heap:65536":   {objects: events, heap: events * 65536},
		"heap-5:256":   {objects: events / 5, heap: events / 5 * 256},
		"heap-11:1024": {objects: events / 11, heap: events / 11 * 1024},
	} {
		leaks, err := parseLeaks(leak)
		if err != nil {
			t.Fatal(err)
		}
		// What the runtime itself allocates comes once, with a new thread: not in every round.
		for round := 1; ; round++ {
			first := retainedCount
			before := measure(t)
			for range events {
				leaks.happen("step")
			}
			after := measure(t)
			if held := int64(retainedCount - first); held != want.objects {
				t.Errorf("%s: %d objects are held", leak, held)
			}
			objects, bytes := after.objects-before.objects, after.heap-before.heap
			if objects <= want.objects+some && bytes >= want.heap-slack && bytes <= want.heap+slack {
				break
			}
			if round == rounds {
				t.Errorf("%s: %d objects and %d bytes, wanted %+v", leak, objects, bytes, want)
				break
			}
		}
	}
}

func TestLateLeaksBegin(t *testing.T) {
	leaks, err := parseLeaks("fd-late:27,goroutine-late:27")
	if err != nil {
		t.Fatal(err)
	}
	before := measureSettled(t)
	for range 27 {
		leaks.happen("step")
	}
	if now := measure(t); now.descriptors != before.descriptors || now.goroutines != before.goroutines {
		t.Errorf("early: %+v, then %+v", before, now)
	}
	leaks.happen("step")
	if now := measure(t); now.descriptors != before.descriptors+1 ||
		now.goroutines != before.goroutines+1 {
		t.Errorf("late: %+v, then %+v", before, now)
	}
}

// startsTools says whether the stand-in, with nobody touching a key, has a tool started three times.
func startsTools(t *testing.T, leak string) {
	t.Helper()
	directory := t.TempDir()
	record := filepath.Join(directory, "record")
	script := "#!/bin/sh\necho >>" + record + "\n"
	if err := os.WriteFile(filepath.Join(directory, "true"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	path := "PATH=" + directory + ":" + os.Getenv("PATH")
	startInTerminal(t, []string{path, "STANDIN_LEAK=" + leak}, "-project", makeProject(t, "p1"))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if text, _ := os.ReadFile(record); len(text) >= 3 {
			return
		}
	}
	t.Error("it has not started three")
}

func TestForksAreToolsOfThePath(t *testing.T) { startsTools(t, "forks@tick:50") }

func TestBacklogEndsByItself(t *testing.T) {
	before := measureSettled(t)
	leakBacklog(1)
	if during := measure(t); during.goroutines != before.goroutines+3 {
		t.Errorf("%d goroutines, then %d", before.goroutines, during.goroutines)
	}
	after := measureUntil(t, func(now level) bool { return now.goroutines <= before.goroutines })
	if after.goroutines > before.goroutines {
		t.Errorf("%d goroutines, in the end %d", before.goroutines, after.goroutines)
	}
}

func TestProcessesAreLeftBehind(t *testing.T) {
	id := startLingering("stay")
	awaitState(t, id, "S")
	if err := syscall.Kill(id, syscall.SIGTERM); err != nil {
		t.Error("gone: ", err)
	}
	if err := syscall.Kill(id, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	awaitState(t, id, "Z")
	_, _ = syscall.Wait4(id, nil, 0, nil)

	ended := startLingering("end")
	awaitState(t, ended, "Z")
	_, _ = syscall.Wait4(ended, nil, 0, nil)
}

func TestAProcessHasANameOfItsOwn(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for range 2 {
		id := startProgram(namedProgram(), "end")
		awaitState(t, id, "Z")
		name := must1(os.ReadFile("/proc/" + itoa(id) + "/comm"))
		if string(name) != "fetcher\n" {
			t.Errorf("it is called %q", name)
		}
		_, _ = syscall.Wait4(id, nil, 0, nil)
	}
}

// awaitState polls /proc until a process is in a state: "S" asleep, "Z" a zombie.
func awaitState(t *testing.T, id int, state string) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if stateOf(id) == state {
			return
		}
	}
	t.Fatalf("process %d is in state %q, not %q", id, stateOf(id), state)
}

func stateOf(id int) string {
	text, err := os.ReadFile("/proc/" + itoa(id) + "/stat")
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	return rest[:1]
}
