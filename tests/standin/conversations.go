package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

const (
	shownConversations = 50 // as many are listed at first
	conversationPage   = 10
	messagePage        = 10
)

// conversationMode is who gets the keys in the Conversations tab.
type conversationMode int

const (
	listMode conversationMode = iota
	messagesMode
	searchMode        // typing narrows the list
	filterMode        // the menu of filters stands in the list's place
	contentSearchMode // a search in all messages lies over the tab
	analyticsMode
)

// conversations is the state of the Conversations tab of one project: the sessions that coding
// agents left on disk, the one that is open, and the watches that keep both true.
type conversations struct {
	path  string
	leaks *leaks
	send  func(tea.Msg)

	list   []conversation // nil: not loaded yet
	loads  int            // were begun; what an older one found is not taken
	cursor int
	mode   conversationMode
	query  string // of the search that is open
	found  []string

	open     string // the session under the cursor, by its identifier
	messages []message
	scroll   int
	byTurn   bool

	statistics statistics

	listWatches []*watch
	openWatch   *watch // nil: no session is open
}

type conversationsLoadedMsg struct {
	of   *conversations
	load int
	list []conversation
}

type messagesLoadedMsg struct {
	of       *conversations
	id       string
	messages []message
}

type contentFoundMsg struct {
	of    *conversations
	query string
	found []string
}

func isSessionFile(name string) bool { return filepath.Ext(name) == ".jsonl" }

func openConversations(path string, leaks *leaks, send func(tea.Msg)) *conversations {
	return &conversations{path: path, leaks: leaks, send: send, listWatches: []*watch{
		newWatch(isSessionFile, send, claudeDirectory(path)),
		newWatch(isSessionFile, send, codexDirectories()...),
	}}
}

// close lets all watches go. What it had of sessions is an event of its own: projects without any
// are opened and closed as well.
func (c *conversations) close() {
	c.closeSession()
	for _, watch := range c.listWatches {
		watch.close()
	}
	if len(c.list) > 1 {
		c.leaks.happen("conversations")
	}
}

func (c *conversations) load() tea.Cmd {
	c.loads++
	load := c.loads
	return func() tea.Msg { return conversationsLoadedMsg{c, load, readConversations(c.path)} }
}

// reload answers a change on disk, if it was seen by a watch of this tab.
func (c *conversations) reload(watch *watch) tea.Cmd {
	if watch == c.openWatch {
		return c.loadMessages()
	}
	for _, own := range c.listWatches {
		if watch == own {
			return c.load()
		}
	}
	return nil
}

// take keeps what was loaded.
func (c *conversations) take(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case conversationsLoadedMsg:
		if msg.load == c.loads {
			c.list = msg.list
			return c.move(0)
		}
	case messagesLoadedMsg:
		if msg.id == c.open {
			c.takeMessages(msg.messages)
		}
	case contentFoundMsg:
		if msg.query == c.query {
			c.found = msg.found
		}
	}
	return nil
}

// takeConversations hands over what was loaded, unless it is about a project that is closed.
func (m *model) takeConversations(msg tea.Msg) tea.Cmd {
	var of *conversations
	switch msg := msg.(type) {
	case conversationsLoadedMsg:
		of = msg.of
	case messagesLoadedMsg:
		of = msg.of
	case contentFoundMsg:
		of = msg.of
	}
	if of != m.project.conversations {
		return nil
	}
	return of.take(msg)
}

func (c *conversations) takeMessages(messages []message) {
	grown := c.messages != nil && len(messages) > len(c.messages)
	c.messages = messages
	if grown {
		c.leaks.happen("message")
	}
}

// visible are the sessions that the search lets through.
func (c *conversations) visible() []conversation {
	if c.mode != searchMode || c.query == "" {
		return c.list[:min(len(c.list), shownConversations)]
	}
	var matching []conversation
	for _, one := range c.list {
		if strings.Contains(strings.ToLower(one.name), strings.ToLower(c.query)) {
			matching = append(matching, one)
		}
	}
	return matching
}

// move sets the cursor and opens the session under it, if it is another.
func (c *conversations) move(by int) tea.Cmd {
	visible := c.visible()
	c.cursor = max(0, min(c.cursor+by, len(visible)-1))
	if len(visible) == 0 || visible[c.cursor].id == c.open {
		return nil
	}
	c.closeSession()
	c.open = visible[c.cursor].id
	c.openWatch = c.watchSession(visible[c.cursor])
	return c.loadMessages()
}

// watchSession watches one session's file, which may be written anew.
func (c *conversations) watchSession(session conversation) *watch {
	name := filepath.Base(session.path)
	relevant := func(changed string) bool { return changed == name }
	return newWatch(relevant, c.send, filepath.Dir(session.path))
}

func (c *conversations) closeSession() {
	if c.openWatch != nil {
		c.openWatch.close()
	}
	c.open, c.openWatch, c.messages, c.scroll, c.byTurn = "", nil, nil, 0, false
}

func (c *conversations) opened() (conversation, bool) {
	for _, one := range c.list {
		if one.id == c.open {
			return one, true
		}
	}
	return conversation{}, false
}

func (c *conversations) loadMessages() tea.Cmd {
	session, found := c.opened()
	if !found {
		return nil
	}
	return func() tea.Msg {
		_, messages, _ := readSession(session.path)
		return messagesLoadedMsg{c, session.id, messages}
	}
}

// searchContent looks into every message of every session.
func (c *conversations) searchContent() tea.Cmd {
	query, list := c.query, c.list
	return func() tea.Msg {
		var found []string
		sessions := map[string]bool{}
		for _, session := range list {
			_, messages, _ := readSession(session.path)
			for _, message := range messages {
				if len(query) > 1 && strings.Contains(message.text, query) {
					found = append(found, session.name+": "+message.text)
					sessions[session.id] = true
				}
			}
		}
		found = append(found, fmt.Sprintf("%d matches in %d sessions", len(found), len(sessions)))
		return contentFoundMsg{c, query, found}
	}
}

// takesText says whether letters are typed rather than commands of the whole program.
func (c *conversations) takesText() bool {
	return c.mode == searchMode || c.mode == filterMode || c.mode == contentSearchMode
}

func (c *conversations) press(key tea.KeyPressMsg) tea.Cmd {
	switch c.mode {
	case messagesMode:
		c.pressInMessages(key.String())
	case searchMode, contentSearchMode:
		return c.pressInSearch(key)
	case filterMode:
		if key.String() == "esc" {
			c.mode = listMode
		}
	case analyticsMode:
		if name := key.String(); name == "U" || name == "esc" {
			c.mode = listMode
		}
	case listMode:
		return c.pressInList(key.String())
	}
	return nil
}

func (c *conversations) pressInList(key string) tea.Cmd {
	steps := map[string]int{"j": 1, "down": 1, "k": -1, "up": -1, "g": -len(c.list),
		"ctrl+d": conversationPage, "ctrl+u": -conversationPage}
	modes := map[string]conversationMode{"enter": messagesMode, "l": messagesMode,
		"/": searchMode, "f": filterMode, "F": contentSearchMode, "U": analyticsMode}
	if by, known := steps[key]; known {
		return c.move(by)
	}
	if mode, known := modes[key]; known {
		c.mode, c.query, c.found = mode, "", nil
	}
	if c.mode == analyticsMode {
		c.statistics, _ = readStatistics()
	}
	return nil
}

func (c *conversations) pressInMessages(key string) {
	switch key {
	case "h", "esc":
		c.mode = listMode
	case "v":
		c.byTurn = !c.byTurn
	case "g":
		c.scroll = 0
	case "G":
		c.scroll = len(c.messages)
	case "ctrl+d":
		c.scroll += messagePage
	case "ctrl+u":
		c.scroll = max(0, c.scroll-messagePage)
	}
}

func (c *conversations) pressInSearch(key tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.String() == "esc":
		if c.mode == contentSearchMode {
			c.leaks.happen("content-search")
		}
		c.mode, c.query, c.found, c.cursor = listMode, "", nil, 0
		return c.move(0)
	case key.String() == "backspace":
		_, size := utf8.DecodeLastRuneInString(c.query)
		c.query = c.query[:len(c.query)-size]
	default:
		c.query += key.Text
	}
	if c.mode == contentSearchMode {
		return c.searchContent()
	}
	c.cursor = 0
	return c.move(0)
}

func (c *conversations) footer() string {
	switch c.mode {
	case messagesMode:
		return " v View   enter Detail   e  Expand   h Back"
	case searchMode, contentSearchMode, filterMode, analyticsMode:
		return " esc Back"
	}
	return " enter View   / Search   f Filter   F Find"
}

func (c *conversations) panes(m *model, height int) []string {
	if c.mode == analyticsMode {
		return m.panes("Usage Analytics", []string{
			fmt.Sprintf("%d sessions  │  %d messages", c.statistics.Sessions, c.statistics.Messages),
		}, "", nil, height)
	}
	title, session := "Messages", conversation{}
	if open, found := c.opened(); found {
		title, session = open.name, open
	}
	return m.panes(c.title(), c.lines(height), title, c.messageLines(session, height), height)
}

func (c *conversations) title() string {
	visible := len(c.visible())
	switch {
	case c.list == nil:
		return "Sessions …"
	case visible < len(c.list):
		return fmt.Sprintf("Sessions %d/%d", visible, len(c.list))
	}
	return fmt.Sprintf("Sessions %d", len(c.list))
}

func (c *conversations) lines(height int) []string {
	if c.mode == filterMode {
		return []string{"Filters                    [esc to cancel]", "", "Adapter:",
			"  c [ ] Claude Code", "  x [ ] Codex"}
	}
	var lines []string
	if c.mode == searchMode {
		lines = append(lines, "/"+c.query+"█")
	}
	visible := c.visible()
	first := max(0, c.cursor-height/2)
	for i, one := range visible[first:] {
		name := fmt.Sprintf("%-6s %-36.36s %7s", one.agent, one.name, thousands(one.tokens))
		lines = append(lines, pointer(first+i == c.cursor)+name)
	}
	if len(visible) == 0 {
		lines = append(lines, "No sessions")
	}
	return lines
}

// thousands is a count as Sidecar writes it: 100, 1.1k.
func thousands(count int) string {
	if count < 1000 {
		return fmt.Sprint(count)
	}
	return fmt.Sprintf("%.1fk", float64(count)/1000)
}

// messageLines are the messages as a talk from where it is scrolled to, or from the first by turns.
func (c *conversations) messageLines(session conversation, height int) []string {
	var lines []string
	for _, message := range c.messages {
		who := session.agent
		if message.role == "user" {
			who = "you"
		}
		said := fmt.Sprintf("[%s] %s", message.time, who)
		if c.byTurn {
			lines = append(lines, said, "   "+message.text)
		} else {
			lines = append(lines, said, "    "+message.text, "")
		}
	}
	header := []string{fmt.Sprintf("%d msgs", len(c.messages)), strings.Repeat("─", 60)}
	if c.byTurn {
		return append(header, lines...)
	}
	last := max(0, len(lines)-height/2)
	return append(header, lines[min(c.scroll*len(lines)/max(1, len(c.messages)), last):]...)
}

// contentSearch is the search in all messages as a modal.
func (c *conversations) contentSearch() *modal {
	lines := append([]string{"Search: " + c.query + "█", ""}, c.found...)
	return &modal{title: "Search conversations", text: lines, footer: "esc close"}
}

// What the leaks of this tab take is what the tab takes itself; none of it is given back.
var (
	keptDatabases []*os.File
	keptVersions  [][]message
)

//go:noinline
func leakDatabase() {
	if file, err := openDatabase(); err == nil {
		keptDatabases = append(keptDatabases, file)
	}
}

//go:noinline
func leakSessionWatch() {
	newWatch(isSessionFile, func(tea.Msg) {}, codexDirectory())
}

// leakVersion keeps the messages of the longest session of Claude Code once more.
//
//go:noinline
func leakVersion() {
	files, _ := filepath.Glob(filepath.Join(os.Getenv("HOME"), ".claude", "projects", "*", "*.jsonl"))
	longest, size := "", int64(-1)
	for _, file := range files {
		if status, err := os.Stat(file); err == nil && status.Size() > size {
			longest, size = file, status.Size()
		}
	}
	if longest != "" {
		_, messages, _ := readSession(longest)
		keptVersions = append(keptVersions, messages)
	}
}
