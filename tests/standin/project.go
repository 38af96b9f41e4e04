package main

import tea "charm.land/bubbletea/v2"

// openProject is the project on screen: what is known of it, and the watches that keep that true.
type openProject struct {
	project
	index     int // in the configuration's list
	git       *gitState
	view      gitView
	tree      tree
	main      worktree   // the project itself
	worktrees []worktree // linked ones
	pane      *diffPane  // nil: it is closed
	paneFocus bool

	conversations *conversations // nil: the tab is not there

	gitWatch   *watch
	filesWatch *watch
	send       func(tea.Msg)
}

func openProjectAt(config *config, leaks *leaks, index int, send func(tea.Msg)) *openProject {
	return openProjectIn(config.Projects.List[index], config, leaks, index, send)
}

// openProjectIn opens a directory of a project: its own or that of a linked worktree.
func openProjectIn(chosen project, config *config, leaks *leaks, index int, send func(tea.Msg)) *openProject {
	opened := &openProject{
		project:    chosen,
		index:      index,
		gitWatch:   watchGit(chosen.Path, send),
		filesWatch: watchFiles(chosen.Path, send),
		send:       send,
	}
	if config.Features.Flags["conversations_plugin"] {
		opened.conversations = openConversations(chosen.Path, leaks, send)
	}
	return opened
}

func (p *openProject) close() {
	p.gitWatch.close()
	p.filesWatch.close()
	if p.conversations != nil {
		p.conversations.close()
	}
	p.closePane()
	p.tree.previews.close()
}

// load reads everything about the project anew.
func (p *openProject) load() tea.Cmd {
	commands := []tea.Cmd{loadGit(p), loadTree(p), loadWorkspaces(p), p.reloadPreview()}
	if p.conversations != nil {
		commands = append(commands, p.conversations.load())
	}
	return tea.Batch(commands...)
}
