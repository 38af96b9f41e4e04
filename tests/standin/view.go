package main

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

const (
	leastWidth  = 60
	leastHeight = 24
	modalWidth  = 56
)

func (m *model) View() tea.View {
	view := tea.NewView(m.screens.same(m.screen()))
	view.AltScreen = true
	view.MouseMode = tea.MouseModeCellMotion
	return view
}

// screenCache answers the same string for the same screen. Bubble Tea's cells are slices of the
// screen that they were first drawn from and keep it alive, up to one old screen for each row of the
// terminal; with this, no more than the screens that differ.
type screenCache map[string]string

const cachedScreens = 64

func (cache screenCache) same(screen string) string {
	if known, found := cache[screen]; found {
		return known
	}
	if len(cache) >= cachedScreens {
		clear(cache)
	}
	cache[screen] = screen
	return screen
}

// keptScreens are what a leak keeps of screens of other sizes.
var keptScreens []screenCache

// forgetScreens begins anew: those of another size are of no use.
func (m *model) forgetScreens() {
	if m.leaks.keeps("kept-screens") {
		keptScreens = append(keptScreens, m.screens)
	}
	m.screens = screenCache{}
}

// screen draws every row; Bubble Tea sends only the cells that differ from the last time.
func (m *model) screen() string {
	switch {
	case m.width == 0 || m.project == nil:
		return "Loading..."
	case m.width < leastWidth || m.height < leastHeight:
		return fmt.Sprintf("Terminal too small (%dx%d)\nMinimum: %dx%d",
			m.width, m.height, leastWidth, leastHeight)
	}
	height := m.height - 2
	rows := []string{m.header()}
	if m.modal != nil && m.modal.kind == settingsModal {
		rows = append(rows, m.panes(m.modal.title, m.modal.lines(), "Setup", nil, height)...)
	} else {
		rows = append(rows, m.tabPanes(height)...)
	}
	rows = append(rows, fit(m.footer(), m.width))
	if m.modal != nil && m.modal.kind != settingsModal {
		rows = overlay(rows, m.dialog(), m.width)
	}
	rows = m.overlayInbox(rows)
	return strings.Join(rows, "\n")
}

func (m *model) header() string {
	left := " ◱ Sidecar │"
	right := fmt.Sprintf(" %s │ %s ▾  ·  ⚙ ", strings.Join(tabNames[1:], " │ "), m.project.Name)
	gap := max(1, m.width-ansi.StringWidth(left)-ansi.StringWidth(right))
	return fit(left+strings.Repeat(" ", gap)+right, m.width)
}

func (m *model) footer() string {
	hints := []string{
		"",
		" s Stage   d Diff   /  Search",
		" E Edit   B Blame   /  Filter",
		" n New   V Kanban   /  Filter",
	}
	footer := hints[m.tab] + "   1-3 tabs   ? help   q quit"
	if m.stepped {
		footer += "   One step"
	}
	return footer
}

func (m *model) tabPanes(height int) []string {
	project := m.project
	switch m.tab {
	case filesTab:
		return m.panes("Files", project.tree.rows(height), "Preview", project.tree.previews.view(height), height)
	case workspacesTab:
		return m.panes("Workspaces", project.workspaceLines(), "About", nil, height)
	}
	if project.git == nil {
		return m.panes("Git", []string{"Loading..."}, "Commit", nil, height)
	}
	git := project.git
	return m.panes("Git "+git.branch, git.lines(), "Commit", git.commitLines(), height)
}

func (git *gitState) lines() []string {
	var lines []string
	lines = appendGroup(lines, "Staged", git.staged)
	lines = appendGroup(lines, "Modified", git.modified)
	lines = appendGroup(lines, "Untracked", git.untracked)
	if len(lines) == 0 {
		lines = append(lines, "Working tree clean")
	}
	lines = append(lines, "", fmt.Sprintf("Recent Commits (%d)", len(git.commits)))
	for _, commit := range git.commits {
		lines = append(lines, commit.hash+" "+commit.subject)
	}
	return lines
}

func appendGroup(lines []string, title string, names []string) []string {
	if len(names) == 0 {
		return lines
	}
	lines = append(lines, fmt.Sprintf("%s (%d)", title, len(names)))
	for _, name := range names {
		lines = append(lines, "  "+name)
	}
	return lines
}

func (git *gitState) commitLines() []string {
	if len(git.commits) == 0 {
		return nil
	}
	latest := git.commits[0]
	return []string{latest.hash + " by " + latest.author, "", latest.subject}
}

func (t *tree) lines() []string {
	var lines []string
	for i, entry := range t.shownEntries() {
		mark := "  "
		switch {
		case entry.expanded:
			mark = "- "
		case entry.directory:
			mark = "+ "
		}
		name := entry.path[strings.LastIndex(entry.path, "/")+1:]
		lines = append(lines, pointer(i == t.cursor)+strings.Repeat("  ", entry.depth)+mark+name)
	}
	return lines
}

func (p *openProject) workspaceLines() []string {
	if len(p.workspaces) == 0 {
		return []string{"No workspaces yet"}
	}
	return p.workspaces
}

func (m *modal) lines() []string {
	lines := append([]string{}, m.text...)
	if m.prompt != "" {
		shown := m.filter
		if shown == "" {
			shown = m.prompt
		}
		lines = append(lines, "> "+shown, "")
	}
	for i, index := range m.matching() {
		lines = append(lines, pointer(i == m.cursor)+m.items[index])
	}
	return append(lines, "", m.footer)
}

func (m *model) dialog() []string {
	lines := m.modal.lines()
	return m.box(m.modal.title, lines, modalWidth, len(lines)+4)
}

func pointer(here bool) string {
	if here {
		return "> "
	}
	return "  "
}
