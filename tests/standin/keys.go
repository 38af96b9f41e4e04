package main

import (
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
	if m.pressForInbox(key.String()) {
		return nil
	}
	switch key.String() {
	case "1", "2", "3":
		m.show(int(key.Code - '0'))
	case "]", "`":
		m.show(m.tab%lastTab + 1)
	case "[", "~":
		m.show((m.tab+lastTab-2)%lastTab + 1)
	case "?":
		m.leaks.happen("palette")
		m.modal = newPalette()
	case "@":
		m.modal = newProjectSwitcher(m.config.Projects.List, m.project.index)
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
		if m.tab == filesTab {
			return m.pressInFiles(key.String())
		}
	}
	return nil
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
	case name == "enter":
		return m.confirm()
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
	if chosen < 0 {
		return nil
	}
	m.closeSearch()
	m.modal = nil
	switch {
	case closed.kind == projectModal:
		return m.switchProject(chosen)
	case closed.kind == quitModal && chosen == 0:
		m.project.close()
		return tea.Quit
	}
	return nil
}
