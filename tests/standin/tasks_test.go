package main

import (
	"os"
	"testing"
)

// startTdSession opens two projects with a task in each, on the td tab. The td is that of this folder.
func startTdSession(t *testing.T, leaks *leaks) *session {
	t.Helper()
	t.Setenv("PATH", must1(os.Getwd())+":"+os.Getenv("PATH"))
	config := &config{}
	config.Plugins.Tasks.Enabled, config.Plugins.Tasks.Interval = true, "1h"
	for _, name := range []string{"p1", "p2"} {
		path := makeProject(t, name)
		for _, arguments := range [][]string{{"init"}, {"create", "Only in " + name}} {
			must(0, runTd(path, nil, arguments...))
		}
		config.Projects.List = append(config.Projects.List, project{name, path})
	}
	session := startOn(t, config, leaks)
	session.shows("p1 ▾", "BOARD: All Issues (1)", "Only in p1")
	return session
}

var tdIterations = map[string]func(*session){
	"tasks": func(s *session) {
		s.press("@", "p2", "enter")
		s.shows("p2 ▾", "Only in p2")
		s.press("@", "p1", "enter")
		s.shows("p1 ▾", "Only in p1")
	},
	"note": func(s *session) {
		s.press("5")
		s.shows("No notes", "No note selected")
		s.press("n")
		s.shows("> untitled")
		s.press("alpha")
		s.shows("alpha", "Save*")
		s.press("ctrl+s")
		s.shows("> alpha")
		s.press("esc")
		s.shows("n, c  New")
		s.press("X")
		s.shows("Delete Note?")
		s.press("enter")
		s.shows("No notes", "No note selected")
		s.hides("deleting")
		s.press("1")
		s.shows("BOARD")
	},
	"overview": func(s *session) {
		s.press("K")
		s.shows("Select Project ▾", "no sessions")
		s.press("9")
		s.shows("Agent Overview")
		s.press("8")
		s.hides("Agent Overview")
		s.press("esc")
		s.shows("p1 ▾", "BOARD")
	},
}

func TestTdNotesAndOverviewLetGo(t *testing.T) {
	const warmUp, loop = 3, 5
	for _, c := range []struct {
		event, leak string
		want        level // per iteration
	}{
		{"tasks", "", level{}},
		{"tasks", "database@tasks", level{descriptors: 1}},
		{"tasks", "refresh@tasks", level{goroutines: 1}},
		{"note", "", level{}},
		{"note", "note-editor@note", level{goroutines: 1}},
		{"overview", "", level{}},
		{"overview", "inventory-poll@overview", level{goroutines: 1}},
		{"overview", "inventory-watch@overview", level{descriptors: 2, goroutines: 4, watches: 4}},
	} {
		t.Run(c.event+" "+c.leak, func(t *testing.T) {
			leaks, err := parseLeaks(c.leak + ",nopprof@" + c.event) // the second one counts
			if err != nil {
				t.Fatal(err)
			}
			s := startTdSession(t, leaks)
			play := func(iterations int) level {
				for range iterations {
					tdIterations[c.event](s)
				}
				return measureSettled(t)
			}
			before := play(warmUp)
			after := play(loop)
			got := level{
				descriptors: after.descriptors - before.descriptors,
				goroutines:  after.goroutines - before.goroutines,
				watches:     after.watches - before.watches,
			}
			want := level{descriptors: c.want.descriptors * loop, goroutines: c.want.goroutines * loop,
				watches: c.want.watches * loop}
			// Some of an earlier test may have been on their way out at the first measure.
			got.goroutines = max(got.goroutines, min(got.goroutines+loop-1, want.goroutines))
			if got != want {
				t.Errorf("grew by %+v, wanted %+v", got, want)
			}
			if count := leaks.list[len(leaks.list)-1].count; count != warmUp+loop {
				t.Errorf("%d events in %d iterations", count, warmUp+loop)
			}
		})
	}
}

// What is typed is saved without a key when nothing more comes.
func TestNotesAreSavedByThemselves(t *testing.T) {
	s := startTdSession(t, &leaks{})
	s.press("5")
	s.shows("No notes")
	s.press("n", "alpha")
	s.shows("> alpha")
	s.hides("Save*")
}
