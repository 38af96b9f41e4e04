package main

import tea "charm.land/bubbletea/v2"

// openProject is the project on screen: what is known of it, and the watches that keep that true.
type openProject struct {
	project
	index      int // in the configuration's list
	git        *gitState
	tree       tree
	workspaces []string

	gitWatch   *watch
	filesWatch *watch
	send       func(tea.Msg)
}

func openProjectAt(config *config, index int, send func(tea.Msg)) *openProject {
	chosen := config.Projects.List[index]
	return &openProject{
		project:    chosen,
		index:      index,
		gitWatch:   watchGit(chosen.Path, send),
		filesWatch: watchFiles(chosen.Path, send),
		send:       send,
	}
}

func (p *openProject) close() {
	p.gitWatch.close()
	p.filesWatch.close()
	p.tree.previews.close()
}

// load reads everything about the project anew.
func (p *openProject) load() tea.Cmd {
	return tea.Batch(loadGit(p), loadTree(p), loadWorkspaces(p), p.reloadPreview())
}
