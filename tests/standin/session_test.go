package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

const patience = 10 * time.Second

// session is the program in this process, without a terminal: keys are sent, states are awaited.
type session struct {
	t       *testing.T
	program *tea.Program
}

// observed passes every message on to the program and tells those who wait for a state.
type observed struct {
	*model
	waiting []waitMsg
}

type waitMsg struct {
	holds func(*model) bool
	done  chan struct{}
}

func (o *observed) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	var command tea.Cmd
	if wait, ok := msg.(waitMsg); ok {
		o.waiting = append(o.waiting, wait)
	} else {
		_, command = o.model.Update(msg)
	}
	var still []waitMsg
	for _, wait := range o.waiting {
		if wait.holds(o.model) {
			close(wait.done)
		} else {
			still = append(still, wait)
		}
	}
	o.waiting = still
	return o, command
}

// startSession opens two git projects, p1 and p2, with one file a.txt in each; the flags are features
// that are on.
func startSession(t *testing.T, leaks *leaks, flags ...string) *session {
	t.Helper()
	config := &config{}
	config.Features.Flags = map[string]bool{}
	for _, flag := range flags {
		config.Features.Flags[flag] = true
	}
	for _, name := range []string{"p1", "p2"} {
		path := makeProject(t, name)
		config.Projects.List = append(config.Projects.List, project{name, path})
	}
	session := startOn(t, config, leaks)
	session.shows("p1 ▾", "Git main", "Working tree clean", "Recent Commits")
	return session
}

// startOn opens the first project of a configuration.
func startOn(t *testing.T, config *config, leaks *leaks) *session {
	t.Helper()
	session := &session{t: t}
	model := newModel(config, leaks, nil, func(msg tea.Msg) { session.program.Send(msg) })
	context, cancel := context.WithCancel(context.Background())
	session.program = tea.NewProgram(&observed{model: model}, tea.WithContext(context),
		tea.WithInput(nil), tea.WithOutput(io.Discard), tea.WithWindowSize(200, 50),
		tea.WithoutSignalHandler())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = session.program.Run()
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		model.project.close()
	})
	return session
}

func makeProject(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	for _, step := range []func() error{
		func() error { return os.Mkdir(path, 0o755) },
		func() error { return os.WriteFile(filepath.Join(path, "a.txt"), []byte("one line\n"), 0o644) },
		func() error { return runGit(path, "init", "-q", "-b", "main") },
		func() error { return runGit(path, "add", ".") },
		func() error { return runGit(path, "commit", "-q", "-m", "First commit") },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func runGit(directory string, arguments ...string) error {
	identity := []string{"-c", "user.name=Tester", "-c", "user.email=tester@example.org"}
	command := exec.Command("git", append(identity, arguments...)...)
	command.Dir = directory
	return command.Run()
}

// press sends keys by their names in Bubble Tea; other words are typed.
func (s *session) press(keys ...string) {
	codes := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp,
		"down": tea.KeyDown, "backspace": tea.KeyBackspace}
	for _, key := range keys {
		if key == "ctrl+s" {
			s.program.Send(tea.KeyPressMsg{Code: 's', Mod: tea.ModCtrl})
			continue
		}
		if code, named := codes[key]; named {
			s.program.Send(tea.KeyPressMsg{Code: code})
			continue
		}
		if letter, control := strings.CutPrefix(key, "ctrl+"); control {
			s.program.Send(tea.KeyPressMsg{Code: rune(letter[0]), Mod: tea.ModCtrl})
			continue
		}
		for _, char := range key {
			s.program.Send(tea.KeyPressMsg{Code: char, Text: string(char)})
		}
	}
}

func (s *session) await(what string, holds func(*model) bool) {
	s.t.Helper()
	wait := waitMsg{holds, make(chan struct{})}
	s.program.Send(wait)
	select {
	case <-wait.done:
	case <-time.After(patience):
		screen := make(chan string, 1)
		s.program.Send(waitMsg{func(m *model) bool { screen <- text(m); return true }, make(chan struct{})})
		s.t.Fatalf("waited in vain for %s; the screen shows\n%s", what, <-screen)
	}
}

func (s *session) shows(words ...string) {
	s.t.Helper()
	s.await("text "+strings.Join(words, ", "), func(m *model) bool {
		screen := text(m)
		for _, word := range words {
			if !strings.Contains(screen, word) {
				return false
			}
		}
		return true
	})
}

func (s *session) hides(word string) {
	s.t.Helper()
	s.await("no text "+word, func(m *model) bool { return !strings.Contains(text(m), word) })
}

func text(m *model) string { return ansi.Strip(m.screen()) }

// level is what this process holds.
type level struct {
	descriptors, watches, goroutines int
	heap, objects                    int64
}

func measure(t *testing.T) level {
	t.Helper()
	runtime.GC()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	now := level{goroutines: runtime.NumGoroutine(), heap: int64(memory.HeapAlloc),
		objects: int64(memory.HeapObjects)}
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	now.descriptors = len(entries) - 1 // the directory itself
	for _, entry := range entries {
		information, _ := os.ReadFile("/proc/self/fdinfo/" + entry.Name())
		now.watches += bytes.Count(information, []byte("inotify wd:"))
	}
	return now
}

// measureUntil measures until it holds: what ends by itself has no event to wait for.
func measureUntil(t *testing.T, holds func(level) bool) level {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		now := measure(t)
		if holds(now) || time.Now().After(deadline) {
			return now
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// measureSettled measures when nothing has come or gone for a while: what was closed a moment ago,
// and the goroutine of the test before, may still be on its way out.
func measureSettled(t *testing.T) level {
	t.Helper()
	last, alike := measure(t), 0
	measureUntil(t, func(now level) bool {
		if now.descriptors == last.descriptors && now.goroutines == last.goroutines {
			alike++
		} else {
			alike = 0
		}
		last = now
		return alike == 60
	})
	return last
}
