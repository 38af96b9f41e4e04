package main

import (
	"slices"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

func (m *model) press(key tea.KeyPressMsg) tea.Cmd {
	if m.modal != nil {
		return m.pressInModal(key)
	}
	if m.tab == filesTab && m.project.tree.filter != nil {
		m.pressInFilter(key)
		return nil
	}
	if m.tab == conversationsTab && m.project.conversations.takesText() {
		return m.project.conversations.press(key)
	}
	if m.tab == gitTab && m.project.view.typing {
		return m.pressInGit(key)
	}
	if m.tab == notesTab && m.project.notes.typing() && key.String() != "ctrl+c" {
		return m.pressInNotes(key)
	}
	if m.overview != nil && key.String() != "ctrl+c" && key.String() != "q" {
		return m.pressInOverview(key.String())
	}
	if m.shells.interactive != nil {
		m.pressInShell(key)
		return nil
	}
	if m.pressForInbox(key.String()) {
		return nil
	}
	switch key.String() {
	case "1", "2", "3", "4", "5", "6":
		if tabs := m.tabs(); int(key.Code-'0') <= len(tabs) {
			m.show(tabs[key.Code-'1'])
		}
	case "]", "`":
		m.show(m.tabBeside(1))
	case "[", "~":
		m.show(m.tabBeside(-1))
	case "K", "8", "9":
		if enabled, set := m.config.Features.Flags["cross_project_overview"]; enabled || !set {
			return m.openOverview()
		}
	case "?":
		m.leaks.happen("palette")
		m.modal = newPalette()
	case "@":
		m.modal = newProjectSwitcher(m.config.Projects.List, m.project.index)
	case "W":
		m.openWorktreeSwitcher()
	case "#":
		m.modal = newThemeSwitcher(m.theme)
	case ",":
		m.modal = newSettings()
	case "q", "ctrl+c":
		m.modal = newQuit()
	case "w":
		m.step()
	case "r":
		return m.project.load()
	default:
		switch m.tab {
		case gitTab:
			return m.pressInGit(key)
		case filesTab:
			return m.pressInFiles(key.String())
		case conversationsTab:
			return m.project.conversations.press(key)
		case workspacesTab:
			return m.pressInWorkspaces(key.String())
		case notesTab:
			return m.pressInNotes(key)
		}
	}
	return nil
}

// tabs are those that are there, in their order on screen.
func (m *model) tabs() []int {
	tabs := []int{gitTab, filesTab}
	if m.project.conversations != nil {
		tabs = append(tabs, conversationsTab)
	}
	tabs = append(tabs, workspacesTab)
	if m.project.tasks != nil {
		tabs = append(append([]int{tasksTab}, tabs...), notesTab)
	}
	return tabs
}

func (m *model) tabBeside(by int) int {
	tabs := m.tabs()
	return tabs[(slices.Index(tabs, m.tab)+by+len(tabs))%len(tabs)]
}

func (m *model) show(tab int) {
	m.tab = tab
	if tab == gitTab {
		m.leaks.happen("tab")
	}
}

// step is the fastest round trip there is, for the detection benchmark: one word comes and goes.
func (m *model) step() {
	m.stepped = !m.stepped
	if m.stepped {
		m.leaks.happen("step")
	}
}

func (m *model) pressInModal(key tea.KeyPressMsg) tea.Cmd {
	switch name := key.String(); {
	case m.modal.closedBy(name):
		if m.modal.kind == themeModal {
			m.theme = m.modal.restore
		}
		m.closeSearch()
		m.modal = nil
	case name == "up" || name == "down" || name == "tab":
		m.moveInModal(name)
	case name == "enter" || name == m.modal.confirm:
		return m.confirm()
	case name == "ctrl+s" && m.modal.kind == commitModal:
		return m.confirm()
	case name == "j" && m.modal.kind == branchModal:
		m.modal.move(1)
	case name == "k" && m.modal.kind == branchModal:
		m.modal.move(-1)
	case m.modal.prompt == "":
	case name == "backspace":
		_, size := utf8.DecodeLastRuneInString(m.modal.filter)
		m.modal.setFilter(m.modal.filter[:len(m.modal.filter)-size])
		return m.searchLater()
	case key.Text != "":
		m.modal.setFilter(m.modal.filter + key.Text)
		return m.searchLater()
	}
	return nil
}

func (m *model) moveInModal(key string) {
	if key == "up" {
		m.modal.move(-1)
	} else {
		m.modal.move(1)
	}
	if m.modal.kind == themeModal {
		m.theme = m.modal.chosen()
	}
}

// confirm does what the item under the cursor stands for, and closes the modal.
func (m *model) confirm() tea.Cmd {
	closed, chosen := m.modal, m.modal.chosen()
	if closed.kind == commitModal && closed.filter != "" {
		m.modal = nil
		return changeGit(m.project, "commit", "commit", "--quiet", "-m", closed.filter)
	}
	if chosen < 0 {
		return nil
	}
	m.closeSearch()
	m.modal = nil
	switch {
	case closed.kind == projectModal:
		return m.switchProject(chosen)
	case closed.kind == worktreeModal:
		return m.switchWorktree(chosen)
	case closed.kind == branchModal:
		return changeGit(m.project, "branch", "checkout", "--quiet", closed.items[chosen][2:])
	case closed.kind == quitModal && chosen == 0:
		m.project.close()
		return tea.Sequence(m.closeShells(), m.leaks.endSlowly(), tea.Quit)
	case closed.kind == deleteNoteModal && chosen == 0:
		return m.deleteNote()
	case closed.kind == deleteShellModal && chosen == 0:
		return m.deleteShell()
	}
	return nil
}
