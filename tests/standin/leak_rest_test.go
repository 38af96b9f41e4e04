package main

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// holdsSoon polls for what comes true by itself.
func holdsSoon(condition func() bool) bool {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if condition() {
			return true
		}
	}
	return false
}

// listening counts the listeners that listen, and those that hand over.
func listening() (listen, hand int) {
	stacks := make([]byte, 1<<20)
	for _, stack := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		switch {
		case strings.Contains(stack, ".handOver("):
			hand++
		case strings.Contains(stack, ".listen("):
			listen++
		}
	}
	return listen, hand
}

func TestListenersSleepAtRestAlone(t *testing.T) {
	const events = 20
	leaks := must1(parseLeaks("listener"))
	for range events {
		leaks.happen("step")
	}
	if !holdsSoon(func() bool { listen, hand := listening(); return listen == 0 && hand == events }) {
		t.Error("while keys come they do not all hand over")
	}
	if !holdsSoon(func() bool { listen, hand := listening(); return listen == events && hand == 0 }) {
		t.Error("at rest they do not all listen")
	}
}

func TestChainsBecomeFewerPerEvent(t *testing.T) {
	leaks := must1(parseLeaks("chains:40"))
	after := map[int]int{6: 27, 26: 66, 46: 86, 86: 109}
	before := runtime.NumGoroutine()
	for event := 1; event <= 86; event++ {
		leaks.happen("step")
		if want, known := after[event]; known && runtime.NumGoroutine()-before != want {
			t.Errorf("%d chains after %d events, wanted %d", runtime.NumGoroutine()-before, event, want)
		}
	}
}

func TestChainsStartTools(t *testing.T)  { startsTools(t, "chains@tick") }
func TestATimerStartsTools(t *testing.T) { startsTools(t, "spawn-rate@tick:1") }

func TestMostGoroutinesComeFirst(t *testing.T) {
	if grown := grow(t, "goroutine-first:4", 26); grown.goroutines != 6*4+20 {
		t.Errorf("%+v", grown)
	}
}

func TestATimerBurnsWithoutAGoroutine(t *testing.T) {
	used := func() time.Duration {
		var usage syscall.Rusage
		must(0, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
		return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	before, began := runtime.NumGoroutine(), used()
	leaks := must1(parseLeaks("cpu-rate:100"))
	leaks.happen("step")
	if now := runtime.NumGoroutine(); now != before {
		t.Errorf("%d goroutines, then %d", before, now)
	}
	if !holdsSoon(func() bool { return used()-began > 200*time.Millisecond }) {
		t.Error("it has not burned for as long as twice asks")
	}
}

func TestATimerDrawsTheScreenAnew(t *testing.T) {
	w := startInTerminal(t, []string{"STANDIN_LEAK=output-rate@tick:1"}, "-project", makeProject(t, "p1"))
	for range 4 {
		w.reads("p1 ▾")
	}
}

func TestASpinnerTurns(t *testing.T) {
	leaks := must1(parseLeaks("spinner:50"))
	s := startSession(t, leaks)
	s.await("turns that nobody asked for", func(m *model) bool {
		if leaks.list[0].count == 0 {
			leaks.happen("step")
		}
		return m.turns >= 3
	})
	s.shows("◱ Sidecar │")
}

func TestItEndsSlowly(t *testing.T) {
	began := time.Now()
	must1(parseLeaks("spin,slow-quit:1")).endSlowly()()
	if took := time.Since(began); took < time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestWhatIsKeptWasAllocatedElsewhere(t *testing.T) {
	leakKept(64)
	if last := *kept[len(kept)-1]; !bytes.Equal(last, loadRepeated(64)) {
		t.Errorf("kept %q", last)
	}
}

func TestAPeakIsDropped(t *testing.T) {
	const mebibytes = 64
	highest := func() int {
		status := string(must1(os.ReadFile("/proc/self/status")))
		_, after, _ := strings.Cut(status, "VmHWM:")
		return must1(strconv.Atoi(strings.Fields(after)[0])) >> 10
	}
	before := highest()
	if grown := grow(t, "peak:"+itoa(mebibytes), 4); grown.heap > 1<<20 {
		t.Errorf("%+v", grown)
	}
	if now := highest(); now < before+mebibytes*3/4 {
		t.Errorf("highest %d MiB, then %d", before, now)
	}
}
