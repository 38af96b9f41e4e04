package main

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// grow lets a kind have so many steps, and tells what there is more of than before.
func grow(t *testing.T, kind string, steps int) level {
	t.Helper()
	leaks, err := parseLeaks(kind)
	if err != nil {
		t.Fatal(err)
	}
	before := measureSettled(t)
	for range steps {
		leaks.happen("step")
	}
	after := measure(t)
	return level{descriptors: after.descriptors - before.descriptors,
		goroutines: after.goroutines - before.goroutines, heap: after.heap - before.heap}
}

func TestACacheIsFullAndStays(t *testing.T) {
	const event = entriesPerEvent * entryBytes
	cached = cached[:0]
	if grown := grow(t, "cache:16", 10); grown.heap < 9*event {
		t.Errorf("half full: %+v", grown)
	}
	cached = cached[:0]
	clear(cached[:cap(cached)])
	if grown := grow(t, "cache:16", 160); grown.heap > 18*event || len(cached) != 64 {
		t.Errorf("full: %+v, %d entries", grown, len(cached))
	}
}

func TestAnLRUHoldsItsEntries(t *testing.T) {
	grow(t, "lru:64", 160)
	if len(turned) != 64 || turns != 160*entriesPerEvent {
		t.Errorf("%d entries after %d", len(turned), turns)
	}
}

func TestAPoolIsEmptiedByCollections(t *testing.T) {
	if grown := grow(t, "pool:4", 10); grown.heap > 1<<20 {
		t.Errorf("%+v", grown)
	}
}

func TestASawtoothRisesAndFalls(t *testing.T) {
	for period := 2; period <= 11; period++ {
		kind := fmt.Sprintf("sawtooth:%d", period)
		top := grow(t, kind, period-1)
		if top.descriptors != period-1 || top.goroutines != period-1 || len(teeth) != period-1 {
			t.Errorf("%s rises to %+v", kind, top)
		}
		saw(period, period) // lets go
		if low := grow(t, kind, 3*period); low.descriptors != 0 || low.goroutines != 0 || len(teeth) != 0 {
			t.Errorf("%s falls to %+v", kind, low)
		}
	}
}

func TestABurstEnds(t *testing.T) {
	before := measureSettled(t)
	burst(50)
	after := measureUntil(t, func(now level) bool { return now.goroutines <= before.goroutines })
	if after.goroutines > before.goroutines {
		t.Errorf("%d goroutines, in the end %d", before.goroutines, after.goroutines)
	}
}

func TestAPoolOfWorkersIsFullAndStays(t *testing.T) {
	if grown := grow(t, "workers:16", 10); grown.goroutines != 10 {
		t.Errorf("half full: %+v", grown)
	}
	if grown := grow(t, "workers:16", 160); grown.goroutines != 16 {
		t.Errorf("full: %+v", grown)
	}
}

func TestAPollIsEagerForAWhileAfterEachEvent(t *testing.T) {
	const eager = 50 * time.Millisecond
	event := time.Now()
	latestEvent.Store(event.UnixNano())
	if pause := pollPause(event.Add(eagerTime-1), eager); pause != eager {
		t.Errorf("soon after the event: %v", pause)
	}
	if pause := pollPause(event.Add(eagerTime), eager); pause != time.Second {
		t.Errorf("at rest: %v", pause)
	}
	startsTools(t, "eager@tick:50")
}

func TestFramesAreThoseOfTheRenderer(t *testing.T) {
	for leak, want := range map[string]bool{"": false, "frames": true} {
		leaks := must1(parseLeaks(leak))
		s := startSession(t, leaks)
		s.await("a frame", func(m *model) bool {
			m.View()
			cached := len(m.screens.oldest) > 0
			_, command := m.Update(tea.KeyPressMsg{Code: tea.KeyEscape})
			if cached == want || (command != nil) == want {
				t.Errorf("%q: cached %v, a command after Escape %v", leak, cached, command != nil)
			}
			return true
		})
	}
}

func TestTheStepIsOneEventAndComesBack(t *testing.T) {
	leaks, err := parseLeaks("nopprof") // leaks nothing, and counts
	if err != nil {
		t.Fatal(err)
	}
	s := startSession(t, leaks)
	for range 3 {
		s.press("w")
		s.shows("One step")
		s.press("w")
		s.hides("One step")
	}
	if count := leaks.list[0].count; count != 3 {
		t.Errorf("%d events in 3 steps", count)
	}
}

// The table of the detection benchmark asks for nothing that does not exist.
func TestTheBenchmarksClassesAreKnown(t *testing.T) {
	text, err := os.ReadFile("../bench/detection/classes.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Classes []struct {
			Name string
			Leak any // a text, or a list of texts that runs take in turns
		}
	}
	if err := json.Unmarshal(text, &table); err != nil || len(table.Classes) == 0 {
		t.Fatal(err)
	}
	for _, class := range table.Classes {
		variants, several := class.Leak.([]any)
		if !several {
			variants = []any{class.Leak}
		}
		for _, variant := range variants {
			if _, err := parseLeaks(variant.(string)); err != nil {
				t.Errorf("%s: %v", class.Name, err)
			}
		}
	}
}
