package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

type commit struct{ hash, author, subject string }

// gitState is what the Git tab shows of a repository.
type gitState struct {
	branch                      string
	staged, modified, untracked []string
	commits                     []commit // the first page
	count                       int      // of all commits
}

type gitLoadedMsg struct {
	project *openProject
	state   gitState
}

func loadGit(project *openProject) tea.Cmd {
	return func() tea.Msg {
		directory := project.Path
		state := parseStatus(git(directory, "status", "--porcelain", "--branch"))
		state.commits = readLog(directory)
		state.count = len(state.commits)
		if state.count == commitPage {
			state.count, _ = strconv.Atoi(git(directory, "rev-list", "--count", "HEAD")[0])
		}
		return gitLoadedMsg{project, state}
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

// readLog is one page of the history.
func readLog(directory string, more ...string) []commit {
	arguments := []string{"log", fmt.Sprintf("-n%d", commitPage), "--format=%h%x09%an%x09%s"}
	var commits []commit
	for _, line := range git(directory, append(arguments, more...)...) {
		fields := strings.SplitN(line, "\t", 3)
		if len(fields) == 3 {
			commits = append(commits, commit{fields[0], fields[1], fields[2]})
		}
	}
	return commits
}

// watchGit watches the files by which git shows that something happened. Those of a linked worktree
// are in the main one's, and so are the branches of all.
func watchGit(path string, send func(tea.Msg)) *watch {
	own := filepath.Join(path, ".git")
	common := own
	if link, err := os.ReadFile(own); err == nil {
		own = strings.TrimSpace(strings.TrimPrefix(string(link), "gitdir:"))
		common = filepath.Dir(filepath.Dir(own)) // COMMON/worktrees/NAME
	}
	relevant := func(name string) bool {
		return !strings.HasSuffix(name, ".lock") && name != "config" && name != "objects"
	}
	watchedGit = []string{own, filepath.Join(common, "refs", "heads")}
	return newWatch(relevant, send, watchedGit...)
}
