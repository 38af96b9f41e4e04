package main

import (
	"os/exec"
	"sort"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	overviewPoll = 5 * time.Second
)

// overview is the view over all projects: what runs in them, asked for when it is opened and every
// few seconds until it is left, and watches on where their git directories change.
type overview struct {
	board   bool // Activity instead of Sessions
	loaded  bool
	rows    []string
	cursor  int
	screen  []string // the session under the cursor
	stopped chan struct{}
	watches []*watch
}

type inventoryMsg struct {
	overview *overview
	rows     []string
}

type sessionScreenMsg struct {
	overview *overview
	screen   []string
}

type overviewDueMsg struct{ overview *overview }

func (m *model) openOverview() tea.Cmd {
	opened := &overview{stopped: make(chan struct{})}
	for _, project := range m.config.Projects.List {
		opened.watches = append(opened.watches, watchGit(project.Path, m.send))
	}
	go opened.poll(m.send)
	m.overview = opened
	return opened.load(m.config.Projects.List)
}

func (o *overview) poll(send func(tea.Msg)) {
	ticker := time.NewTicker(overviewPoll)
	defer ticker.Stop()
	for {
		select {
		case <-o.stopped:
			return
		case <-ticker.C:
			send(overviewDueMsg{o})
		}
	}
}

func (m *model) closeOverview() {
	m.leaks.happen("overview")
	if !m.leaks.kept("inventory-poll") {
		close(m.overview.stopped)
	}
	if !m.leaks.kept("inventory-watch") {
		for _, watch := range m.overview.watches {
			watch.close()
		}
	}
	m.overview = nil
}

// load takes the inventory: the shells of every project among the sessions, and its worktrees.
func (o *overview) load(projects []project) tea.Cmd {
	return func() tea.Msg {
		message := inventoryMsg{overview: o}
		sessions := answersOf("tmux", "list-sessions", "-F", "#{session_name}")
		sort.Strings(sessions)
		for _, project := range projects {
			for _, session := range sessions {
				if number, found := strings.CutPrefix(session, sessionPrefix(project.Name)); found {
					message.rows = append(message.rows, project.Name+" Shell "+number)
				}
			}
			_ = git(project.Path, "worktree", "list", "--porcelain")
		}
		return message
	}
}

// showSelected captures the screen of the session under the cursor.
func (o *overview) showSelected() tea.Cmd {
	if o.cursor >= len(o.rows) {
		return nil
	}
	name, number, _ := strings.Cut(o.rows[o.cursor], " Shell ")
	return func() tea.Msg {
		screen := answersOf("tmux", "capture-pane", "-p", "-t", sessionPrefix(name)+number)
		return sessionScreenMsg{o, screen}
	}
}

// sessionPrefix is the name of a project's sessions up to their number.
func sessionPrefix(project string) string { return "standin-sh-" + project + "-" }

func answersOf(command string, arguments ...string) []string {
	output, err := exec.Command(command, arguments...).Output()
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(output)), "\n")
}

func (m *model) takeOverview(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case overviewDueMsg:
		if msg.overview == m.overview {
			return msg.overview.load(m.config.Projects.List)
		}
	case inventoryMsg:
		msg.overview.rows, msg.overview.loaded = msg.rows, true
		return msg.overview.showSelected()
	case sessionScreenMsg:
		msg.overview.screen = msg.screen
	}
	return nil
}

func (m *model) pressInOverview(key string) tea.Cmd {
	overview := m.overview
	switch key {
	case "esc", "K":
		m.closeOverview()
	case "8", "9":
		overview.board = key == "9"
	case "j", "k":
		by := 1
		if key == "k" {
			by = -1
		}
		overview.cursor = max(0, min(overview.cursor+by, len(overview.rows)-1))
		return overview.showSelected()
	}
	return nil
}

func (o *overview) panes(m *model, height int) []string {
	if o.board {
		return m.box("Agent Overview", []string{"Working 0", "Blocked 0", "Done 0"}, m.width, height)
	}
	if len(o.rows) == 0 {
		return m.panes("Workspaces", []string{"no sessions"}, "No workspace", nil, height)
	}
	var lines []string
	for i, row := range o.rows {
		lines = append(lines, pointer(i == o.cursor)+row)
	}
	_, number, _ := strings.Cut(o.rows[o.cursor], " Shell ")
	return m.panes("Workspaces", lines, "Shell "+number+"  Diff", o.screen, height)
}
