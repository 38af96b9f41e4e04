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
	screen := m.screen()
	if !m.leaks.has("frames") {
		screen = m.screens.same(screen)
	}
	view := tea.NewView(screen)
	view.AltScreen = true
	view.MouseMode = tea.MouseModeCellMotion
	view.WindowTitle = strings.Repeat(" ", m.redraws%2)
	return view
}

// screenCache answers the same string for the same screen. Bubble Tea's cells are slices of the
// screen that they were first drawn from and keep it alive, up to one old screen for each row of the
// terminal; with this, no more than the screens that differ.
//
// It is small enough to be full after a few iterations of a scenario with many screens: some of them
// show two things that arrive in any order, and a larger one would fill up all through the loop.
type screenCache struct {
	screens map[string]string
	oldest  []string
}

const cachedScreens = 16

func (cache *screenCache) same(screen string) string {
	if known, found := cache.screens[screen]; found {
		return known
	}
	if len(cache.oldest) == cachedScreens {
		delete(cache.screens, cache.oldest[0])
		copy(cache.oldest, cache.oldest[1:])
		cache.oldest = cache.oldest[:cachedScreens-1]
	}
	if cache.screens == nil {
		cache.screens = map[string]string{}
	}
	cache.screens[screen] = screen
	cache.oldest = append(cache.oldest, screen)
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
		rows = overlay(rows, m.dialog(m.modal), m.width)
	}
	if m.overview == nil && m.tab == conversationsTab && m.project.conversations.mode == contentSearchMode {
		rows = overlay(rows, m.dialog(m.project.conversations.contentSearch()), m.width)
	}
	rows = m.overlayInbox(rows)
	return strings.Join(rows, "\n")
}

func (m *model) header() string {
	left := " ◱ Sidecar │" + m.spinner()
	var names []string
	for _, tab := range m.tabs() {
		names = append(names, tabNames[tab])
	}
	shown := m.project.Name
	if m.overview != nil {
		shown = "Select Project"
	}
	right := fmt.Sprintf(" %s │ %s ▾  ·  ⚙ ", strings.Join(names, " │ "), shown)
	gap := max(1, m.width-ansi.StringWidth(left)-ansi.StringWidth(right))
	return fit(left+strings.Repeat(" ", gap)+right, m.width)
}

func (m *model) footer() string {
	hints := []string{
		"",
		m.project.gitFooter(),
		" E Edit   B Blame   /  Filter",
		m.workspaceHints(),
		" enter  Details   h  Handoffs",
		"",
		"",
	}
	if m.tab == notesTab {
		hints[m.tab] = m.project.notes.footer()
	}
	if m.tab == conversationsTab {
		hints[m.tab] = m.project.conversations.footer()
	}
	footer := hints[m.tab] + fmt.Sprintf("   1-%d tabs   ? help   q quit", len(m.tabs()))
	if m.stepped {
		footer = "One step   " + footer // in front, where 80 columns do not cut it
	}
	return footer
}

func (m *model) tabPanes(height int) []string {
	project := m.project
	if m.overview != nil {
		return m.overview.panes(m, height)
	}
	switch m.tab {
	case tasksTab:
		return project.tasks.panes(m, height)
	case notesTab:
		return project.notes.panes(m, height)
	case filesTab:
		return m.panes("Files", project.tree.rows(height), "Preview", project.tree.previews.view(height), height)
	case workspacesTab:
		return m.workspacePanes(height)
	case conversationsTab:
		return project.conversations.panes(m, height)
	}
	return m.gitPanes(height)
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

func (m *modal) lines() []string {
	lines := append([]string{}, m.text...)
	if m.prompt != "" {
		shown := m.filter
		if shown == "" {
			shown = m.prompt
		}
		lines = append(lines, "> "+shown, "")
	}
	if m.kind == worktreeModal && m.filter != "" {
		lines = append(lines, fmt.Sprintf("%d of %d worktrees", len(m.matching()), len(m.items)))
	}
	for i, index := range m.matching() {
		lines = append(lines, pointer(i == m.cursor)+m.items[index])
	}
	return append(lines, "", m.footer)
}

func (m *model) dialog(modal *modal) []string {
	lines := modal.lines()
	return m.box(modal.title, lines, modalWidth, len(lines)+4)
}

func pointer(here bool) string {
	if here {
		return "> "
	}
	return "  "
}
