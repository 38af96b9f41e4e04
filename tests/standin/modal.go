package main

import "strings"

// modal is what lies over the tabs: a title, some lines, a list to choose from, perhaps filtered by
// what is typed.
type modal struct {
	kind    modalKind
	title   string
	prompt  string // shown in the empty filter; "" for a modal without one
	filter  string
	text    []string
	items   []string
	cursor  int
	footer  string
	key     string // closes it again, besides Escape
	confirm string // confirms it, besides Enter
	restore int    // theme switcher: the theme to go back to
}

type modalKind int

const (
	paletteModal modalKind = iota
	projectModal
	themeModal
	settingsModal
	quitModal
	worktreeModal
	commitModal
	branchModal
	finderModal
	searchModal
	inspectModal
	deleteShellModal
)

var themes = []string{"Plain", "Harbour", "Dusk", "Meadow", "Ember"}

var themeColors = []string{"7", "39", "141", "71", "208"}

var commands = []string{
	"1  Git", "2  Files", "3  Workspaces", "]  Next tab", "[  Previous tab", "@  Switch project",
	"#  Switch theme", ",  Configuration", "E  Edit file", "r  Refresh", "q  Quit",
}

func newPalette() *modal {
	return &modal{kind: paletteModal, title: "Shortcuts", prompt: "Search commands...",
		items: commands, footer: "enter select · esc close", key: "?"}
}

func newProjectSwitcher(projects []project, current int) *modal {
	m := &modal{kind: projectModal, title: "Switch Project", prompt: "Filter projects...",
		footer: "enter switch · esc close", key: "@", cursor: current}
	for _, project := range projects {
		m.items = append(m.items, project.Name)
	}
	return m
}

func newThemeSwitcher(current int) *modal {
	return &modal{kind: themeModal, title: "Switch Theme", items: themes, cursor: current,
		restore: current, footer: "enter select · ↑/↓ preview · esc cancel", key: "#"}
}

func newSettings() *modal {
	return &modal{kind: settingsModal, title: "Configuration", prompt: "Find a setting…",
		items:  []string{"Appearance", "Projects", "Panels", "Diagnostics", "About"},
		footer: "enter change · esc return", key: ","}
}

func newQuit() *modal {
	return &modal{kind: quitModal, title: "Quit Sidecar?",
		text: []string{"Are you sure you want to quit?"}, items: []string{"Quit", "Cancel"},
		footer: "enter confirm · esc cancel"}
}

func newDeleteShell(name string) *modal {
	return &modal{kind: deleteShellModal, title: "Delete Shell?", text: []string{"Name: " + name},
		items: []string{"Delete", "Cancel"}, footer: "D delete · esc cancel", confirm: "D"}
}

// matching are the indexes of the items that the filter lets through.
func (m *modal) matching() []int {
	var indexes []int
	for i, item := range m.items {
		// What a search has found need not hold its words in the line that is shown.
		if m.kind == searchModal || strings.Contains(strings.ToLower(item), strings.ToLower(m.filter)) {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// chosen is the index of the item under the cursor, -1 when nothing matches.
func (m *modal) chosen() int {
	if matching := m.matching(); m.cursor < len(matching) {
		return matching[m.cursor]
	}
	return -1
}

func (m *modal) move(by int) {
	m.cursor = max(0, min(m.cursor+by, len(m.matching())-1))
}

func (m *modal) setFilter(filter string) {
	m.filter = filter
	m.cursor = 0
}

// closedBy says whether a key closes the modal; Escape clears what was typed first.
func (m *modal) closedBy(key string) bool {
	switch key {
	case "esc":
		if m.filter != "" && m.kind != finderModal && m.kind != searchModal {
			m.setFilter("")
			return false
		}
		return true
	case "q":
		return (m.kind == settingsModal || m.key == key) && m.filter == ""
	}
	return m.key == key && m.filter == ""
}
