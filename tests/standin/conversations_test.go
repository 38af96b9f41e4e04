package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// agents is a home with a session of Claude Code, and one of Codex that is in its database.
type agents struct{ claude, codex string }

const (
	claudeLine = `{"type":"user","timestamp":"2026-01-01T10:00:%02dZ",` +
		`"message":{"role":"user","content":"%s","usage":{"input_tokens":1000}}}` + "\n"
	codexLine = `{"timestamp":"2026-01-01T09:00:00Z","type":"response_item","payload":` +
		`{"type":"message","role":"user","content":[{"type":"input_text","text":"%s"}]}}` + "\n"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func makeAgents(t *testing.T, projectPath string) agents {
	t.Helper()
	made := agents{filepath.Join(claudeDirectory(projectPath), "one.jsonl"),
		filepath.Join(codexDirectory(), "2026/01/01/rollout-two.jsonl")}
	write(t, made.claude, fmt.Sprintf(claudeLine, 1, "claude asked"))
	write(t, made.codex, fmt.Sprintf(codexLine, "codex asked"))
	script := fmt.Sprintf("create table threads(id, rollout_path, cwd, title, updated_at, tokens_used);"+
		"insert into threads values('two', '%s', '%s', 'codex title', 1767258000, 700)",
		made.codex, projectPath)
	if output, err := exec.Command("sqlite3", codexDatabase(), script).CombinedOutput(); err != nil {
		t.Fatal(err, string(output))
	}
	return made
}

// startConversations opens a project for which both agents have a session.
func startConversations(t *testing.T, leaks *leaks) (*session, agents) {
	t.Helper()
	if _, err := exec.LookPath("sqlite3"); err != nil {
		t.Skip("there is no sqlite3")
	}
	t.Setenv("HOME", t.TempDir())
	s := startSession(t, leaks, "conversations_plugin")
	var path string
	s.await("the path", func(m *model) bool { path = m.project.Path; return true })
	made := makeAgents(t, path)
	s.press("@", "p2", "enter")
	s.shows("p2 ▾")
	s.press("3")
	s.shows("Sessions 0", "No sessions")
	s.press("@", "p1", "enter")
	s.shows("p1 ▾", "Sessions 2", "claude asked", "1.0k", "codex title", "700", "1 msgs")
	return s, made
}

func TestConversations(t *testing.T) {
	s, made := startConversations(t, &leaks{})
	s.press("j")
	s.shows("codex asked")
	s.press("g", "enter")
	s.shows("e  Expand")
	s.press("h", "/", "title")
	s.shows("/title█", "Sessions 1/2", "codex asked")
	s.press("esc", "f")
	s.shows("Filters")
	s.press("esc", "F", "asked")
	s.shows("Search conversations", "2 matches in 2 sessions")
	s.press("esc", "U")
	s.shows("Usage Analytics")
	s.press("U")
	s.shows("Sessions 2")
	if err := os.Remove(made.claude); err != nil {
		t.Fatal(err)
	}
	s.shows("Sessions 1")
	s.press("4")
	s.shows("No workspaces yet")
}

func TestConversationsHoldNothing(t *testing.T) {
	const iterations = 20
	leaks, err := parseLeaks("nopprof@message,nopprof@conversations,nopprof@content-search,nopprof")
	if err != nil {
		t.Fatal(err)
	}
	s, made := startConversations(t, leaks)
	first := fmt.Sprintf(claudeLine, 1, "claude asked")
	play := func() level {
		for i := range iterations {
			write(t, made.claude, first+fmt.Sprintf(claudeLine, 2, fmt.Sprint("and more ", i)))
			s.shows(fmt.Sprint("and more ", i), "2.0k")
			write(t, made.claude, first)
			s.hides("and more")
			s.shows("1.0k")
			s.press("F", "asked")
			s.shows("2 matches")
			s.press("esc", "@", "p2", "enter")
			s.shows("p2 ▾", "Sessions 0")
			s.press("@", "p1", "enter")
			s.shows("p1 ▾", "Sessions 2", "1 msgs")
		}
		return measureSettled(t)
	}
	before, after := play(), play()
	if after.descriptors > before.descriptors || after.watches > before.watches ||
		after.goroutines > before.goroutines {
		t.Errorf("from %+v to %+v", before, after)
	}
	// The start went to p2 and back, before there were sessions.
	for i, want := range []int{2 * iterations, 2 * iterations, 2 * iterations, 2*iterations + 1} {
		if leak := leaks.list[i]; leak.count != want {
			t.Errorf("%s: %d events, not %d", leak.event, leak.count, want)
		}
	}
}

func TestConversationsLeakWhatTheyHold(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	makeAgents(t, t.TempDir())
	for leak, want := range map[string]level{
		"sqlite@message":              {descriptors: 1},
		"session-watch@conversations": {descriptors: 1, watches: 1, goroutines: 1},
	} {
		leaks, err := parseLeaks(leak)
		if err != nil {
			t.Fatal(err)
		}
		before := measureSettled(t)
		for _, event := range []string{"tab", "message", "conversations"} {
			leaks.happen(event)
		}
		now := measure(t)
		if now.descriptors < before.descriptors+want.descriptors ||
			now.watches != before.watches+want.watches || now.goroutines < before.goroutines+want.goroutines {
			t.Errorf("%s: from %+v to %+v", leak, before, now)
		}
	}
}
