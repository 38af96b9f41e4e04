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

	gitWatch   *watch
	filesWatch *watch
}

func openProjectAt(config *config, index int, send func(tea.Msg)) *openProject {
	return openProjectIn(config.Projects.List[index], index, send)
}

// openProjectIn opens a directory of a project: its own or that of a linked worktree.
func openProjectIn(chosen project, index int, send func(tea.Msg)) *openProject {
	return &openProject{
		project:    chosen,
		index:      index,
		gitWatch:   watchGit(chosen.Path, send),
		filesWatch: watchFiles(chosen.Path, send),
	}
}

func (p *openProject) close() {
	p.gitWatch.close()
	p.filesWatch.close()
	p.closePane()
}

// load reads everything about the project anew.
func (p *openProject) load() tea.Cmd {
	return tea.Batch(loadGit(p), loadTree(p), loadWorkspaces(p), loadPreview(p, p.tree.file))
}
