package main

import "os/exec"

// What the Git tab and the worktrees could fail to let go.

var (
	latestDiff *diff // the last one that was loaded
	keptDiffs  []*diff
)

// leakDiff keeps the diff that was loaded last, as a cache does that is never emptied.
//
//go:noinline
func leakDiff() { keptDiffs = append(keptDiffs, latestDiff) }

// leakDiffWait leaves a goroutine that waits for a diff that nobody loads any more.
//
//go:noinline
func leakDiffWait() {
	loaded := make(chan *diff)
	go func() { keptDiffs = append(keptDiffs, <-loaded) }()
}

// watchedGit are the directories of the git watch that was opened last.
var watchedGit []string

// leakGitWatch opens that watch a second time and forgets to close it.
//
//go:noinline
func leakGitWatch() {
	newWatch(func(string) bool { return false }, nil, watchedGit...)
}

// leakGitChild leaves a git that waits for the names of objects.
//
//go:noinline
func leakGitChild() {
	command := exec.Command("git", "cat-file", "--batch")
	command.Dir = watchedGit[0]
	_, err := command.StdinPipe()
	must(0, err)
	must(0, command.Start())
}
