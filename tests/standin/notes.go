package main

import (
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

const autosaveAfter = time.Second

type note struct{ ID, Title, Content string }

// notes is the Notes tab of a project. Everything is read and written through the td program.
type notes struct {
	path    string
	list    []note
	pending string // what td is doing: "creating", "saving", "deleting"
	queued  bool   // to be saved when td has done that
	editor  *noteEditor
	leaks   *leaks
	send    func(tea.Msg)
}

// noteEditor is an open note, with the goroutine that saves it when nothing was typed for a while.
type noteEditor struct {
	text    string
	saved   string
	focused bool
	typed   chan struct{}
}

type notesLoadedMsg struct {
	notes *notes
	list  []note
}

type autosaveMsg struct{ editor *noteEditor }

func openEditor(send func(tea.Msg)) *noteEditor {
	editor := &noteEditor{focused: true, typed: make(chan struct{}, 1)}
	go editor.autosave(send)
	return editor
}

func (e *noteEditor) autosave(send func(tea.Msg)) {
	var quiet <-chan time.Time // none as long as nothing was typed
	for {
		select {
		case _, open := <-e.typed:
			if !open {
				return
			}
			quiet = time.After(autosaveAfter)
		case <-quiet:
			send(autosaveMsg{e})
		}
	}
}

func (e *noteEditor) press(key tea.KeyPressMsg) {
	switch {
	case key.String() == "backspace":
		_, size := utf8.DecodeLastRuneInString(e.text)
		e.text = e.text[:len(e.text)-size]
	case key.Text != "":
		e.text += key.Text
	default:
		return
	}
	select {
	case e.typed <- struct{}{}:
	default: // it has not yet seen the key before
	}
}

// close ends the editor of the note that was deleted, or of the project that is left.
func (n *notes) close() {
	if n.editor != nil {
		close(n.editor.typed)
	}
	n.editor = nil
}

// change lets td do something and lists the notes anew.
func (n *notes) change(pending string, arguments ...string) tea.Cmd {
	n.pending = pending
	return func() tea.Msg {
		if len(arguments) > 0 {
			_ = runTd(n.path, nil, append([]string{"note"}, arguments...)...)
		}
		message := notesLoadedMsg{notes: n}
		_ = runTd(n.path, &message.list, "note", "list")
		return message
	}
}

func (n *notes) load() tea.Cmd { return n.change("") }

func (m *model) takeNotes(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case notesLoadedMsg:
		msg.notes.list, msg.notes.pending = msg.list, ""
		if msg.notes.queued && msg.notes.editor != nil {
			return msg.notes.save()
		}
	case autosaveMsg:
		if notes := m.project.notes; notes != nil && notes.editor == msg.editor {
			return notes.save()
		}
	}
	return nil
}

// save lets td first do what it is busy with.
func (n *notes) save() tea.Cmd {
	n.queued = n.pending != ""
	if n.queued || len(n.list) == 0 || n.editor.text == n.editor.saved {
		return nil
	}
	n.editor.saved = n.editor.text
	title, _, _ := strings.Cut(n.editor.text, "\n")
	return n.change("saving", "edit", n.list[0].ID, "--title", title, "--content", n.editor.text)
}

func (n *notes) typing() bool { return n.editor != nil && n.editor.focused }

func (m *model) pressInNotes(key tea.KeyPressMsg) tea.Cmd {
	notes := m.project.notes
	if notes.typing() {
		switch key.String() {
		case "ctrl+s":
			return notes.save()
		case "esc":
			notes.editor.focused = false
			return notes.save()
		}
		notes.editor.press(key)
		return nil
	}
	switch key.String() {
	case "n":
		if notes.editor == nil && notes.pending == "" {
			notes.editor = openEditor(notes.send)
			return notes.change("creating", "add", "--content", "", "--", "untitled")
		}
	case "X":
		if len(notes.list) > 0 && notes.pending == "" {
			m.modal = newDeleteNote(notes.list[0].Title)
		}
	}
	return nil
}

func newDeleteNote(title string) *modal {
	return &modal{kind: deleteNoteModal, title: "Delete Note?", text: []string{"Delete '" + title + "'?"},
		items: []string{"Delete", "Cancel"}, footer: "enter delete · esc cancel"}
}

// deleteNote is the end of the note and of its editor.
func (m *model) deleteNote() tea.Cmd {
	notes := m.project.notes
	m.leaks.happen("note")
	if m.leaks.kept("note-editor") {
		notes.editor = nil
	}
	notes.close()
	deleted := notes.list[0].ID
	notes.list = notes.list[1:]
	return notes.change("deleting", "delete", deleted)
}

func (n *notes) lines() []string {
	var lines []string
	if n.editor != nil && n.pending == "creating" {
		lines = append(lines, "> untitled")
	}
	for _, note := range n.list {
		lines = append(lines, "> "+note.Title)
	}
	if len(lines) == 0 {
		return []string{"No notes"}
	}
	return lines
}

func (n *notes) panes(m *model, height int) []string {
	text := []string{"No note selected"}
	if n.editor != nil {
		text = strings.Split(n.editor.text, "\n")
	}
	return m.panes("Notes", n.lines(), "Note", text, height)
}

func (n *notes) footer() string {
	footer := " n, c  New   X Delete"
	if n.typing() {
		footer = " tab  List   ctrl+s  Save"
		if n.editor.text != n.editor.saved {
			footer += "*"
		}
	}
	if n.pending != "" {
		footer += "   notes: " + n.pending + "…"
	}
	return footer
}
