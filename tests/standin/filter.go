package main

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// The filter of the file tree, and the mouse in it.

const (
	firstTreeRow = 4 // on the screen: below the header, a border, the title and an empty row
	wheelRows    = 3
)

// filter is open: a goroutine of its own matches what is typed.
type filter struct {
	query   string
	queries chan string // closed when the filter is
	matches []entry     // nil: all
	found   int         // queries that were answered
}

type filteredMsg struct {
	filter  *filter
	query   string
	matches []entry
}

func (m *model) openFilter() {
	opened := &filter{queries: make(chan string, 256)}
	m.project.tree.filter = opened
	go opened.run(m.project.tree.entries, m.send)
}

func (f *filter) run(entries []entry, send func(tea.Msg)) {
	for query := range f.queries {
		matches := []entry{}
		for _, entry := range entries {
			if !entry.directory && strings.Contains(entry.path, query) {
				matches = append(matches, entry)
			}
		}
		send(filteredMsg{f, query, matches})
	}
}

func (m *model) closeFilter() {
	if m.project.tree.filter != nil && !m.leaks.keeps("kept-filter") {
		close(m.project.tree.filter.queries)
	}
	m.project.tree.filter = nil
}

func (m *model) takeFiltered(msg filteredMsg) {
	if msg.filter == m.project.tree.filter && msg.query == msg.filter.query {
		msg.filter.matches = msg.matches
	}
}

func (m *model) pressInFilter(key tea.KeyPressMsg) {
	filter := m.project.tree.filter
	switch {
	case key.String() == "esc" || key.String() == "enter":
		m.closeFilter()
		return
	case key.String() == "backspace" && filter.query != "":
		filter.query = filter.query[:len(filter.query)-1]
	case key.Text != "":
		filter.query += key.Text
	default:
		return
	}
	select {
	case filter.queries <- filter.query:
	default: // so many wait that this one will not be missed
	}
}

// shownEntries are those that the filter lets through.
func (t *tree) shownEntries() []entry {
	if t.filter != nil && t.filter.query != "" && t.filter.matches != nil {
		return t.filter.matches
	}
	return t.entries
}

// rows are the part of the tree that has room: the cursor is always in it.
func (t *tree) rows(height int) []string {
	lines := t.lines()
	room := height - firstTreeRow
	if t.filter != nil {
		lines = append([]string{fmt.Sprintf("/%s", t.filter.query)}, lines...)
		return lines
	}
	t.offset = max(0, min(t.offset, t.cursor, len(lines)-room))
	t.offset = max(t.offset, t.cursor-room+1)
	return lines[t.offset:]
}

func (m *model) mouse(msg tea.MouseMsg) tea.Cmd {
	at := msg.Mouse()
	if m.modal != nil || m.tab != filesTab || at.X >= m.width*3/10 {
		return nil
	}
	tree := &m.project.tree
	switch msg.(type) {
	case tea.MouseWheelMsg:
		if at.Button == tea.MouseWheelUp {
			tree.move(-wheelRows)
		} else {
			tree.move(wheelRows)
		}
		return m.follow()
	case tea.MouseClickMsg:
		row := tree.offset + at.Y - firstTreeRow
		if tree.filter != nil || at.Y < firstTreeRow || row >= len(tree.entries) {
			return nil
		}
		tree.cursor = row
		tree.previews.focused = false
		return m.follow()
	}
	return nil
}
