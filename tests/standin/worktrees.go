package main

import (
	"fmt"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// worktree is a checkout of a project, and how it differs from its last commit.
type worktree struct {
	path, branch string
	added, less  int // lines
}

type workspacesMsg struct {
	project *openProject
	main    worktree
	linked  []worktree
}

// diffPane is the Workspaces tab's pane of what is changed in the open worktree; it is watched as
// long as it is open.
type diffPane struct {
	watch *watch
	lines []string
}

type paneLoadedMsg struct {
	pane  *diffPane
	lines []string
}

// loadWorkspaces lists the worktrees, the main one first.
func loadWorkspaces(project *openProject) tea.Cmd {
	return func() tea.Msg {
		var found []worktree
		for _, line := range git(project.Path, "worktree", "list", "--porcelain") {
			if path, is := strings.CutPrefix(line, "worktree "); is {
				found = append(found, worktree{path: path})
			}
			if branch, is := strings.CutPrefix(line, "branch refs/heads/"); is {
				found[len(found)-1].branch = branch
			}
		}
		if len(found) == 0 {
			return workspacesMsg{project: project}
		}
		for i := range found[1:] {
			for _, one := range readChanges(found[i+1].path) {
				found[i+1].added += one.added
				found[i+1].less += one.less
			}
		}
		return workspacesMsg{project, found[0], found[1:]}
	}
}

// changes is how a file differs from the last commit, in lines.
type changes struct {
	file        string
	added, less int
}

func readChanges(directory string) []changes {
	var found []changes
	for _, line := range git(directory, "diff", "HEAD", "--numstat") {
		var one changes
		if count, _ := fmt.Sscanf(line, "%d\t%d\t%s", &one.added, &one.less, &one.file); count == 3 {
			found = append(found, one)
		}
	}
	return found
}

func (m *model) openWorktreeSwitcher() {
	if len(m.project.worktrees) == 0 {
		return
	}
	m.modal = &modal{kind: worktreeModal, title: "Switch Worktree", prompt: "Filter worktrees...",
		footer: "enter switch · esc cancel", key: "W"}
	for i, worktree := range m.project.all() {
		name := worktree.branch
		if i == 0 {
			name += " [main]"
		}
		if worktree.path == m.project.Path {
			name += " (current)"
		}
		m.modal.items = append(m.modal.items, name)
	}
}

// all are the worktrees in the order of git's list.
func (p *openProject) all() []worktree { return append([]worktree{p.main}, p.worktrees...) }

// switchWorktree hands over to another checkout of the same project.
func (m *model) switchWorktree(index int) tea.Cmd {
	chosen := m.project.all()[index]
	if chosen.path == m.project.Path {
		return nil
	}
	name := filepath.Base(chosen.path)
	if index > 0 {
		name += " [" + chosen.branch + "]"
	}
	before := m.project
	before.close()
	m.project = openProjectIn(project{name, chosen.path}, m.config, m.leaks, before.index, m.send)
	m.project.main, m.project.worktrees = before.main, before.worktrees // until they are read anew
	if index > 0 {
		m.leaks.happen("worktree")
	}
	return m.project.load()
}

func (m *model) pressInWorkspaces(key string) tea.Cmd {
	p := m.project
	switch key {
	case "d":
		return p.openPane(m.send)
	case "x":
		if p.pane != nil {
			p.closePane()
			m.leaks.happen("pane")
		}
	case "esc":
		p.paneFocus = false
	default:
		return m.pressInShells(key)
	}
	return nil
}

func (p *openProject) openPane(send func(tea.Msg)) tea.Cmd {
	if len(p.worktrees) == 0 || p.pane != nil {
		return nil
	}
	p.pane = &diffPane{watch: watchFiles(p.Path, send)}
	p.paneFocus = true
	return loadPane(p)
}

func (p *openProject) closePane() {
	if p.pane != nil {
		p.pane.watch.close()
		p.pane = nil
	}
}

func loadPane(p *openProject) tea.Cmd {
	pane := p.pane
	return func() tea.Msg {
		changed := readChanges(p.Path)
		lines := []string{fmt.Sprintf("Working Tree vs HEAD (%d)", len(changed))}
		for _, one := range changed {
			lines = append(lines, fmt.Sprintf("%s +%d/-%d", one.file, one.added, one.less))
		}
		return paneLoadedMsg{pane, lines}
	}
}

func worktreeLines(worktrees []worktree) []string {
	lines := []string{fmt.Sprintf("Worktrees (%d)", len(worktrees))}
	for _, worktree := range worktrees {
		lines = append(lines, filepath.Base(worktree.path),
			fmt.Sprintf("  branch %s  +%d -%d", worktree.branch, worktree.added, worktree.less))
	}
	return lines
}

func (p *openProject) paneLines() []string {
	switch {
	case p.pane != nil:
		return append([]string{"No agent running", ""}, p.pane.lines...)
	case len(p.worktrees) > 0:
		return []string{"No agent running"}
	}
	return nil
}

func (p *openProject) workspacesFooter() string {
	switch {
	case p.pane != nil:
		return " x  Close   V Kanban"
	case p.paneFocus:
		return " d  Diff   esc  Back"
	}
	return " n New   ctrl+n  Shell   d  Diff   V Kanban   /  Filter"
}
