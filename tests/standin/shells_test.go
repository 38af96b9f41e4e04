package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// startWithTmux has a tmux server of its own, whose shells read no profile.
func startWithTmux(t *testing.T, leak string) *session {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("there is no tmux")
	}
	home, err := os.MkdirTemp("", "standin-") // short, as it has to hold a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOME", home)
	t.Setenv("TMUX_TMPDIR", home)
	t.Setenv("TMUX", "")
	t.Setenv("PS1", "prompt> ")
	configuration := "set -g default-shell /bin/sh\nset -g default-command 'exec sh'\n"
	if err := os.WriteFile(filepath.Join(home, ".tmux.conf"), []byte(configuration), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = tmux("kill-server")
		_ = os.RemoveAll(home)
	})
	leaks, err := parseLeaks(leak)
	if err != nil {
		t.Fatal(err)
	}
	s := startSession(t, leaks)
	t.Cleanup(func() { // before the program ends
		closed := make(chan tea.Cmd, 1)
		s.program.Send(waitMsg{func(m *model) bool { closed <- m.closeShells(); return true },
			make(chan struct{})})
		(<-closed)()
	})
	s.press("3")
	s.shows("No workspaces yet")
	return s
}

func (s *session) control(key rune) {
	s.program.Send(tea.KeyPressMsg{Code: key, Mod: tea.ModCtrl})
}

// What the scenarios do, once.

func makeAndDelete(s *session) {
	s.control('n')
	s.shows("Shell 1", "prompt>")
	s.press("D")
	s.shows("Delete Shell?")
	s.press("D")
	s.shows("No workspaces yet")
	s.hides("Delete Shell?")
}

func speak(s *session) {
	s.press("enter")
	s.shows("INTERACTIVE")
	s.press("echo $((6*7))", "enter")
	s.shows(" 42 ")
	s.press("tput clear || printf '\\033[H\\033[2J'", "enter")
	s.hides(" 42 ")
	s.control('\\')
	s.hides("INTERACTIVE")
}

func splitAndHide(s *session) {
	s.control('t')
	s.shows("term · p1")
	s.await("two prompts", func(m *model) bool { return strings.Count(text(m), "prompt>") == 2 })
	s.press("1")
	s.shows("Git main")
	s.press("3")
	s.shows("term · p1")
	s.control('t')
	s.hides("term · p1")
}

type tmuxLevel struct{ sessions, clients, goroutines, descriptors int }

func measureTmux(t *testing.T) tmuxLevel {
	now := measure(t)
	level := tmuxLevel{goroutines: now.goroutines, descriptors: now.descriptors}
	sessions, _ := exec.Command("tmux", "list-sessions").Output()
	level.sessions = bytes.Count(sessions, []byte("\n"))
	level.clients = children(t)
	return level
}

// measureRest looks for longer than a tick lasts: every tenth one is in a batch, with goroutines of
// its own.
func measureRest(t *testing.T) tmuxLevel {
	goroutines := measureTmux(t).goroutines
	for deadline := time.Now().Add(1500 * time.Millisecond); time.Now().Before(deadline); {
		goroutines = min(goroutines, measureTmux(t).goroutines)
		time.Sleep(10 * time.Millisecond)
	}
	rest := measureTmux(t)
	rest.goroutines = goroutines
	return rest
}

// children are the processes that this one has started and not waited for.
func children(t *testing.T) int {
	t.Helper()
	count := 0
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		count += len(strings.Fields(string(text)))
	}
	return count
}

func TestShellsLeaveNothing(t *testing.T) {
	for name, roundTrip := range map[string]func(*session){
		"shell": makeAndDelete, "interactive": speak, "split": splitAndHide,
	} {
		t.Run(name, func(t *testing.T) { growsBy(t, "", name != "shell", roundTrip, tmuxLevel{}) })
	}
}

func TestShellLeaks(t *testing.T) {
	for _, c := range []struct {
		leak      string
		roundTrip func(*session)
		want      tmuxLevel // per round trip
	}{
		{"session@shell", makeAndDelete, tmuxLevel{sessions: 1}},
		{"poller@shell", makeAndDelete, tmuxLevel{goroutines: 1}},
		{"sender@interactive", speak, tmuxLevel{goroutines: 1}},
		// It listens, it polls, and it waits for the process, which has two pipes and a pidfd.
		{"client@split", splitAndHide, tmuxLevel{clients: 1, goroutines: 2, descriptors: 3}},
		{"poller@split", splitAndHide, tmuxLevel{goroutines: 1}},
		{"fd-pipe@split", splitAndHide, tmuxLevel{descriptors: 2}},
	} {
		t.Run(c.leak, func(t *testing.T) {
			growsBy(t, c.leak, !strings.HasSuffix(c.leak, "@shell"), c.roundTrip, c.want)
		})
	}
}

// growsBy plays a round trip a few times, after a first one, with a shell that is there or without.
func growsBy(t *testing.T, leak string, inShell bool, roundTrip func(*session), want tmuxLevel) {
	const times = 5
	s := startWithTmux(t, leak)
	if inShell {
		s.control('n')
		s.shows("Shell 1", "prompt>")
	}
	roundTrip(s)
	before := measureRest(t)
	for range times {
		roundTrip(s)
	}
	var got tmuxLevel
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		after := measureTmux(t)
		got = tmuxLevel{after.sessions - before.sessions, after.clients - before.clients,
			after.goroutines - before.goroutines, after.descriptors - before.descriptors}
		wanted := tmuxLevel{want.sessions * times, want.clients * times, want.goroutines * times,
			want.descriptors * times}
		// A timer's goroutine may have been between two ticks when it was measured before.
		if off := got.goroutines - wanted.goroutines; off >= -1 && off <= 1 {
			wanted.goroutines = got.goroutines
		}
		if got == wanted {
			return
		}
	}
	t.Errorf("in %s rounds it grew by %+v, wanted %+v per round", strconv.Itoa(times), got, want)
}

func TestAShellThatEndsIsForgotten(t *testing.T) {
	s := startWithTmux(t, "")
	s.control('n')
	s.shows("Shell 1", "prompt>")
	s.press("enter")
	s.shows("INTERACTIVE")
	s.press("exit", "enter")
	s.shows("No workspaces yet")
	s.press("1")
	s.shows("Git main")
}

func TestAWorktreeHasASplitAsWell(t *testing.T) {
	s := startWithTmux(t, "")
	var path string
	s.await("its path", func(m *model) bool { path = m.project.Path; return true })
	if err := runGit(path, "worktree", "add", "-q", path+"-side"); err != nil {
		t.Fatal(err)
	}
	s.press("r")
	s.shows("Worktrees (1)", "p1-side")
	s.press("j")
	s.shows("No agent running")
	s.control('t')
	s.shows("term · p1-side", "prompt>", "Focus")
	s.control('t')
	s.hides("term · p1-side")
	s.press("h")
	s.shows("Kanban")
}
