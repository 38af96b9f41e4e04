package main

import (
	"os"
	"path/filepath"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func (s *session) path() string {
	var path string
	s.await("the path", func(m *model) bool { path = m.project.Path; return true })
	return path
}

func (s *session) git(arguments ...string) {
	s.t.Helper()
	if err := runGit(s.path(), arguments...); err != nil {
		s.t.Fatal(arguments, err)
	}
}

func TestChangesCommitsAndBranches(t *testing.T) {
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "Tester")
		t.Setenv("GIT_"+who+"_EMAIL", "tester@example.org")
	}
	s := startSession(t, &leaks{})
	if err := os.WriteFile(filepath.Join(s.path(), "a.txt"), []byte("another line\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.git("add", "a.txt")
	s.shows("Staged (1)", "+another line")
	s.press("U")
	s.shows("Modified (1)")
	s.press("d")
	s.shows("← Back", "[unified]", "-one line")
	s.press("v")
	s.shows("[side-by-side]")
	s.press("v")
	s.shows("[full-file]")
	s.press("esc")
	s.hides("← Back")
	s.press("S")
	s.shows("Staged (1)")
	s.press("c", "wip")
	s.shows("Commit", "> wip")
	s.program.Send(tea.KeyPressMsg{Code: 's', Mod: tea.ModCtrl})
	s.shows("Working tree clean", "Recent Commits (2)", "wip")
	s.git("switch", "-q", "-c", "side")
	s.shows("Git side")
	s.press("b")
	s.shows("Branches", "> * side")
	s.press("k", "enter")
	s.shows("Git main")
	s.git("reset", "-q", "--hard", "HEAD~1")
	s.shows("Recent Commits (1)")
	s.hides("wip")
}

func TestHistory(t *testing.T) {
	s := startSession(t, &leaks{})
	for _, subject := range []string{"Second commit", "Third commit"} {
		s.git("commit", "-q", "--allow-empty", "-m", subject)
	}
	s.shows("Recent Commits (3)")
	s.press("G")
	s.shows("Files (1)", "a.txt +1/-0")
	s.press("enter", "enter")
	s.shows("← Back", "+one line")
	s.press("esc", "esc", "/")
	s.shows("Type to search commits")
	s.press("commit")
	s.shows("3 matches")
	s.press("enter")
	s.await("the latest commit", func(m *model) bool { return m.project.view.detail.subject == "Third commit" })
	s.press("n")
	s.await("the next one", func(m *model) bool { return m.project.view.detail.subject == "Second commit" })
	s.press("f")
	s.shows("Commits [author:Tester]")
	s.press("v")
	s.shows("[graph]", "● ")
	s.press("v", "F")
	s.shows("Recent Commits (3)")
	s.hides("[graph]")
}

// A worktree is gone to and come back from, with its pane opened and closed.
func switchWorktrees(s *session) {
	s.press("W", "side", "enter")
	s.shows("side [side] ▾", "Git side")
	s.press("3", "d")
	s.shows("Working Tree vs HEAD (1)", "a.txt +1/-0")
	s.press("x")
	s.hides("Working Tree")
	s.press("1", "W", "main", "enter")
	s.shows("p1 ▾", "Git main")
}

func TestWorktrees(t *testing.T) {
	const rounds = 5
	for _, c := range []struct {
		leak        string
		descriptors int
		watches     int
	}{
		{"nopprof", 0, 0},
		{"git-watch@worktree", rounds, 2 * rounds},
		{"fd-inotify@pane", rounds, 0},
	} {
		t.Run(c.leak, func(t *testing.T) {
			leaks, err := parseLeaks(c.leak)
			if err != nil {
				t.Fatal(err)
			}
			s := startSession(t, leaks)
			side := filepath.Join(t.TempDir(), "side")
			s.git("worktree", "add", "-q", "-b", "side", side)
			if err := os.WriteFile(filepath.Join(side, "a.txt"), []byte("one line\nanother\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			s.press("r", "3")
			s.shows("Worktrees (1)", "branch side  +1 -0", "No agent running")
			s.press("1")
			switchWorktrees(s)
			before := measureSettled(t)
			for range rounds {
				switchWorktrees(s)
			}
			after := measureSettled(t)
			if after.descriptors-before.descriptors != c.descriptors ||
				after.watches-before.watches != c.watches {
				t.Errorf("from %+v to %+v", before, after)
			}
		})
	}
}

func TestALinkedWorktreesOwnFilesAreWatched(t *testing.T) {
	s := startSession(t, &leaks{})
	side := filepath.Join(t.TempDir(), "side")
	s.git("worktree", "add", "-q", "-b", "side", side)
	s.press("r", "3")
	s.shows("Worktrees (1)")
	s.press("1", "W", "side", "enter")
	s.shows("Git side", "Working tree clean")
	if err := os.WriteFile(filepath.Join(side, "new.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.git("add", "new.txt")
	s.shows("Staged (1)")
}
