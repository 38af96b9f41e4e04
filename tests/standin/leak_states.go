package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// What a program that is sick is like, there at once and as much of it as the number says: what
// `leakgate triage` has to find in one look.

// holdFile opens a file of the home and never closes it; a bare descriptor has no finalizer.
func holdFile(name string, flags int) int {
	path := filepath.Join(os.Getenv("HOME"), name)
	must(0, os.MkdirAll(filepath.Dir(path), 0o755))
	return must(unix.Open(path, flags|unix.O_CREAT|unix.O_CLOEXEC, 0o644))
}

// holdDatabase holds what SQLite holds of a database in WAL mode. One that is there already it only
// opens: SQLite itself may be at work in it.
//
//go:noinline
func holdDatabase(kibibytes int) {
	const name, index = "issues.db", 32 << 10
	database := holdFile(name, unix.O_RDWR)
	if size, err := unix.Seek(database, 0, unix.SEEK_END); err == nil && size > 0 {
		return
	}
	must(unix.Pwrite(database, []byte("SQLite format 3\x00"), 0))
	must(0, unix.Ftruncate(holdFile(name+"-wal", unix.O_RDWR), int64(kibibytes)<<10))
	must(0, unix.Ftruncate(holdFile(name+"-shm", unix.O_RDWR), index))
}

//go:noinline
func openOften(times int) {
	for range times {
		holdFile("often.txt", unix.O_RDONLY)
	}
}

// holdSessions holds session files of both agents in turns.
//
//go:noinline
func holdSessions(files int) {
	for i := range files {
		name := fmt.Sprintf(".claude/projects/-p1/s%d.jsonl", i)
		if i%2 == 1 {
			name = fmt.Sprintf(".codex/sessions/2026/08/22/rollout-%d.jsonl", i)
		}
		holdFile(name, unix.O_RDONLY)
	}
}

// results has nobody who receives.
var results = make(chan struct{})

//go:noinline
func leakSender() {
	go func() { results <- struct{}{} }()
}

// holdThread has a thread of the system wait together with its goroutine.
//
//go:noinline
func holdThread() {
	go func() {
		runtime.LockOSThread()
		<-heldChannel
	}()
}

// mapPages maps one page after the other. Neighbours that may be used in the same way would be one
// mapping.
//
//go:noinline
func mapPages(pages int) {
	for number := range pages {
		protection := unix.PROT_READ
		if number%2 == 1 {
			protection = unix.PROT_NONE
		}
		mapMemory(os.Getpagesize(), protection)
	}
}

func mapMemory(bytes, protection int) []byte {
	memory, err := unix.Mmap(-1, 0, bytes, protection, unix.MAP_PRIVATE|unix.MAP_ANON)
	must(0, err)
	return memory
}

// swapOut gives memory that is used to swap, where the machine has any.
//
//go:noinline
func swapOut(mebibytes int) {
	memory := mapMemory(mebibytes<<20, unix.PROT_READ|unix.PROT_WRITE)
	touch(memory)
	must(0, unix.Madvise(memory, unix.MADV_PAGEOUT))
}

// touch has every page occupied.
func touch(memory []byte) {
	for at := 0; at < len(memory); at += os.Getpagesize() {
		memory[at] = 1
	}
}

var heldMemory []byte

//go:noinline
func holdMemory(mebibytes int) {
	heldMemory = make([]byte, mebibytes<<20)
	touch(heldMemory)
}

var keptLine string

// keepLine keeps one line of an output, and with it all that was read.
//
//go:noinline
func keepLine(mebibytes int) {
	output := strings.Repeat("line of output\n", mebibytes<<20/15)
	keptLine, _, _ = strings.Cut(output, "\n")
}

const pollEvery = 200 * time.Millisecond

type pollMsg struct{}

// pollAgain answers each of its own messages, so one from elsewhere starts a chain more.
//
//go:noinline
func pollAgain() tea.Cmd {
	return tea.Tick(pollEvery, func(time.Time) tea.Msg { return pollMsg{} })
}

func startPollChain() { go sendLater(pollMsg{}) }
