package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// inspectedMsg fills the modal that asked for it.
type inspectedMsg struct {
	modal *modal
	lines []string
}

// inspect opens a modal about a file; key q closes it again.
func (m *model) inspect(title, path string, look func(root, path string) []string) tea.Cmd {
	m.modal = &modal{kind: inspectModal, title: title, text: []string{"Loading..."},
		footer: "q close", key: "q"}
	root, asking := m.project.Path, m.modal
	return func() tea.Msg { return inspectedMsg{asking, look(root, path)} }
}

func (m *model) takeInspected(msg inspectedMsg) {
	msg.modal.text = msg.lines
}

// information is what the disk and git know about a file.
func information(root, path string) []string {
	about, err := os.Stat(filepath.Join(root, path))
	if err != nil {
		return []string{"Cannot read this file"}
	}
	status := "Clean"
	if changes := git(root, "status", "--porcelain", "--", path); len(changes) > 0 && changes[0] != "" {
		status = changes[0][:2]
	}
	return []string{
		fmt.Sprintf("Size:         %d", about.Size()),
		fmt.Sprintf("Permissions:  %s", about.Mode()),
		fmt.Sprintf("Git Status:   %s", status),
		"Commit:       " + strings.Join(git(root, "log", "-1", "--format=%h - %s", "--", path), " "),
	}
}

// blame says of each line which commit it is from.
func blame(root, path string) []string {
	var lines []string
	for _, line := range git(root, "blame", "--", path) {
		commit, text, _ := strings.Cut(line, ") ")
		hash, _, _ := strings.Cut(commit, " ")
		lines = append(lines, hash+" | "+text)
	}
	return lines
}
