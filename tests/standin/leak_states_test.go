package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStatesAreThereAtOnce(t *testing.T) {
	const slack = 1024 // bytes of the runtime and of the tests come and go
	t.Setenv("HOME", t.TempDir())
	for _, c := range []struct {
		state string
		want  level
	}{
		{"database-open", level{descriptors: 3}},
		{"open-often:7", level{descriptors: 7}},
		{"sessions-open:300", level{descriptors: 300}},
		{"blocked:300", level{goroutines: 300}},
		{"blocked-senders:300", level{goroutines: 300}},
		{"threads:20", level{goroutines: 20}},
		{"held:8", level{heap: 8 << 20}},
		{"output-line:8", level{heap: 7 << 20}},
	} {
		got := grow(t, c.state, 3)
		if got.descriptors != c.want.descriptors || got.goroutines != c.want.goroutines ||
			got.heap < c.want.heap-slack {
			t.Errorf("%s: grew by %+v, wanted %+v", c.state, got, c.want)
		}
	}
}

func TestADatabaseIsOneOfSQLite(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	grow(t, "database-open:100", 1)
	text := must1(os.ReadFile(filepath.Join(home, "issues.db")))
	if !bytes.Equal(text, []byte("SQLite format 3\x00")) {
		t.Errorf("%q", text)
	}
	if size := must1(os.Stat(filepath.Join(home, "issues.db-wal"))).Size(); size != 100<<10 {
		t.Errorf("the -wal has %d bytes", size)
	}
}

func TestADatabaseThatIsThereStays(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	path := filepath.Join(home, "issues.db")
	must(0, os.WriteFile(path, []byte("mine"), 0o644))
	if grown := grow(t, "database-open", 1); grown.descriptors != 1 {
		t.Errorf("%+v", grown)
	}
	if text := must1(os.ReadFile(path)); string(text) != "mine" {
		t.Errorf("%q", text)
	}
}

func lines(t *testing.T, path string) int {
	t.Helper()
	return bytes.Count(must1(os.ReadFile(path)), []byte("\n"))
}

func TestPagesAreMappingsOfTheirOwn(t *testing.T) {
	before := lines(t, "/proc/self/maps")
	grow(t, "mappings:2000", 2)
	if grown := lines(t, "/proc/self/maps") - before; grown < 1990 {
		t.Errorf("%d mappings more", grown)
	}
}

func TestThreadsAreHeld(t *testing.T) {
	threads := func() int { return len(must1(os.ReadDir("/proc/self/task"))) }
	grow(t, "threads:50", 1)
	if !holdsSoon(func() bool { return threads() >= 50 }) {
		t.Errorf("%d threads", threads())
	}
}

func TestMemoryIsSwapped(t *testing.T) {
	if lines(t, "/proc/swaps") < 2 {
		t.Skip("this machine has no swap")
	}
	grow(t, "swapped:16", 1)
	swapped := func() bool {
		status := string(must1(os.ReadFile("/proc/self/status")))
		_, after, _ := strings.Cut(status, "VmSwap:")
		return strings.Fields(after)[0] >= "16000" && len(strings.Fields(after)[0]) == 5
	}
	if !holdsSoon(swapped) {
		t.Error("it is not swapped")
	}
}

func TestChainsOfTicksGoOn(t *testing.T) {
	leaks := must1(parseLeaks("poll-chains:3"))
	s := startSession(t, leaks)
	s.await("the messages of three chains", func(m *model) bool {
		if leaks.list[0].count == 0 {
			leaks.happen("step")
		}
		return m.polls >= 9
	})
}
