package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"
)

const defaultRefresh = 10 * time.Second

// tasks is the td tab of a project. As td's own monitor does, it holds the database open for as long
// as the project is open, and reads it anew at every tick. What is in it the td program says: a
// library for SQLite would be as large as the rest of the stand-in.
type tasks struct {
	path     string
	database *os.File // nil: there is none
	titles   []string
	loaded   bool
	stopped  chan struct{}
	leaks    *leaks
}

// keptTaskDatabases are those that a leak has not closed; a finalizer would.
var keptTaskDatabases []*os.File

type tasksLoadedMsg struct {
	tasks  *tasks
	titles []string
}

type tasksDueMsg struct{ tasks *tasks }

func openTasks(path string, interval time.Duration, leaks *leaks, send func(tea.Msg)) *tasks {
	opened := &tasks{path: path, stopped: make(chan struct{}), leaks: leaks}
	opened.database, _ = os.OpenFile(filepath.Join(path, ".todos", "issues.db"), os.O_RDWR, 0)
	go opened.refresh(interval, send)
	return opened
}

func (t *tasks) refresh(interval time.Duration, send func(tea.Msg)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-t.stopped:
			return
		case <-ticker.C:
			send(tasksDueMsg{t})
		}
	}
}

// close lets go of the database and the ticker. Of a round trip through two projects the way back is
// the event.
func (t *tasks) close(first bool) {
	if !first {
		t.leaks.happen("tasks")
	}
	if t.database != nil {
		if !first && t.leaks.kept("database") {
			keptTaskDatabases = append(keptTaskDatabases, t.database)
		} else {
			_ = t.database.Close()
		}
	}
	if first || !t.leaks.kept("refresh") {
		close(t.stopped)
	}
}

// runTd answers what td says as JSON.
func runTd(directory string, answer any, arguments ...string) error {
	output, err := exec.Command("td", append([]string{"-w", directory, "--json"}, arguments...)...).Output()
	if err != nil || answer == nil {
		return err
	}
	return json.Unmarshal(output, answer)
}

func (t *tasks) load() tea.Cmd {
	return func() tea.Msg {
		var listed []struct{ Title string }
		_ = runTd(t.path, &listed, "list")
		message := tasksLoadedMsg{tasks: t}
		for _, task := range listed {
			message.titles = append(message.titles, task.Title)
		}
		return message
	}
}

func (m *model) takeTasks(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tasksDueMsg:
		if msg.tasks == m.project.tasks {
			return msg.tasks.load()
		}
	case tasksLoadedMsg:
		msg.tasks.titles, msg.tasks.loaded = msg.titles, true
	}
	return nil
}

func (t *tasks) panes(m *model, height int) []string {
	if !t.loaded {
		return m.box("Loading tasks…", nil, m.width, height)
	}
	title := fmt.Sprintf("BOARD: All Issues (%d)", len(t.titles))
	return append(m.box("CURRENT WORK", nil, m.width, height/2),
		m.box(title, t.titles, m.width, height-height/2)...)
}
