package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

const previewBytes = 500 * 1024

// openFile is a tab of the preview.
type openFile struct {
	path      string
	passing   bool // it follows the cursor of the tree, until another file takes its place
	lines     []string
	marked    []string // the lines as markdown; nil: shown as they are
	binary    bool
	truncated bool
	scroll    int
	watch     *watch // of its directory, which need not be open in the tree; nil while it is passing
}

// previews are the tabs of the Files tab, and whether keys go to them.
type previews struct {
	files   []*openFile
	active  int
	focused bool
}

type previewLoadedMsg struct {
	project           *openProject
	file              string
	lines             []string
	binary, truncated bool
}

func (p *previews) current() *openFile {
	if p.active >= len(p.files) {
		return nil
	}
	return p.files[p.active]
}

func (p *previews) file() string {
	if current := p.current(); current != nil {
		return current.path
	}
	return ""
}

// follow previews the file under the cursor in the one tab that is passing.
func (p *previews) follow(path string) {
	at := slices.IndexFunc(p.files, func(file *openFile) bool { return file.passing })
	switch {
	case at < 0:
		p.files = append(p.files, &openFile{path: path, passing: true})
		at = len(p.files) - 1
	case p.files[at].path != path:
		p.files[at] = &openFile{path: path, passing: true}
	}
	p.active = at
}

// open opens a tab that stays. The one that is passing becomes it if it has the same file.
func (p *previews) open(project *openProject, path string) {
	p.focused = true
	current := p.current()
	if current == nil || !current.passing || current.path != path {
		current = &openFile{path: path}
		p.files = append(p.files, current)
		p.active = len(p.files) - 1
	}
	current.passing = false
	if current.watch == nil {
		name := filepath.Base(path)
		current.watch = newWatch(func(changed string) bool { return changed == name }, project.send,
			filepath.Dir(filepath.Join(project.Path, path)))
	}
}

// keptFiles and keptWatches are what leaks keep of closed tabs.
var (
	keptFiles   []*openFile
	keptWatches []*watch
)

// closePreview closes the tab that is shown.
func (m *model) closePreview() {
	previews := &m.project.tree.previews
	closed := previews.current()
	if closed == nil {
		return
	}
	previews.files = slices.Delete(previews.files, previews.active, previews.active+1)
	previews.active = max(0, min(previews.active, len(previews.files)-1))
	switch {
	case closed.watch == nil:
	case len(previews.files) == 0 && m.leaks.keeps("kept-preview-watch"):
		keptWatches = append(keptWatches, closed.watch)
	default:
		closed.watch.close()
	}
	if m.leaks.keeps("kept-preview") {
		keptFiles = append(keptFiles, closed)
	}
	if len(previews.files) == 0 {
		m.leaks.happen("closed")
	}
}

func (p *previews) close() {
	for _, file := range p.files {
		if file.watch != nil {
			file.watch.close()
		}
	}
	p.files = nil
}

// reloadWatched reads a file again whose own watch has seen it change.
func (m *model) reloadWatched(watch *watch) tea.Cmd {
	for _, file := range m.project.tree.previews.files {
		if file.watch == watch {
			return loadPreview(m.project, file.path)
		}
	}
	return nil
}

func (project *openProject) reloadPreview() tea.Cmd {
	return loadPreview(project, project.tree.previews.file())
}

func loadPreview(project *openProject, file string) tea.Cmd {
	if file == "" {
		return nil
	}
	return func() tea.Msg {
		loaded := previewLoadedMsg{project: project, file: file, lines: []string{"Cannot read this file"}}
		source, err := os.Open(filepath.Join(project.Path, file))
		if err != nil {
			return loaded
		}
		defer source.Close()
		if text, err := io.ReadAll(io.LimitReader(source, previewBytes+1)); err == nil {
			loaded.binary = bytes.IndexByte(text[:min(len(text), 512)], 0) >= 0
			loaded.truncated = len(text) > previewBytes
			loaded.lines = linesOf(text[:min(len(text), previewBytes)])
		}
		return loaded
	}
}

// linesOf is where the text of a preview is allocated.
//
//go:noinline
func linesOf(text []byte) []string {
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func (p *previews) take(msg previewLoadedMsg) {
	for _, file := range p.files {
		if file.path != msg.file {
			continue
		}
		file.lines, file.binary, file.truncated = msg.lines, msg.binary, msg.truncated
		if file.marked != nil {
			file.marked = markdown(file.lines)
		}
	}
}

// toggleMarkdown shows a text as markdown, or as it is again.
func (file *openFile) toggleMarkdown() {
	switch {
	case filepath.Ext(file.path) != ".md":
	case file.marked == nil:
		file.marked = markdown(file.lines)
	default:
		file.marked = nil
	}
}

// markdown takes the marks of headings and of stress away.
func markdown(lines []string) []string {
	marked := make([]string, 0, len(lines))
	for _, line := range lines {
		if strings.HasPrefix(line, "#") {
			line = strings.TrimLeft(line, "# ")
		}
		marked = append(marked, strings.ReplaceAll(line, "**", ""))
	}
	return marked
}

func (file *openFile) shown() []string {
	if file.marked != nil {
		return file.marked
	}
	return file.lines
}

func (file *openFile) move(by, height int) {
	file.scroll = max(0, min(file.scroll+by, len(file.shown())-height))
}

// view are the rows of the preview: tabs, a name, and the part of the text that is scrolled to.
func (p *previews) view(height int) []string {
	file := p.current()
	if file == nil {
		return []string{"Select a file to preview"}
	}
	title := file.path
	if file.marked != nil {
		title += " [rendered]"
	}
	names := make([]string, len(p.files))
	for i, open := range p.files {
		names[i] = filepath.Base(open.path)
	}
	rows := []string{strings.Join(names, " │ "), title, ""}
	if file.binary {
		return append(rows, "Binary file")
	}
	lines := file.shown()
	visible := previewHeight(height)
	first := min(file.scroll, len(lines))
	for i, line := range lines[first:min(len(lines), first+visible)] {
		rows = append(rows, fmt.Sprintf("%4d %s", first+i+1, line))
	}
	if file.truncated {
		rows = append(rows, "... (file truncated)")
	}
	return rows
}

// previewHeight is how many rows of text a pane of this height has.
func previewHeight(height int) int { return height - 8 }

func (m *model) pressInFiles(key string) tea.Cmd {
	previews := &m.project.tree.previews
	switch key {
	case "ctrl+p":
		return m.openFinder()
	case "f":
		return m.openSearch()
	case "x":
		m.closePreview()
	case "{":
		previews.active = max(0, previews.active-1)
	case "}":
		previews.active = max(0, min(previews.active+1, len(previews.files)-1))
	default:
		if previews.focused {
			return m.pressInPreview(key)
		}
		return m.pressInTree(key)
	}
	return nil
}

func (m *model) pressInPreview(key string) tea.Cmd {
	previews := &m.project.tree.previews
	file := previews.current()
	if key == "h" || key == "esc" || file == nil {
		previews.focused = false
		return nil
	}
	height := previewHeight(m.height - 2)
	switch key {
	case "j", "down":
		file.move(1, height)
	case "k", "up":
		file.move(-1, height)
	case "g":
		file.scroll = 0
	case "G":
		file.move(len(file.shown()), height)
	case "ctrl+d":
		file.move(height/2, height)
	case "ctrl+u":
		file.move(-height/2, height)
	case "m":
		file.toggleMarkdown()
	default:
		return m.pressOnFile(key, file.path)
	}
	return nil
}

func (m *model) pressInTree(key string) tea.Cmd {
	tree := &m.project.tree
	selected, found := tree.selected()
	switch key {
	case "j", "down":
		tree.move(1)
		return m.follow()
	case "k", "up":
		tree.move(-1)
		return m.follow()
	case "g":
		tree.cursor = 0
	case "/":
		m.openFilter()
	case "G":
		tree.move(len(tree.entries))
	case "enter", "l", "h":
		switch {
		case !found:
		case selected.directory && (key != "h" || selected.expanded):
			return toggleDirectory(m.project, selected)
		case !selected.directory && key != "h":
			return m.openTab(selected.path)
		}
	case "t":
		if found && !selected.directory {
			return m.openTab(selected.path)
		}
	default:
		if found && !selected.directory {
			return m.pressOnFile(key, selected.path)
		}
	}
	return nil
}

// pressOnFile is about one file, wherever the keys go.
func (m *model) pressOnFile(key, path string) tea.Cmd {
	switch key {
	case "E":
		m.leaks.happen("editor")
		return editFile(m.project.Path, filepath.Join(m.project.Path, path), m.input)
	case "I":
		return m.inspect(path, path, information)
	case "B":
		return m.inspect("Blame: "+path, path, blame)
	}
	return nil
}

func (m *model) follow() tea.Cmd {
	if selected, found := m.project.tree.selected(); found && !selected.directory {
		m.project.tree.previews.follow(selected.path)
		return loadPreview(m.project, selected.path)
	}
	return nil
}

func (m *model) openTab(path string) tea.Cmd {
	m.project.tree.previews.open(m.project, path)
	return loadPreview(m.project, path)
}
