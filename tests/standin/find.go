package main

import (
	"bufio"
	"context"
	"io/fs"
	"os/exec"
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	searchDelay = 100 * time.Millisecond
	searchLines = 200
)

// search is the search in the project's files, from the moment it is opened until it is closed.
type search struct {
	typed  int                // how often the words have changed
	cancel context.CancelFunc // of the newest run; nil before the first
}

// searchDueMsg says that nothing was typed for a while.
type searchDueMsg struct {
	search *search
	typed  int
}

// foundMsg fills the modal that asked for it.
type foundMsg struct {
	modal *modal
	items []string
}

// openFinder lists the files of the project by their names.
func (m *model) openFinder() tea.Cmd {
	m.modal = &modal{kind: finderModal, title: "Quick Open:", prompt: "Type to search files...",
		footer: "enter open · esc cancel"}
	root, asking := m.project.Path, m.modal
	return func() tea.Msg { return foundMsg{asking, listFiles(root)} }
}

func listFiles(root string) []string {
	var files []string
	_ = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case entry.IsDir() && entry.Name() == ".git":
			return filepath.SkipDir
		case !entry.IsDir():
			if name, err := filepath.Rel(root, path); err == nil {
				files = append(files, name)
			}
		}
		return nil
	})
	return files
}

func (m *model) openSearch() tea.Cmd {
	m.modal = &modal{kind: searchModal, title: "Search:", prompt: "Type to search project files...",
		footer: "enter open · esc cancel"}
	m.search = &search{}
	return nil
}

// searchLater searches when no more is typed for a while.
func (m *model) searchLater() tea.Cmd {
	if m.search == nil {
		return nil
	}
	m.search.typed++
	due := searchDueMsg{m.search, m.search.typed}
	return tea.Tick(searchDelay, func(time.Time) tea.Msg { return due })
}

func (m *model) startSearch(due searchDueMsg) tea.Cmd {
	if due.search != m.search || due.typed != m.search.typed || m.modal.filter == "" {
		return nil
	}
	if m.search.cancel != nil {
		m.search.cancel()
	}
	running, cancel := context.WithCancel(context.Background())
	m.search.cancel = cancel
	root, words, asking := m.project.Path, m.modal.filter, m.modal
	return func() tea.Msg { return foundMsg{asking, searchFiles(running, root, words)} }
}

// searchFiles runs ripgrep. What ripgrep might start could hold its output open after it is ended,
// so the reading end is closed when the search is cancelled.
func searchFiles(running context.Context, root, words string) []string {
	command := exec.CommandContext(running, "rg", "--line-number", "--no-heading", "--with-filename",
		"--fixed-strings", "--ignore-case", "--", words)
	command.Dir = root
	output, err := command.StdoutPipe()
	if err != nil || command.Start() != nil {
		return nil
	}
	go func() {
		<-running.Done()
		_ = output.Close()
	}()
	var found []string
	for scanner := bufio.NewScanner(output); len(found) < searchLines && scanner.Scan(); {
		found = append(found, scanner.Text())
	}
	_ = command.Process.Kill()
	_ = command.Wait()
	return found
}

func (m *model) takeFound(msg foundMsg) {
	if m.modal == msg.modal {
		m.modal.items = msg.items
		m.modal.move(0)
	}
}

// closeSearch ends what still runs for it, and the goroutine that waits for that.
func (m *model) closeSearch() {
	if m.search == nil {
		return
	}
	if m.search.cancel != nil && !m.leaks.keeps("kept-search") {
		m.search.cancel()
	}
	m.search = nil
	m.leaks.happen("search")
}
