package main

import (
	"maps"
	"os"
	"path/filepath"

	tea "charm.land/bubbletea/v2"
)

// entry is a row of the file tree.
type entry struct {
	path      string // from the project's root
	depth     int
	directory bool
	expanded  bool
}

// tree is the state of the Files tab.
type tree struct {
	entries  []entry
	cursor   int
	expanded map[string]bool // the directories that are open, and therefore watched
	loads    int             // how often it was read: the newest counts
	previews previews
	filter   *filter // nil: none is open
	offset   int     // of the first row that is shown
}

type treeLoadedMsg struct {
	project *openProject
	load    int
	entries []entry
}

// loadTree reads the directories that are expanded, directories first.
func loadTree(project *openProject) tea.Cmd {
	tree := &project.tree
	tree.loads++
	load, expanded := tree.loads, map[string]bool{"": true}
	maps.Copy(expanded, tree.expanded)
	return func() tea.Msg {
		return treeLoadedMsg{project, load, readTree(project.Path, "", 0, expanded)}
	}
}

// toggleDirectory opens or closes a directory of the tree; one that is open is watched.
func toggleDirectory(project *openProject, directory entry) tea.Cmd {
	tree := &project.tree
	if tree.expanded[directory.path] {
		tree.closeDirectory(project, directory.path)
		return loadTree(project)
	}
	if tree.expanded == nil {
		tree.expanded = map[string]bool{}
	}
	tree.expanded[directory.path] = true
	project.filesWatch.add(filepath.Join(project.Path, directory.path))
	return loadTree(project)
}

func (t *tree) closeDirectory(project *openProject, path string) {
	delete(t.expanded, path)
	project.filesWatch.remove(filepath.Join(project.Path, path))
}

// takeTree shows what was read, and lets go of directories that were open and are no longer there.
// Of one that was moved away the system drops the watch by itself, of those below it nobody else.
func (m *model) takeTree(entries []entry) {
	tree := &m.project.tree
	tree.entries = entries
	tree.move(0)
	there := map[string]bool{}
	for _, entry := range entries {
		there[entry.path] = entry.directory
	}
	gone := false
	for path := range tree.expanded {
		switch {
		case there[path]:
			continue
		case m.leaks.keeps("kept-watch"):
			delete(tree.expanded, path)
		default:
			tree.closeDirectory(m.project, path)
		}
		gone = true
	}
	if gone {
		m.leaks.happen("unwatch")
	}
}

func readTree(root, directory string, depth int, expanded map[string]bool) []entry {
	names, err := os.ReadDir(filepath.Join(root, directory)) // sorted by name
	if err != nil {
		return nil
	}
	var directories, files []entry
	for _, name := range names {
		path := filepath.Join(directory, name.Name())
		if !name.IsDir() {
			files = append(files, entry{path: path, depth: depth})
			continue
		}
		directories = append(directories, entry{path, depth, true, expanded[path]})
		if expanded[path] {
			directories = append(directories, readTree(root, path, depth+1, expanded)...)
		}
	}
	return append(directories, files...)
}

// selected is the entry under the cursor.
func (t *tree) selected() (entry, bool) {
	if t.cursor >= len(t.entries) {
		return entry{}, false
	}
	return t.entries[t.cursor], true
}

func (t *tree) move(by int) {
	t.cursor = max(0, min(t.cursor+by, len(t.entries)-1))
}

func watchFiles(path string, send func(tea.Msg)) *watch {
	return newWatch(func(string) bool { return true }, send, path)
}
