package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// projectOf answers the directory of the project on screen.
func projectOf(s *session) string {
	var path string
	s.await("the path", func(m *model) bool { path = m.project.Path; return true })
	return path
}

// churn is the iteration of files-churn: directories come, are opened, and are moved away.
func churn(t *testing.T, s *session, project, away string, number int) {
	t.Helper()
	name := fmt.Sprintf("made-%d", number)
	inner := filepath.Join(project, name, "deep")
	must(0, os.MkdirAll(inner, 0o755))
	must(0, os.WriteFile(filepath.Join(inner, "inside.txt"), []byte("needle "+name+"\n"), 0o644))
	s.shows(name)
	s.press("g", "j", "l")
	s.shows("deep")
	s.press("j", "l")
	s.shows("inside.txt")
	must(0, os.WriteFile(filepath.Join(inner, "late.txt"), nil, 0o644))
	s.shows("late.txt")
	s.press("ctrl+p")
	s.shows("Quick Open:")
	s.press("late")
	s.shows(name + "/deep/late.txt")
	s.press("esc")
	s.hides("Quick Open:")
	s.press("f")
	s.shows("Search:")
	s.press("needle")
	s.shows(name + "/deep/inside.txt")
	s.press("esc")
	s.hides("Search:")
	s.press("j", "t")
	s.shows("needle " + name)
	s.press("x", "h")
	s.shows("Select a file to preview")
	must(0, os.Rename(filepath.Join(project, name), filepath.Join(away, name)))
	s.hides(name)
	s.press("G", "I")
	s.shows("Permissions:", "Clean")
	s.press("q")
	s.hides("Permissions:")
	s.press("B")
	s.shows("Blame: a.txt", "| one line")
	s.press("q")
	s.hides("Blame:")
}

// read is the iteration of file-preview in small: tabs are opened, changed on disk, and closed.
func read(t *testing.T, s *session, project string, number int) {
	t.Helper()
	text := fmt.Sprintf("# Head %d\n\nsome **words**\n", number)
	must(0, os.WriteFile(filepath.Join(project, "notes.md"), []byte(text), 0o644))
	s.shows("notes.md")
	s.press("G", "t")
	s.shows(fmt.Sprintf("# Head %d", number))
	s.press("m")
	s.shows("[rendered]", "some words")
	s.press("m", "h", "k", "t")
	s.shows("one line")
	s.press("{")
	text = strings.ReplaceAll(text, "words", "other words")
	must(0, os.WriteFile(filepath.Join(project, "notes.md"), []byte(text), 0o644))
	s.shows("**other words**")
	s.press("x", "x", "h")
	s.shows("Select a file to preview")
	must(0, os.Remove(filepath.Join(project, "notes.md")))
	s.hides("notes.md")
}

// playFiles plays both in turns, and answers what the last of them made this process hold.
func playFiles(t *testing.T, leak string, times int) (level, map[string]int) {
	t.Helper()
	leaks, err := parseLeaks(leak + ",nopprof@unwatch,nopprof@search,nopprof@closed")
	if err != nil {
		t.Fatal(err)
	}
	s := startSession(t, leaks)
	project, away := projectOf(s), t.TempDir()
	s.press("2")
	s.shows("a.txt")
	churn(t, s, project, away, 0)
	read(t, s, project, 0)
	before := measureSettled(t)
	for number := 1; number <= times; number++ {
		churn(t, s, project, away, number)
		read(t, s, project, number)
	}
	after := measureSettled(t)
	events := map[string]int{}
	for _, leak := range leaks.list {
		events[leak.event] = leak.count
	}
	return level{descriptors: after.descriptors - before.descriptors,
		watches: after.watches - before.watches, goroutines: after.goroutines - before.goroutines}, events
}

func TestFilesHoldNothing(t *testing.T) {
	const times = 8
	grown, events := playFiles(t, "", times)
	if grown != (level{}) {
		t.Errorf("grew by %+v", grown)
	}
	// Once in an iteration of files-churn; of both iterations, each closes its last tab.
	if events["unwatch"] != times+1 || events["search"] != times+1 || events["closed"] != 2*(times+1) {
		t.Errorf("%d iterations: %v", times+1, events)
	}
}

func TestWhatTheFilesTabDoesNotLetGo(t *testing.T) {
	const times = 8
	for leak, want := range map[string]level{
		"kept-watch":         {watches: times},
		"kept-search":        {goroutines: times},
		"kept-preview-watch": {descriptors: 3 * times, watches: 3 * times, goroutines: 6 * times},
	} {
		t.Run(leak, func(t *testing.T) {
			grown, _ := playFiles(t, leak, times)
			if grown.watches != want.watches || grown.descriptors < want.descriptors ||
				grown.goroutines < want.goroutines {
				t.Errorf("grew by %+v, wanted %+v", grown, want)
			}
		})
	}
}

func TestAPreviewIsScrolled(t *testing.T) {
	s := startSession(t, &leaks{})
	project := projectOf(s)
	s.press("2")
	var text strings.Builder
	for line := range 100_000 {
		fmt.Fprintf(&text, "line %d.\n", line)
	}
	must(0, os.WriteFile(filepath.Join(project, "z-large.txt"), []byte(text.String()), 0o644))
	must(0, os.WriteFile(filepath.Join(project, "b.dat"), []byte("\x00\x01"), 0o644))
	s.shows("z-large.txt", "b.dat")
	s.press("G", "t")
	s.shows("line 0.", "(file truncated)")
	s.press("G")
	s.hides("line 0.")
	s.press("g")
	s.shows("line 0.")
	s.press("h", "k", "t")
	s.shows("Binary file")
	s.press("x", "x")
	s.shows("Select a file to preview")
}
