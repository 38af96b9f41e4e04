package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// The Git tab: a list of changed files and commits, what is under its cursor, and diffs.

const commitPage = 50

var diffModes = []string{"[unified]", "[side-by-side]", "[full-file]"}

// gitView is what the Git tab shows of a gitState, and where its cursor stands.
type gitView struct {
	cursor  int // over the files, then over the commits
	inside  bool
	file    int // in the commit that was gone into
	detail  *commitDetail
	change  *diff // of the file under the cursor
	open    *diff // over the whole tab
	graph   bool
	author  string   // "": no filter
	found   []commit // by the filter
	older   []commit // pages after the first
	search  string
	typing  bool // the search is being typed
	matches []int
	match   int
}

type commitDetail struct {
	commit
	body  string
	files []string
	stats []string
}

type diff struct {
	commit, file string
	mode         int
	lines, whole []string
}

type (
	detailLoadedMsg struct {
		project *openProject
		detail  *commitDetail
	}
	diffLoadedMsg struct {
		project *openProject
		diff    *diff
	}
	commitsLoadedMsg struct {
		project *openProject
		author  string // "": a further page
		commits []commit
	}
	// gitDoneMsg says that git has changed the repository for us.
	gitDoneMsg struct {
		project *openProject
		event   string // "" for none
	}
	branchesLoadedMsg struct {
		project  *openProject
		branches []string
	}
)

// takeGit keeps what was loaded, unless something else was asked for meanwhile.
func (m *model) takeGit(msg tea.Msg) tea.Cmd {
	view := &m.project.view
	switch msg := msg.(type) {
	case gitLoadedMsg:
		msg.project.git = &msg.state
		return msg.project.selectInList(msg.project.view.cursor)
	case detailLoadedMsg:
		selected, _ := m.project.selectedCommit()
		if msg.project == m.project && selected.hash == msg.detail.hash {
			view.detail, view.file = msg.detail, 0
		}
	case diffLoadedMsg:
		view.keepDiff(msg, m.project)
	case commitsLoadedMsg:
		if msg.project == m.project && msg.author == "" {
			view.older = msg.commits
		} else if msg.project == m.project {
			view.author, view.found = msg.author, msg.commits
		}
	case branchesLoadedMsg:
		if m.modal != nil && m.modal.kind == branchModal {
			m.modal.items = msg.branches
			m.modal.cursor = slices.IndexFunc(msg.branches, func(name string) bool { return name[0] == '*' })
		}
	case gitDoneMsg:
		if msg.event != "" {
			m.leaks.happen(msg.event)
		}
		return loadGit(msg.project)
	}
	return nil
}

func (view *gitView) keepDiff(msg diffLoadedMsg, current *openProject) {
	if msg.project != current {
		return
	}
	latestDiff = msg.diff
	if view.open != nil && view.open.commit == msg.diff.commit && view.open.file == msg.diff.file {
		msg.diff.mode = view.open.mode
		view.open = msg.diff
	} else if msg.diff.commit == "" {
		view.change = msg.diff
	}
}

// changed are the files of the list in its order; a file that is staged in part stands there twice.
func (git *gitState) changed() []string {
	return slices.Concat(git.staged, git.modified, git.untracked)
}

func (p *openProject) commits() []commit {
	if p.view.author != "" {
		return p.view.found
	}
	if len(p.git.commits) < commitPage {
		return p.git.commits
	}
	return slices.Concat(p.git.commits, p.view.older)
}

// selectedCommit is the commit under the cursor, if one is.
func (p *openProject) selectedCommit() (commit, bool) {
	if p.git == nil {
		return commit{}, false
	}
	at, commits := p.view.cursor-len(p.git.changed()), p.commits()
	if at < 0 || at >= len(commits) {
		return commit{}, false
	}
	return commits[at], true
}

// selectInList puts the cursor somewhere and loads what is to be shown of that place.
func (p *openProject) selectInList(cursor int) tea.Cmd {
	files := p.git.changed()
	p.view.cursor = max(0, min(cursor, len(files)+len(p.commits())-1))
	if p.view.cursor < len(files) {
		return loadDiff(p, "", files[p.view.cursor])
	}
	p.view.change = nil
	selected, found := p.selectedCommit()
	if !found || p.view.detail != nil && p.view.detail.hash == selected.hash {
		return nil
	}
	return loadDetail(p, selected)
}

func (m *model) pressInGit(key tea.KeyPressMsg) tea.Cmd {
	p, view := m.project, &m.project.view
	switch {
	case p.git == nil:
		return nil
	case view.typing:
		return p.typeSearch(key)
	case view.open != nil:
		return m.pressInDiff(key.String())
	case view.inside:
		return p.pressInCommit(key.String())
	}
	switch key.String() {
	case "j", "down":
		return p.selectInList(view.cursor + 1)
	case "k", "up":
		return p.selectInList(view.cursor - 1)
	case "g":
		return p.selectInList(0)
	case "G":
		return tea.Batch(p.loadOlder(), p.selectInList(1<<30))
	case "enter", "d":
		return p.enter()
	case "S":
		return changeGit(p, "", "add", "--all")
	case "U":
		return changeGit(p, "", "reset", "--quiet")
	case "c":
		m.modal = &modal{kind: commitModal, title: "Commit", prompt: "Type your commit message...",
			footer: "ctrl+s commit · esc cancel"}
	case "b":
		m.modal = &modal{kind: branchModal, title: "Branches", footer: "enter switch · esc cancel"}
		return loadBranches(p)
	default:
		return p.pressInHistory(key.String())
	}
	return nil
}

func (p *openProject) pressInHistory(key string) tea.Cmd {
	view := &p.view
	selected, found := p.selectedCommit()
	switch {
	case key == "/" && found:
		view.typing, view.search, view.matches = true, "", nil
	case key == "n" && len(view.matches) > 0:
		view.match = (view.match + 1) % len(view.matches)
		return p.selectInList(len(p.git.changed()) + view.matches[view.match])
	case key == "esc":
		view.search, view.matches = "", nil
	case key == "f" && found:
		return loadAuthor(p, selected.author)
	case key == "F":
		view.author, view.found = "", nil
	case key == "v" && found:
		view.graph = !view.graph
	}
	return nil
}

// enter opens the diff of a file, or goes into a commit.
func (p *openProject) enter() tea.Cmd {
	if files := p.git.changed(); p.view.cursor < len(files) {
		return p.openDiff("", files[p.view.cursor])
	}
	p.view.inside = p.view.detail != nil && len(p.view.detail.files) > 0
	return nil
}

func (p *openProject) pressInCommit(key string) tea.Cmd {
	view := &p.view
	switch key {
	case "j", "down":
		view.file = min(view.file+1, len(view.detail.files)-1)
	case "k", "up":
		view.file = max(view.file-1, 0)
	case "enter", "d":
		return p.openDiff(view.detail.hash, view.detail.files[view.file])
	case "esc", "h":
		view.inside = false
	}
	return nil
}

func (p *openProject) openDiff(commit, file string) tea.Cmd {
	p.view.open = &diff{commit: commit, file: file}
	return loadDiff(p, commit, file)
}

func (m *model) pressInDiff(key string) tea.Cmd {
	view := &m.project.view
	switch key {
	case "v":
		view.open.mode = (view.open.mode + 1) % len(diffModes)
	case ".":
		if view.open.commit != "" {
			view.file = (view.file + 1) % len(view.detail.files)
			return m.project.openDiff(view.open.commit, view.detail.files[view.file])
		}
	case "esc":
		view.open = nil
		m.leaks.happen("diff")
	}
	return nil
}

func (p *openProject) typeSearch(key tea.KeyPressMsg) tea.Cmd {
	view := &p.view
	switch key.String() {
	case "esc":
		view.typing, view.search, view.matches = false, "", nil
	case "enter":
		view.typing, view.match = false, 0
		if len(view.matches) > 0 {
			return p.selectInList(len(p.git.changed()) + view.matches[0])
		}
	default:
		view.search += key.Text
		view.matches = nil
		for i, commit := range p.commits() {
			if strings.Contains(commit.subject, view.search) {
				view.matches = append(view.matches, i)
			}
		}
	}
	return nil
}

// What git is asked. Each runs in a goroutine of its own, as commands of Bubble Tea do.

func loadDetail(p *openProject, selected commit) tea.Cmd {
	return func() tea.Msg {
		detail := &commitDetail{commit: selected}
		for _, line := range git(p.Path, "show", "--numstat", "--format=%b", selected.hash) {
			fields := strings.Split(line, "\t")
			if len(fields) != 3 {
				detail.body += line + " "
				continue
			}
			detail.files = append(detail.files, fields[2])
			detail.stats = append(detail.stats, fmt.Sprintf("+%s/-%s", fields[0], fields[1]))
		}
		return detailLoadedMsg{p, detail}
	}
}

// loadDiff reads the diff and the whole of a file: in the working tree where no commit is named.
func loadDiff(p *openProject, commit, file string) tea.Cmd {
	return func() tea.Msg {
		loaded := &diff{commit: commit, file: file}
		if commit != "" {
			loaded.lines = git(p.Path, "show", "--format=", commit, "--", file)
			loaded.whole = git(p.Path, "show", commit+":"+file)
			return diffLoadedMsg{p, loaded}
		}
		loaded.lines = git(p.Path, "diff", "HEAD", "--", file)
		if text, err := os.ReadFile(filepath.Join(p.Path, file)); err == nil {
			loaded.whole = strings.Split(string(text), "\n")
		}
		return diffLoadedMsg{p, loaded}
	}
}

func loadAuthor(p *openProject, author string) tea.Cmd {
	return func() tea.Msg {
		return commitsLoadedMsg{p, author, readLog(p.Path, "--author="+author)}
	}
}

// loadOlder reads the page after the first.
func (p *openProject) loadOlder() tea.Cmd {
	return func() tea.Msg {
		return commitsLoadedMsg{p, "", readLog(p.Path, fmt.Sprintf("--skip=%d", commitPage))}
	}
}

func loadBranches(p *openProject) tea.Cmd {
	return func() tea.Msg {
		return branchesLoadedMsg{p, git(p.Path, "branch", "--no-color")}
	}
}

func changeGit(p *openProject, event string, arguments ...string) tea.Cmd {
	return func() tea.Msg {
		git(p.Path, arguments...)
		return gitDoneMsg{p, event}
	}
}

// What is drawn.

func (m *model) gitPanes(height int) []string {
	p := m.project
	if p.git == nil {
		return m.panes("Git", []string{"Loading..."}, "Commit", nil, height)
	}
	list, view := p.listLines(height-4), &p.view
	switch {
	case view.open != nil:
		return m.panes("Git "+p.git.branch, list, view.open.title(), view.open.shown(), height)
	case view.typing:
		return m.panes("Git "+p.git.branch, list, "/ "+view.search, view.searchLines(), height)
	case view.change != nil:
		return m.panes("Git "+p.git.branch, list, view.change.file, view.change.lines, height)
	case view.detail != nil:
		return m.panes("Git "+p.git.branch, list, "Commit "+view.detail.hash, view.detail.shown(view), height)
	}
	return m.panes("Git "+p.git.branch, list, "Commit", nil, height)
}

// listLines are as many rows of the list as there is room for; the commits are scrolled.
func (p *openProject) listLines(room int) []string {
	git, at := p.git, 0
	var lines []string
	group := func(title string, names []string) {
		if len(names) > 0 {
			lines = append(lines, fmt.Sprintf("%s (%d)", title, len(names)))
		}
		for _, name := range names {
			lines = append(lines, pointer(at == p.view.cursor)+name)
			at++
		}
	}
	group("Staged", git.staged)
	group("Modified", git.modified)
	group("Untracked", git.untracked)
	if len(lines) == 0 {
		lines = append(lines, "Working tree clean")
	}
	lines = append(lines, "", p.commitsTitle())
	commits, room := p.commits(), room-len(lines)
	first := max(0, p.view.cursor-at-room+1)
	for i := first; i < min(len(commits), first+room); i++ {
		mark := pointer(at+i == p.view.cursor)
		if p.view.graph {
			mark += "● "
		}
		lines = append(lines, mark+commits[i].hash+" "+commits[i].subject)
	}
	return lines
}

func (p *openProject) commitsTitle() string {
	title := fmt.Sprintf("Recent Commits (%d)", p.git.count)
	if p.view.author != "" {
		title = "Commits [author:" + p.view.author + "]"
	}
	if p.view.graph {
		title += " [graph]"
	}
	return title
}

func (d *diff) title() string {
	if d.commit == "" {
		return "← Back · " + d.file + " " + diffModes[d.mode]
	}
	return "← Back · " + d.commit + " · " + d.file + " " + diffModes[d.mode]
}

func (d *diff) shown() []string {
	if diffModes[d.mode] == "[full-file]" {
		return d.whole
	}
	return d.lines
}

func (detail *commitDetail) shown(view *gitView) []string {
	lines := []string{"by " + detail.author, "", detail.subject, "", strings.TrimSpace(detail.body), "",
		fmt.Sprintf("Files (%d)", len(detail.files))}
	for i, file := range detail.files {
		lines = append(lines, pointer(view.inside && i == view.file)+file+" "+detail.stats[i])
	}
	return lines
}

func (view *gitView) searchLines() []string {
	if view.search == "" {
		return []string{"Type to search commits..."}
	}
	return []string{fmt.Sprintf("%d matches", len(view.matches))}
}

func (p *openProject) gitFooter() string {
	_, found := p.selectedCommit()
	switch {
	case p.view.open != nil:
		return " esc  Close   v  View   .  Next"
	case p.view.inside:
		return " d  Diff   esc  Back"
	case found:
		return " enter, d  View   /  Search   v  Graph   f  Author   F  Clear"
	}
	return " S  Stage   U  Unstage   d  Diff   c  Commit   b  Branches"
}
