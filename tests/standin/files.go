package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
)

const previewBytes = 64 * 1024

// entry is a row of the file tree.
type entry struct {
	path      string // from the project's root
	depth     int
	directory bool
	expanded  bool
}

// tree is the state of the Files tab.
type tree struct {
	entries []entry
	cursor  int
	file    string // the one that is previewed; "" for none
	preview []string
}

type treeLoadedMsg struct {
	project *openProject
	entries []entry
}

type previewLoadedMsg struct {
	project *openProject
	file    string
	lines   []string
}

// loadTree reads the directories that are expanded, directories first.
func loadTree(project *openProject) tea.Cmd {
	expanded := map[string]bool{"": true}
	for _, entry := range project.tree.entries {
		expanded[entry.path] = entry.expanded
	}
	return loadExpanded(project, expanded)
}

// toggleDirectory opens or closes a directory of the tree, with its watch.
func toggleDirectory(project *openProject, directory entry) tea.Cmd {
	expanded := map[string]bool{"": true}
	for _, entry := range project.tree.entries {
		expanded[entry.path] = entry.expanded
	}
	expanded[directory.path] = !directory.expanded
	absolute := filepath.Join(project.Path, directory.path)
	if directory.expanded {
		project.filesWatch.remove(absolute)
	} else {
		project.filesWatch.add(absolute)
	}
	return loadExpanded(project, expanded)
}

func loadExpanded(project *openProject, expanded map[string]bool) tea.Cmd {
	return func() tea.Msg {
		return treeLoadedMsg{project, readTree(project.Path, "", 0, expanded)}
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

func loadPreview(project *openProject, file string) tea.Cmd {
	if file == "" {
		return nil
	}
	return func() tea.Msg {
		lines := []string{"Cannot read this file"}
		if source, err := os.Open(filepath.Join(project.Path, file)); err == nil {
			defer source.Close()
			if text, err := io.ReadAll(io.LimitReader(source, previewBytes)); err == nil {
				lines = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
			}
		}
		return previewLoadedMsg{project, file, lines}
	}
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
