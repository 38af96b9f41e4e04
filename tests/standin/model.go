package main

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	gitTab = iota + 1
	filesTab
	workspacesTab
	tasksTab         // before all others on screen, where it is there
	notesTab         // after all others, where td is
	conversationsTab // before Workspaces on screen, where it is there

	worktreeTicks = 10
)

var tabNames = []string{"", "Git", "Files", "Workspaces", "td", "Notes", "Conversations"}

type tickMsg time.Time
type redrawMsg struct{}

// model is the whole program: what is shown, and what happens at each message. Bubble Tea calls its
// methods from one goroutine.
type model struct {
	config *config
	leaks  *leaks
	input  *releasableInput // nil: Bubble Tea's own
	send   func(tea.Msg)    // from another goroutine

	width, height int
	tab           int
	theme         int
	ticks         int
	redraws       int
	turns         int // of the spinner
	polls         int // of all chains that a leak has started
	project       *openProject
	modal         *modal  // nil: none is open
	search        *search // nil: none is open
	stepped       bool    // the step is open
	screens       screenCache
	inbox         *inbox // nil: there are no notifications
	shells        shellsState
	overview      *overview // nil: a project is shown
}

func newModel(config *config, leaks *leaks, input *releasableInput, send func(tea.Msg)) *model {
	sendLater = send
	return &model{config: config, leaks: leaks, input: input, send: send, tab: gitTab,
		shells: newShellsState()}
}

func (m *model) Init() tea.Cmd {
	m.inbox = openInbox(m.send)
	m.project = openProjectAt(m.config, m.leaks, m.config.start, m.send)
	m.tab = m.tabs()[0]
	return tea.Batch(m.project.load(), tick())
}

// redraw draws everything that is shown, also where nothing has changed. Bubble Tea's renderer clears
// the screen when it takes the terminal back, and draws nothing when its next frame comes before the
// size of the terminal, as on a busy machine. It clears only with a frame that differs: by its title.
func redraw() tea.Cmd {
	return tea.Sequence(tea.ClearScreen, func() tea.Msg { return redrawMsg{} })
}

func tick() tea.Cmd {
	return tea.Tick(time.Second, func(now time.Time) tea.Msg { return tickMsg(now) })
}

// Update draws the whole screen anew after Escape. Each cell of Bubble Tea's renderer holds the frame
// that it was last changed in, so that where chance cuts the frames more and more of them are held.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		m.forgetScreens()
	case tea.MouseMsg:
		return m, m.mouse(msg)
	case filteredMsg:
		m.takeFiltered(msg)
	case toastEndedMsg:
		m.endToast(msg.toast)
	case tea.KeyPressMsg:
		command := m.press(msg)
		m.reconcile()
		if msg.String() == "esc" && !m.leaks.has("frames") {
			return m, tea.Batch(command, tea.ClearScreen)
		}
		return m, command
	case turnMsg:
		return m, m.turn(msg)
	case pollMsg:
		m.polls++
		return m, pollAgain()
	case tickMsg:
		return m, m.passSecond()
	case changedMsg:
		return m, m.reload(msg.watch)
	case editorDoneMsg:
		return m, tea.Batch(redraw(), m.project.load())
	case redrawMsg:
		m.redraws++
	case searchDueMsg:
		return m, m.startSearch(msg)
	case workspacesMsg, treeLoadedMsg, previewLoadedMsg, foundMsg, inspectedMsg:
		m.take(msg)
	case conversationsLoadedMsg, messagesLoadedMsg, contentFoundMsg:
		return m, m.takeConversations(msg)
	case gitLoadedMsg, detailLoadedMsg, diffLoadedMsg, commitsLoadedMsg, branchesLoadedMsg, gitDoneMsg:
		return m, m.takeGit(msg)
	case paneLoadedMsg:
		msg.pane.lines = msg.lines
	case shellMadeMsg, shellKilledMsg, splitMadeMsg, screenMsg, clientEndedMsg:
		m.takeShells(msg)
	case tasksDueMsg, tasksLoadedMsg:
		return m, m.takeTasks(msg)
	case notesLoadedMsg, autosaveMsg:
		return m, m.takeNotes(msg)
	case overviewDueMsg, inventoryMsg, sessionScreenMsg:
		return m, m.takeOverview(msg)
	}
	return m, nil
}

func (m *model) passSecond() tea.Cmd {
	m.leaks.happen("tick")
	if m.inbox != nil {
		m.inbox.active = readNotifications()
	}
	m.ticks++
	if m.ticks%worktreeTicks == 0 {
		return tea.Batch(tick(), loadWorkspaces(m.project))
	}
	return tick()
}

// reload answers a change on disk; what a closed watch still had to say is ignored.
func (m *model) reload(watch *watch) tea.Cmd {
	if m.inbox != nil && watch == m.inbox.requests {
		m.takeRequests()
		return nil
	}
	switch watch {
	case m.project.gitWatch:
		return loadGit(m.project)
	case m.project.filesWatch:
		return tea.Batch(loadTree(m.project), m.project.reloadPreview())
	}
	if pane := m.project.pane; pane != nil && watch == pane.watch {
		return loadPane(m.project)
	}
	if m.project.conversations != nil {
		if command := m.project.conversations.reload(watch); command != nil {
			return command
		}
	}
	return m.reloadWatched(watch)
}

// take keeps what was loaded, unless it is about a project that is no longer open.
func (m *model) take(msg tea.Msg) {
	tree := &m.project.tree
	switch msg := msg.(type) {
	case workspacesMsg:
		msg.project.main, msg.project.worktrees = msg.main, msg.linked
		m.takeWorktrees(msg.project.index, msg.linked)
	case treeLoadedMsg:
		if msg.project == m.project && msg.load == tree.loads {
			m.takeTree(msg.entries)
		}
	case previewLoadedMsg:
		if msg.project == m.project {
			tree.previews.take(msg)
		}
	case foundMsg:
		m.takeFound(msg)
	case inspectedMsg:
		m.takeInspected(msg)
	}
}

func (m *model) switchProject(index int) tea.Cmd {
	if index < 0 || index == m.project.index {
		return nil
	}
	m.project.close()
	m.project = openProjectAt(m.config, m.leaks, index, m.send)
	if index != 0 {
		m.leaks.happen("switch")
	}
	return m.project.load()
}
