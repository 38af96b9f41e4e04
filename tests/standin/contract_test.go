package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What leakgate's scenarios press, and what they wait for.
func TestTabs(t *testing.T) {
	s := startSession(t, &leaks{})
	s.press("2")
	s.shows("Files", "Select a file to preview", "Blame")
	s.press("3")
	s.shows("Workspaces", "No workspaces yet", "Kanban")
	s.press("]")
	s.shows("Git main", "Recent Commits (1)", "First commit")
	s.press("[")
	s.shows("No workspaces yet")
}

func TestModals(t *testing.T) {
	s := startSession(t, &leaks{})
	s.press("?")
	s.shows("Shortcuts", "Search commands...")
	s.press("esc")
	s.hides("Search commands")
	s.press("#")
	s.shows("Switch Theme")
	s.press("down", "down")
	s.await("a theme as preview", func(m *model) bool { return m.theme == 2 })
	s.press("esc")
	s.await("the theme of before", func(m *model) bool { return m.theme == 0 && m.modal == nil })
	s.press(",")
	s.shows("Configuration", "Find a setting…")
	s.press("esc")
	s.hides("Find a setting")
	s.press("q")
	s.shows("Quit Sidecar?")
	s.press("esc")
	s.hides("Quit Sidecar?")
}

func TestEscapeClearsTheFilterBeforeItCloses(t *testing.T) {
	s := startSession(t, &leaks{})
	s.press("@", "p2")
	s.shows("Switch Project", "> p2")
	s.press("esc")
	s.shows("Switch Project", "Filter projects...")
	s.press("esc")
	s.hides("Switch Project")
}

func TestProjectSwitchForgetsTheFile(t *testing.T) {
	s := startSession(t, &leaks{})
	s.press("2")
	s.shows("a.txt")
	s.press("j", "enter")
	s.shows("one line")
	s.press("@", "p2", "enter")
	s.shows("p2 ▾", "Select a file to preview", "a.txt")
	s.hides("Switch Project")
	s.press("@", "p1", "enter")
	s.shows("p1 ▾", "Select a file to preview")
}

func TestWatchesShowWhatHappensOnDisk(t *testing.T) {
	s := startSession(t, &leaks{})
	var path string
	s.await("the path", func(m *model) bool { path = m.project.Path; return true })
	s.press("2")
	if err := os.WriteFile(filepath.Join(path, "new.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.shows("new.txt")
	s.press("1")
	if err := runGit(path, "add", "new.txt"); err != nil {
		t.Fatal(err)
	}
	s.shows("Staged (1)", "new.txt")
	if err := runGit(path, "commit", "-q", "-m", "Second commit"); err != nil {
		t.Fatal(err)
	}
	s.shows("Working tree clean", "Second commit")
}

// The iterations of leakgate's scenarios, as keys.
var iterations = map[string]func(*session){
	"tab": func(s *session) {
		s.press("2")
		s.shows("Select a file to preview")
		s.press("3")
		s.shows("No workspaces yet")
		s.press("1")
		s.shows("Git main", "Recent Commits")
	},
	"palette": func(s *session) {
		s.press("?")
		s.shows("Search commands")
		s.press("esc", "@")
		s.shows("Switch Project")
		s.press("esc", "#", "down", "down", "down", "esc", ",")
		s.shows("Find a setting")
		s.press("esc")
		s.hides("Find a setting")
	},
	"switch": func(s *session) {
		s.press("@", "p2", "enter")
		s.shows("p2 ▾", "Working tree clean")
		s.press("@", "p1", "enter")
		s.shows("p1 ▾", "Working tree clean")
	},
}

func TestNothingGrows(t *testing.T) {
	// Caches and pools fill for a while; after that objects come and go by ten or so (measured).
	// Descriptors are compared with an early level: their limits would hide a leak later.
	const early, warmUp, loop = 10, 100, 100
	for event, iterate := range iterations {
		t.Run(event, func(t *testing.T) {
			leaks, err := parseLeaks("nopprof") // leaks nothing, and counts
			if err != nil {
				t.Fatal(err)
			}
			s := startSession(t, leaks)
			play := func(iterations int) level {
				for range iterations {
					iterate(s)
				}
				return measureSettled(t)
			}
			first := play(early)
			before := play(warmUp - early)
			after := play(loop)
			// A goroutine or two may be under way at that moment: a leak would be one an iteration.
			if after.descriptors > first.descriptors || after.watches > first.watches ||
				after.goroutines > first.goroutines+2 {
				t.Errorf("%d iterations: from %+v to %+v", warmUp+loop-early, first, after)
			}
			played := warmUp + loop
			// A table may have doubled in this loop: what leaks grows in the next one as well.
			if after.objects-before.objects > loop/2 {
				before, after = after, play(loop)
				played += loop
			}
			if grown := after.objects - before.objects; grown > loop/2 {
				t.Errorf("%d iterations: %d objects more on the heap", loop, grown)
			}
			if count := leaks.list[0].count; count != played {
				t.Errorf("%d events in %d iterations", count, played)
			}
		})
	}
}
