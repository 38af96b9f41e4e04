package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
)

const shownCommits = "20"

type commit struct{ hash, author, subject string }

// gitState is what the Git tab shows of a repository.
type gitState struct {
	branch                      string
	staged, modified, untracked []string
	commits                     []commit
}

type gitLoadedMsg struct {
	project *openProject
	state   gitState
}

type workspacesMsg struct {
	project *openProject
	names   []string
}

func loadGit(project *openProject) tea.Cmd {
	return func() tea.Msg {
		directory := project.Path
		state := parseStatus(git(directory, "status", "--porcelain", "--branch"))
		state.commits = parseLog(git(directory, "log", "-n", shownCommits, "--format=%h%x09%an%x09%s"))
		return gitLoadedMsg{project, state}
	}
}

// loadWorkspaces lists the worktrees beside the main one.
func loadWorkspaces(project *openProject) tea.Cmd {
	return func() tea.Msg {
		var names []string
		for _, line := range git(project.Path, "worktree", "list", "--porcelain") {
			path, found := strings.CutPrefix(line, "worktree ")
			if found && path != project.Path {
				names = append(names, filepath.Base(path))
			}
		}
		return workspacesMsg{project, names}
	}
}

// git answers the output of a git command in lines; nothing when it fails. It takes no lock: a
// status that wrote the index would wake the watcher that asked for it.
func git(directory string, arguments ...string) []string {
	command := exec.Command("git", arguments...)
	command.Dir = directory
	command.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0")
	output, err := command.Output()
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(output), "\n"), "\n")
}

// parseStatus reads `git status --porcelain --branch`.
func parseStatus(lines []string) gitState {
	var state gitState
	for _, line := range lines {
		if len(line) < 4 {
			continue
		}
		name := line[3:]
		switch {
		case strings.HasPrefix(line, "##"):
			state.branch, _, _ = strings.Cut(strings.TrimPrefix(name, "No commits yet on "), "...")
		case strings.HasPrefix(line, "??"):
			state.untracked = append(state.untracked, name)
		default:
			if line[0] != ' ' {
				state.staged = append(state.staged, name)
			}
			if line[1] != ' ' {
				state.modified = append(state.modified, name)
			}
		}
	}
	return state
}

func parseLog(lines []string) []commit {
	var commits []commit
	for _, line := range lines {
		fields := strings.SplitN(line, "\t", 3)
		if len(fields) == 3 {
			commits = append(commits, commit{fields[0], fields[1], fields[2]})
		}
	}
	return commits
}

// watchGit watches the files by which git shows that something happened.
func watchGit(path string, send func(tea.Msg)) *watch {
	directory := filepath.Join(path, ".git")
	relevant := func(name string) bool {
		return !strings.HasSuffix(name, ".lock") && name != "config" && name != "objects"
	}
	return newWatch(relevant, send, directory, filepath.Join(directory, "refs", "heads"))
}
