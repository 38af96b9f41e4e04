package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// row is one of the Workspaces tab: a shell or a worktree, with the split beside it.
type row struct {
	name       string
	directory  string
	main       *pane // nil: a worktree, in which nothing runs
	split      *pane // nil as long as it was never shown
	splitShown bool
	deleted    bool // its sessions are being killed
}

// shellsState is what the model knows of shells and worktrees.
type shellsState struct {
	rows        map[int][]*row // by the project's index: shells, then worktrees
	selected    map[int]*row
	inPreview   bool     // the right side has the keys
	interactive *sender  // nil: keys are the program's own
	kept        []string // sessions that a leak has not killed
	closed      bool     // no client is attached any more
}

func newShellsState() shellsState {
	return shellsState{rows: map[int][]*row{}, selected: map[int]*row{}}
}

type shellMadeMsg struct {
	project int
	shell   *row
	err     error
}

type shellKilledMsg struct{ shell *row }

type splitMadeMsg struct {
	row   *row
	split *pane
	err   error
}

// --- What the model does with it ---

func (m *model) rowsHere() []*row { return m.shells.rows[m.project.index] }

func (m *model) selectedRow() *row { return m.shells.selected[m.project.index] }

func (m *model) selectRow(row *row) { m.shells.selected[m.project.index] = row }

func (r *row) isShell() bool { return r.main != nil }

// panes are those that exist.
func (r *row) panes() []*pane {
	return slices.DeleteFunc([]*pane{r.main, r.split}, func(pane *pane) bool { return pane == nil })
}

// focused is the pane that takes the keys, nil where there is none.
func (r *row) focused() *pane {
	if r.splitShown {
		return r.split
	}
	return r.main
}

func (m *model) pressInShells(key string) tea.Cmd {
	row := m.selectedRow()
	switch {
	case key == "ctrl+n":
		return m.makeShell()
	case key == "j" || key == "down":
		m.moveRow(1)
	case key == "k" || key == "up":
		m.moveRow(-1)
	case key == "h":
		m.shells.inPreview = false
	case row == nil:
	case key == "D" && row.isShell():
		m.modal = newDeleteShell(row.name)
	case key == "enter" && row.focused() != nil:
		m.shells.interactive = startSender(row.focused())
	case key == "ctrl+t" && row.splitShown:
		m.hideSplit(row)
	case key == "ctrl+t":
		return m.showSplit(row)
	}
	return nil
}

func (m *model) moveRow(by int) {
	rows := m.rowsHere()
	if len(rows) > 0 {
		at := slices.Index(rows, m.selectedRow()) // -1 when none is
		m.selectRow(rows[max(0, min(at+by, len(rows)-1))])
	}
}

// paneSize is the room for a shell that has the right side to itself.
func (m *model) paneSize() (width, height int) { return m.width - m.width*3/10 - 4, m.height - 6 }

func (m *model) makeShell() tea.Cmd {
	shells := m.shellCount() + 1
	session := m.freeSession()
	shell := &row{name: "Shell " + strconv.Itoa(shells), directory: m.project.Path,
		main: &pane{session: session}}
	project := m.project.index
	width, height := m.paneSize()
	return func() tea.Msg {
		return shellMadeMsg{project, shell, newSession(session, shell.directory, width, height)}
	}
}

// shellCount is where the worktrees begin.
func (m *model) shellCount() int {
	rows := m.rowsHere()
	if at := slices.IndexFunc(rows, func(row *row) bool { return !row.isShell() }); at >= 0 {
		return at
	}
	return len(rows)
}

// freeSession is the first name that no session has.
func (m *model) freeSession() string {
	for number := 1; ; number++ {
		name := sessionPrefix(m.project.Name) + strconv.Itoa(number)
		taken := func(row *row) bool { return row.isShell() && row.main.session == name }
		if !slices.Contains(m.shells.kept, name) && !slices.ContainsFunc(m.rowsHere(), taken) {
			return name
		}
	}
}

// deleteShell kills the shell's sessions; its row goes when they have.
func (m *model) deleteShell() tea.Cmd {
	shell := m.selectedRow()
	if shell == nil {
		return nil
	}
	shell.deleted = true
	m.leaks.happen("shell")
	var killed []string
	for _, pane := range shell.panes() {
		m.detach(pane, m.leaks.kept("poller"), m.leaks.kept("client"))
		if pane == shell.main && m.leaks.kept("session") {
			m.shells.kept = append(m.shells.kept, pane.session)
		} else {
			killed = append(killed, pane.session)
		}
	}
	return func() tea.Msg {
		for _, session := range killed {
			_ = tmux("kill-session", "-t", "="+session)
		}
		return shellKilledMsg{shell}
	}
}

func (m *model) showSplit(row *row) tea.Cmd {
	m.shells.inPreview = true
	if row.split != nil {
		row.splitShown = true
		return nil
	}
	session := "standin-tp-" + row.name
	if row.isShell() {
		session = strings.Replace(row.main.session, "-sh-", "-tp-", 1)
	}
	width, height := m.paneSize()
	return func() tea.Msg {
		err := newSession(session, row.directory, width/2-2, height)
		return splitMadeMsg{row, &pane{session: session}, err}
	}
}

// hideSplit keeps the session: the next time it is shown again as it was left.
func (m *model) hideSplit(row *row) {
	row.splitShown = false
	m.leaks.happen("split")
	m.detach(row.split, m.leaks.kept("poller"), m.leaks.kept("client"))
}

// detach lets a pane's client go, but for what a leak wants to be kept of it.
func (m *model) detach(pane *pane, keepPoller, keepClient bool) {
	client := pane.client
	pane.client = nil
	if client == nil || keepClient {
		return
	}
	if !keepPoller {
		close(client.closed)
	}
	client.detach()
}

func (m *model) leaveInteractive() {
	m.leaks.happen("interactive")
	if !m.leaks.kept("sender") {
		m.shells.interactive.stop()
	}
	m.shells.interactive = nil
}

// pressInShell passes a key on to the shell; what is no ASCII is not passed.
func (m *model) pressInShell(key tea.KeyPressMsg) {
	named := map[string]rune{"enter": '\r', "tab": '\t', "esc": 0x1b, "backspace": 0x7f}
	char, found := named[key.String()]
	switch {
	case found:
	case key.String() == `ctrl+\`:
		m.leaveInteractive()
		return
	case key.Mod == tea.ModCtrl && key.Code >= 'a' && key.Code <= 'z':
		char = key.Code & 0x1f
	case len(key.Text) == 1:
		char = rune(key.Text[0])
	default:
		return
	}
	m.shells.interactive.keys <- fmt.Sprintf("%02x", char)
}

// takeShells answers what tmux has done.
func (m *model) takeShells(msg tea.Msg) {
	switch msg := msg.(type) {
	case shellMadeMsg:
		if msg.err == nil {
			m.shells.rows[msg.project] = slices.Insert(m.shells.rows[msg.project], m.shellCount(), msg.shell)
			m.shells.selected[msg.project] = msg.shell
		}
	case shellKilledMsg:
		m.dropRows(func(row *row) bool { return row == msg.shell })
	case splitMadeMsg:
		if msg.err == nil {
			msg.row.split, msg.row.splitShown = msg.split, true
		}
	case screenMsg:
		if pane := m.paneOf(msg.client); pane != nil {
			pane.screen = msg.lines
		}
	case clientEndedMsg:
		m.forget(msg.client)
	}
	m.reconcile()
}

// takeWorktrees makes rows of what `git worktree list` says.
func (m *model) takeWorktrees(project int, worktrees []worktree) {
	var paths []string
	for _, worktree := range worktrees {
		paths = append(paths, worktree.path)
	}
	m.dropRows(func(row *row) bool {
		return !row.isShell() && !slices.Contains(paths, row.directory)
	})
	for _, path := range paths {
		known := func(row *row) bool { return !row.isShell() && row.directory == path }
		if !slices.ContainsFunc(m.shells.rows[project], known) {
			worktree := &row{name: filepath.Base(path), directory: path}
			m.shells.rows[project] = append(m.shells.rows[project], worktree)
		}
	}
}

func (m *model) dropRows(which func(*row) bool) {
	for project, rows := range m.shells.rows {
		m.shells.rows[project] = slices.DeleteFunc(rows, which)
		if !slices.Contains(m.shells.rows[project], m.shells.selected[project]) {
			delete(m.shells.selected, project)
		}
	}
}

func (m *model) eachPane(do func(row *row, pane *pane)) {
	for _, rows := range m.shells.rows {
		for _, row := range rows {
			for _, pane := range row.panes() {
				do(row, pane)
			}
		}
	}
}

func (m *model) paneOf(client *client) (found *pane) {
	m.eachPane(func(_ *row, pane *pane) {
		if pane.client == client {
			found = pane
		}
	})
	return found
}

// forget drops the pane of a session that has ended by itself, a shell's with its row. A client that
// was let go is nobody's any more.
func (m *model) forget(client *client) {
	ended := m.paneOf(client)
	if ended == nil {
		return
	}
	close(client.closed)
	if m.shells.interactive != nil && m.shells.interactive.pane == ended {
		m.leaveInteractive()
	}
	m.eachPane(func(row *row, pane *pane) {
		if pane == ended && pane == row.split {
			row.split, row.splitShown = nil, false
		}
	})
	m.dropRows(func(row *row) bool { return row.main == ended })
}

// reconcile attaches clients to what is on screen, and lets go of those that are not.
func (m *model) reconcile() {
	if m.project == nil {
		return
	}
	here := m.tab == workspacesTab && !m.shells.closed
	m.eachPane(func(row *row, pane *pane) {
		wanted := here && row == m.selectedRow() && !row.deleted && (pane == row.main || row.splitShown)
		switch {
		case wanted && pane.client == nil:
			pane.client = attach(pane.session, m.send)
		case !wanted:
			m.detach(pane, false, false)
		}
	})
}

// closeShells ends all clients and waits for them. The sessions stay, as those of Sidecar do.
func (m *model) closeShells() tea.Cmd {
	m.shells.closed = true
	var clients []*client
	m.eachPane(func(_ *row, pane *pane) {
		if pane.client != nil {
			clients = append(clients, pane.client)
		}
	})
	m.reconcile()
	return func() tea.Msg {
		for _, client := range clients {
			<-client.ended
		}
		return nil
	}
}

// --- What is shown ---

func (m *model) workspacePanes(height int) []string {
	row, left := m.selectedRow(), m.width*3/10
	list := m.box("Workspaces", m.rowLines(), left, height)
	right := m.width - left
	switch {
	case row == nil:
		return beside(list, m.box("About", m.project.paneLines(), right, height))
	case row.splitShown:
		title := "term · " + row.name
		if row.isShell() {
			title = "term · " + m.project.Name
		}
		split := m.box(m.paneTitle(title, row.split), row.split.screen, right-right/2, height)
		return beside(list, beside(m.rowBox(row, right/2, height), split))
	}
	return beside(list, m.rowBox(row, right, height))
}

func (m *model) rowBox(row *row, width, height int) []string {
	if !row.isShell() {
		return m.box(row.name, []string{"No agent running"}, width, height)
	}
	return m.box(m.paneTitle(row.name, row.main), row.main.screen, width, height)
}

func beside(left, right []string) []string {
	rows := make([]string, len(left))
	for i := range rows {
		rows[i] = left[i] + right[i]
	}
	return rows
}

func (m *model) rowLines() []string {
	rows, shells := m.rowsHere(), m.shellCount()
	if len(rows) == 0 {
		return []string{"No workspaces yet"}
	}
	lines := []string{}
	if shells > 0 {
		lines = append(lines, fmt.Sprintf("Shells (%d)", shells))
	}
	for _, row := range rows[:shells] {
		lines = append(lines, pointer(row == m.selectedRow())+row.name)
	}
	if shells == len(rows) {
		return lines
	}
	return append(lines, worktreeLines(m.project.worktrees)...)
}

func (m *model) paneTitle(name string, pane *pane) string {
	if m.shells.interactive != nil && m.shells.interactive.pane == pane {
		return name + `   INTERACTIVE ctrl+\ exit`
	}
	return name
}

func (m *model) workspaceHints() string {
	if m.shells.inPreview {
		return " tab  Focus   ctrl+t  Term"
	}
	return m.project.workspacesFooter()
}
