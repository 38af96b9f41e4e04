package main

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	pollTime          = 2 * time.Second
	queueSize         = 512
	longestScreenLine = 1 << 20
)

// shell is a row of the Workspaces tab: a tmux session, and the split beside it, which has one too.
type shell struct {
	number     int
	main       *pane
	split      *pane // nil as long as it was never shown
	splitShown bool
	deleted    bool // its sessions are being killed
}

func (s *shell) name() string { return "Shell " + strconv.Itoa(s.number) }

// pane is a tmux session. While it is on screen a client is attached to it.
type pane struct {
	session string
	screen  []string
	client  *client // nil while it is not on screen
}

// sender sends keys to a session one after the other, while the interactive mode lasts.
type sender struct {
	pane *pane
	keys chan string
}

// shellsState is what the model knows of shells.
type shellsState struct {
	ofProject   map[int][]*shell // by the project's index
	interactive *sender          // nil: keys are the program's own
	kept        []string         // sessions that a leak has not killed
	closed      bool             // no client is attached any more
}

type shellMadeMsg struct {
	project int
	shell   *shell
	err     error
}

type shellKilledMsg struct {
	project int
	shell   *shell
}

type splitMadeMsg struct {
	shell *shell
	split *pane
	err   error
}

type screenMsg struct {
	client *client
	lines  []string
}

// clientEndedMsg says that a client has ended: it was closed, or its session is gone.
type clientEndedMsg struct{ client *client }

// --- tmux ---

// serial is held while tmux is told something, and while a client comes or goes. The server of tmux
// 3.3a crashes when it has news for a control client that is still on its way in.
var serial sync.Mutex

func tmux(arguments ...string) error {
	serial.Lock()
	defer serial.Unlock()
	return exec.Command("tmux", arguments...).Run()
}

// newSession makes a session that nobody is attached to. The server stays when its last session
// goes: one that was just about to end would take the next session along.
func newSession(name, directory string, width, height int) error {
	return tmux("start-server", ";", "set-option", "-s", "exit-empty", "off", ";",
		"new-session", "-d", "-s", name, "-c", directory,
		"-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
}

// client is a tmux control client: it is told when the session draws, and asks for the screen then.
type client struct {
	command  *exec.Cmd
	output   *bufio.Scanner
	send     func(tea.Msg)
	lock     sync.Mutex // of input
	input    io.WriteCloser
	asked    atomic.Bool
	attached chan struct{} // closed when it is, or cannot be
	closed   chan struct{} // closed when it is not wanted any more
	ended    chan struct{} // closed when it has ended
}

func attach(session string, send func(tea.Msg)) *client {
	client := &client{
		command:  exec.Command("tmux", "-C", "attach-session", "-f", "ignore-size", "-t", "="+session),
		send:     send,
		attached: make(chan struct{}),
		closed:   make(chan struct{}),
		ended:    make(chan struct{}),
	}
	go client.run()
	return client
}

func (c *client) run() {
	if c.start() {
		go c.poll()
		c.ask()
		c.listen()
		_ = c.command.Wait()
	}
	close(c.ended)
	c.send(clientEndedMsg{c})
}

// start is over when tmux has answered that the client is attached.
func (c *client) start() bool {
	serial.Lock()
	defer serial.Unlock()
	defer close(c.attached)
	output, err := c.command.StdoutPipe()
	if err != nil {
		return false
	}
	if c.input, err = c.command.StdinPipe(); err != nil {
		return false
	}
	if err := c.command.Start(); err != nil {
		return false
	}
	c.output = bufio.NewScanner(output)
	c.output.Buffer(nil, longestScreenLine)
	for c.output.Scan() && !endsAnswer(c.output.Text()) {
	}
	return true
}

// detach ends the client: an empty line lets it go.
func (c *client) detach() {
	go func() {
		<-c.attached
		serial.Lock()
		defer serial.Unlock()
		c.tell("")
		<-c.ended
	}()
}

// ask requests the screen, once until it is answered.
func (c *client) ask() {
	if !c.asked.Swap(true) {
		c.tell("capture-pane -p")
	}
}

func (c *client) tell(line string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.input != nil {
		_, _ = io.WriteString(c.input, line+"\n") // what has ended says so elsewhere
	}
}

// listen reads notifications and answers (CONTROL MODE in tmux(1)); every answer is a screen.
func (c *client) listen() {
	var answer []string
	inAnswer, stale := false, false
	for c.output.Scan() {
		switch line := c.output.Text(); {
		case strings.HasPrefix(line, "%begin "):
			inAnswer, answer = true, nil
		case endsAnswer(line):
			inAnswer = false
			c.asked.Store(false)
			c.send(screenMsg{c, answer})
			if stale {
				stale = false
				c.ask()
			}
		case inAnswer:
			answer = append(answer, line)
		case strings.HasPrefix(line, "%output "):
			stale = c.asked.Load()
			c.ask()
		}
	}
}

func endsAnswer(line string) bool {
	return strings.HasPrefix(line, "%end ") || strings.HasPrefix(line, "%error ")
}

// poll asks now and then as well: a client that falls behind is not told everything.
func (c *client) poll() {
	ticker := time.NewTicker(pollTime)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.ask()
		case <-c.closed:
			return
		}
	}
}

func startSender(pane *pane) *sender {
	sender := &sender{pane, make(chan string, queueSize)}
	go sender.run()
	return sender
}

func (s *sender) run() {
	for key := range s.keys {
		_ = tmux("send-keys", "-t", "="+s.pane.session+":", "-H", key)
	}
}

func (s *sender) stop() { close(s.keys) }

// --- What the model does with it ---

func (m *model) shellsHere() []*shell { return m.shells.ofProject[m.project.index] }

// selectedShell is the newest one.
func (m *model) selectedShell() *shell {
	list := m.shellsHere()
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

func (m *model) pressInShells(key string) tea.Cmd {
	shell := m.selectedShell()
	switch {
	case key == "ctrl+n":
		return m.makeShell()
	case shell == nil:
	case key == "D":
		m.modal = newDeleteShell(shell.name())
	case key == "enter":
		m.shells.interactive = startSender(shell.focused())
	case key == "ctrl+t" && shell.splitShown:
		m.hideSplit(shell)
	case key == "ctrl+t":
		return m.showSplit(shell)
	}
	return nil
}

// focused is the pane that takes the keys.
func (s *shell) focused() *pane {
	if s.splitShown && s.split != nil {
		return s.split
	}
	return s.main
}

// paneSize is the room for a shell that has the right side to itself.
func (m *model) paneSize() (width, height int) { return m.width - m.width*3/10 - 4, m.height - 6 }

func (m *model) makeShell() tea.Cmd {
	shell := &shell{number: len(m.shellsHere()) + 1}
	name := m.freeSession()
	shell.main = &pane{session: name}
	project, directory := m.project.index, m.project.Path
	width, height := m.paneSize()
	return func() tea.Msg {
		return shellMadeMsg{project, shell, newSession(name, directory, width, height)}
	}
}

// freeSession is the first name that no session has.
func (m *model) freeSession() string {
	for number := 1; ; number++ {
		name := fmt.Sprintf("standin-sh-%s-%d", m.project.Name, number)
		taken := func(shell *shell) bool { return shell.main.session == name }
		if !slices.Contains(m.shells.kept, name) && !slices.ContainsFunc(m.shellsHere(), taken) {
			return name
		}
	}
}

func (m *model) deleteShell() tea.Cmd {
	shell, project := m.selectedShell(), m.project.index
	if shell == nil {
		return nil
	}
	shell.deleted = true
	m.leaks.happen("shell")
	keep, polling := m.leaks.kept("session"), m.leaks.kept("poller")
	if keep {
		m.shells.kept = append(m.shells.kept, shell.main.session)
	}
	for _, pane := range []*pane{shell.main, shell.split} {
		if pane != nil && pane.client != nil {
			m.detach(pane, polling, m.leaks.kept("client"))
		}
	}
	return func() tea.Msg {
		if shell.split != nil {
			_ = tmux("kill-session", "-t", "="+shell.split.session)
		}
		if !keep {
			_ = tmux("kill-session", "-t", "="+shell.main.session)
		}
		return shellKilledMsg{project, shell}
	}
}

func (m *model) showSplit(shell *shell) tea.Cmd {
	if shell.split != nil {
		shell.splitShown = true
		return nil
	}
	name := strings.Replace(shell.main.session, "-sh-", "-tp-", 1)
	directory := m.project.Path
	width, height := m.paneSize()
	return func() tea.Msg {
		err := newSession(name, directory, width/2-2, height)
		return splitMadeMsg{shell, &pane{session: name}, err}
	}
}

// hideSplit keeps the session: the next time it is shown again as it was left.
func (m *model) hideSplit(shell *shell) {
	shell.splitShown = false
	m.leaks.happen("split")
	if shell.split.client != nil {
		m.detach(shell.split, m.leaks.kept("poller"), m.leaks.kept("client"))
	}
}

// detach lets a pane's client go, but for what a leak wants to be kept of it.
func (m *model) detach(pane *pane, keepPoller, keepClient bool) {
	client := pane.client
	pane.client = nil
	if !keepPoller && !keepClient {
		close(client.closed)
	}
	if !keepClient {
		client.detach()
	}
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
	all := m.shells.ofProject
	switch msg := msg.(type) {
	case shellMadeMsg:
		if msg.err == nil {
			all[msg.project] = append(all[msg.project], msg.shell)
		}
	case shellKilledMsg:
		all[msg.project] = slices.DeleteFunc(all[msg.project], func(shell *shell) bool {
			return shell == msg.shell
		})
	case splitMadeMsg:
		if msg.err == nil {
			msg.shell.split, msg.shell.splitShown = msg.split, true
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

func (m *model) eachShell(do func(shell *shell)) {
	for _, list := range m.shells.ofProject {
		for _, shell := range list {
			do(shell)
		}
	}
}

func (m *model) paneOf(client *client) (found *pane) {
	m.eachShell(func(shell *shell) {
		for _, pane := range []*pane{shell.main, shell.split} {
			if pane != nil && pane.client == client {
				found = pane
			}
		}
	})
	return found
}

// forget drops what a session that has ended by itself belonged to. A client that was closed is
// nobody's any more.
func (m *model) forget(client *client) {
	pane := m.paneOf(client)
	if pane == nil {
		return
	}
	close(client.closed)
	if m.shells.interactive != nil && m.shells.interactive.pane == pane {
		m.leaveInteractive()
	}
	for project, list := range m.shells.ofProject {
		for _, shell := range list {
			if shell.split == pane {
				shell.split, shell.splitShown = nil, false
			}
		}
		m.shells.ofProject[project] = slices.DeleteFunc(list, func(shell *shell) bool {
			return shell.main == pane
		})
	}
}

// reconcile attaches clients to what is on screen, and lets go of those that are not.
func (m *model) reconcile() {
	selected, here := m.selectedShell(), m.tab == workspacesTab && !m.shells.closed
	m.eachShell(func(shell *shell) {
		shown := here && shell == selected && !shell.deleted
		m.want(shell.main, shown)
		m.want(shell.split, shown && shell.splitShown)
	})
}

func (m *model) want(pane *pane, wanted bool) {
	switch {
	case pane == nil || wanted == (pane.client != nil):
	case !wanted:
		m.detach(pane, false, false)
	default:
		pane.client = attach(pane.session, m.send)
	}
}

// closeShells ends all clients and waits for them. The sessions stay, as those of Sidecar do.
func (m *model) closeShells() tea.Cmd {
	m.shells.closed = true
	var clients []*client
	m.eachShell(func(shell *shell) {
		for _, pane := range []*pane{shell.main, shell.split} {
			if pane != nil && pane.client != nil {
				clients = append(clients, pane.client)
				m.detach(pane, false, false)
			}
		}
	})
	return func() tea.Msg {
		for _, client := range clients {
			<-client.ended
		}
		return nil
	}
}

// --- What is shown ---

func (m *model) workspacePanes(height int) []string {
	shell := m.selectedShell()
	if shell == nil {
		return m.panes("Workspaces", m.project.workspaceLines(), "About", m.project.paneLines(), height)
	}
	left := m.width * 3 / 10
	boxes := [][]string{m.box("Workspaces", m.shellLines(), left, height)}
	right := m.width - left
	if shell.splitShown {
		half := right / 2
		title := m.paneTitle("term · "+m.project.Name, shell.split)
		boxes = append(boxes, m.box(m.paneTitle(shell.name(), shell.main), shell.main.screen, half, height),
			m.box(title, shell.split.screen, right-half, height))
	} else {
		title := m.paneTitle(shell.name(), shell.main)
		boxes = append(boxes, m.box(title, shell.main.screen, right, height))
	}
	rows := make([]string, height)
	for _, box := range boxes {
		for i := range rows {
			rows[i] += box[i]
		}
	}
	return rows
}

func (m *model) shellLines() []string {
	list := m.shellsHere()
	lines := []string{fmt.Sprintf("Shells (%d)", len(list))}
	for i, shell := range list {
		lines = append(lines, pointer(i == len(list)-1)+shell.name(), "    shell  live")
	}
	return append(lines, worktreeLines(m.project.worktrees)...)
}

func (m *model) paneTitle(name string, pane *pane) string {
	if m.shells.interactive != nil && m.shells.interactive.pane == pane {
		return name + `   INTERACTIVE ctrl+\ exit`
	}
	return name
}
