package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// STANDIN_LEAK is a comma-separated list of leaks, each `kind[@event][:number]`. A leak happens once
// per event; without an @event it happens at every event of commonEvents.
//
// Of commonEvents an iteration of each of leakgate's first scenarios has exactly one. Some kinds are no
// leaks: they do what sound programs do and a gate may take for a leak.
var commonEvents = []string{
	"tab",     // key 1 was pressed
	"palette", // the palette was opened
	"switch",  // a project other than the first was switched to
	"editor",  // the external editor was started
	"step",    // the step was opened: key w, which closes it again
}

// namedEvents happen besides another one of the same iteration, or by themselves: a leak happens at
// them only when it names them.
var namedEvents = []string{
	"tick",           // a second has passed
	"unwatch",        // a directory's watch was dropped
	"search",         // the search in the project was closed
	"closed",         // the last tab of the previews was closed
	"diff",           // a diff over the whole Git tab was closed
	"commit",         // a commit was made
	"branch",         // another branch was checked out
	"worktree",       // a worktree other than the main one was switched to
	"pane",           // the pane with a worktree's diff was closed
	"tasks",          // td's database of a project other than the first is closed
	"note",           // a note was deleted
	"overview",       // the overview was left
	"message",        // the conversation that is open has grown on disk, and is shown
	"conversations",  // the conversations of a project are closed with it
	"content-search", // the search in all conversations was closed
	"shell",          // a shell was deleted
	"interactive",    // the interactive mode of a shell was left
	"split",          // a shell's split was hidden
}

var eventNames = append(slices.Clone(commonEvents), namedEvents...)

// leakKind is a way to leak. Its number means what `number` says; `act` is called at an event.
type leakKind struct {
	name    string
	number  string
	initial int
	act     func(leak *leak)
}

var leakKinds = []leakKind{
	{"fd", "an eventpoll descriptor every N events", 1, every(leakDescriptor)},
	{"fd-file", "an open file every N events", 1, every(leakFile)},
	{"fd-pipe", "a pipe every N events", 1, every(leakPipe)},
	{"fd-socket", "a socket every N events", 1, every(leakSocket)},
	{"fd-inotify", "an inotify instance every N events", 1, every(leakInotify)},
	{"fd-late", "events before the first descriptor, then one at each", 27, after(leakDescriptor)},
	{"watch", "an inotify watch every N events", 1, every(leakWatch)},
	{"goroutine", "a goroutine every N events", 1, every(leakGoroutine)},
	{"goroutine-held", "a goroutine on a channel in use every N events", 1, every(leakHeldGoroutine)},
	{"goroutine-late", "events before the first goroutine, then one at each", 27, after(leakGoroutine)},
	{"goroutine-first", "goroutines at each of the first 6 events, then one at each", 4, leakMostlyFirst},
	{"listener", "a listener, awake while keys come, every N events", 1, every(leakListener)},
	{"chains", "N ln(1 + event / 6) chains that start a tool every 4 s", 40, leakChains},
	{"ticker", "a ticker never stopped every N events", 1, every(leakTicker)},
	{"heap", "bytes per event", 1024, func(leak *leak) { leakHeap(leak.number) }},
	{"heap-5", "bytes every 5th event", 256, each(5, leakHeap)},
	{"heap-11", "bytes every 11th event", 1024, each(11, leakHeap)},
	{"slice", "bytes per event", 1024, func(leak *leak) { leakSlice(leak.number) }},
	{"map", "entries per event", 32, func(leak *leak) { leakMap(leak.number) }},
	{"keeper", "bytes per event that one function allocates and another keeps", 1024,
		func(leak *leak) { leakKept(leak.number) }},
	{"peak", "MiB that are made and dropped at every event", 64, func(leak *leak) { peak(leak.number) }},
	{"backlog", "seconds that 3 timers last", 20, func(leak *leak) { leakBacklog(leak.number) }},
	{"child", "a process left behind every N events", 1, every(leakChild)},
	{"daemon", "a process that forked twice, every N events", 1, every(leakDaemon)},
	{"zombie", "a child never waited for every N events", 1, every(leakZombie)},
	{"child-named", "a process with a name of its own left behind every N events", 1, every(leakNamedChild)},
	{"zombie-named", "a child with a name of its own never waited for every N events", 1, every(leakNamedZombie)},
	{"session", "a tmux session not killed every N events", 1, keep},
	{"client", "a tmux control client not closed every N events", 1, keep},
	{"poller", "a goroutine that polls a shell not ended every N events", 1, keep},
	{"sender", "a goroutine that sends keys to a shell not ended every N events", 1, keep},
	{"spin", "cores burned from the first event on", 1, once(leakSpin)},
	{"forks", "children per second from the first event on, each ends at once", 20, once(leakForks)},
	{"spawn-rate", "a timer more per event that starts a tool every N s", 2, leakSpawnRate},
	{"cpu-rate", "a timer more per event that burns N ms every second", 5, leakBurnRate},
	{"output-rate", "a timer more per event that draws the screen anew every N s", 2, leakRedrawRate},
	{"spinner", "ticks a second of a spinner on screen from the first event on", 10, once(startSpinner)},
	{"slow-quit", "seconds that it takes to end when it is quit", 20, nil},
	{"cache", "events until it is full", 16, func(leak *leak) { fillCache(leak.count, leak.number) }},
	{"lru", "entries, four of them replaced per event", 16, func(leak *leak) { turnCache(leak.number) }},
	{"pool", "MiB of the buffer that is taken and given back", 4, func(leak *leak) { usePool(leak.number) }},
	{"sawtooth", "events after which what they took is let go", 2, func(leak *leak) { saw(leak.count, leak.number) }},
	{"burst", "goroutines that end soon", 50, func(leak *leak) { burst(leak.number) }},
	{"workers", "goroutines until the pool of them is full, one per event", 16,
		func(leak *leak) { fillWorkers(leak.count, leak.number) }},
	{"eager", "starts of a tool a second until 5 s after an event, then one", 20, pollEagerly},
	{"frames", "unused: the screen is neither cached nor drawn anew after Escape", 0, nil},
	{"sqlite", "a handle on Codex's database every N events", 1, every(leakDatabase)},
	{"database", "td's database not closed every N events", 1, keep},
	{"refresh", "td's ticker not stopped every N events", 1, keep},
	{"note-editor", "a note's editor kept every N events", 1, keep},
	{"inventory-poll", "the overview's poll not stopped every N events", 1, keep},
	{"inventory-watch", "the overview's watchers not closed every N events", 1, keep},
	{"session-watch", "a watcher of sessions every N events", 1, every(leakSessionWatch)},
	{"session-versions", "a whole conversation every N events", 1, every(leakVersion)},
	{"git-watch", "a watch on git's files every N events", 1, every(leakGitWatch)},
	{"git-child", "a git that waits for input every N events", 1, every(leakGitChild)},
	{"diff", "the diff that was loaded last every N events", 1, every(leakDiff)},
	{"diff-wait", "a goroutine that waits for a diff every N events", 1, every(leakDiffWait)},

	// What a sick program is like, from the first event on.
	{"database-open", "KiB of the -wal of a database that is held open", 64, once(holdDatabase)},
	{"open-often", "times that one file is open", 5, once(openOften)},
	{"sessions-open", "agents' session files that are open", 1200, once(holdSessions)},
	{"blocked", "goroutines that receive from one channel", 2000, times(leakHeldGoroutine)},
	{"blocked-senders", "goroutines that send to one channel", 2000, times(leakSender)},
	{"threads", "threads that wait", 120, times(holdThread)},
	{"mappings", "mappings of a page each", 4000, once(mapPages)},
	{"swapped", "MiB in swap, where there is any", 64, once(swapOut)},
	{"held", "MiB of the heap in one object", 600, once(holdMemory)},
	{"output-line", "MiB of output of which a line is kept", 64, once(keepLine)},
	{"poll-chains", "chains of ticks made by one function", 8, times(startPollChain)},

	{"crash", "the event at which it panics", 3, at(crash)},
	{"hang", "the event at which it stops to answer", 3, at(hang)},
	{"nopprof", "unused", 0, func(*leak) {}},
	{"bubbletea", "unused", 0, func(*leak) {}},

	// What is not let go at its own place, whatever the event.
	{"kept-watch", "an open directory that is gone stays watched, every Nth", 1, nil},
	{"kept-search", "a search that is closed is not cancelled, every Nth", 1, nil},
	{"kept-preview", "the text of a closed tab is kept, every Nth", 1, nil},
	{"kept-preview-watch", "the watch of the last tab is not closed, every Nth", 1, nil},
	{"kept-toast", "the goroutine of a toast that is dismissed is not ended, every Nth", 1, nil},
	{"kept-screens", "the screens of another size are kept, every Nth", 1, nil},
	{"kept-filter", "the goroutine of a filter that is closed is not ended, every Nth", 1, nil},
}

type leak struct {
	kind   leakKind
	event  string // "": any but the named ones
	number int
	count  int  // events so far
	keeps  bool // what the event lets go is kept this time
}

type leaks struct{ list []*leak }

func parseLeaks(text string) (*leaks, error) {
	leaks := &leaks{}
	for _, word := range strings.Split(text, ",") {
		if strings.TrimSpace(word) == "" {
			continue
		}
		leak, err := parseLeak(strings.TrimSpace(word))
		if err != nil {
			return nil, fmt.Errorf("STANDIN_LEAK: %w", err)
		}
		leaks.list = append(leaks.list, leak)
	}
	return leaks, nil
}

func parseLeak(word string) (*leak, error) {
	head, number, hasNumber := strings.Cut(word, ":")
	name, event, hasEvent := strings.Cut(head, "@")
	i := slices.IndexFunc(leakKinds, func(kind leakKind) bool { return kind.name == name })
	if i < 0 {
		return nil, fmt.Errorf("%q: no such kind of leak", word)
	}
	if hasEvent && !slices.Contains(eventNames, event) {
		return nil, fmt.Errorf("%q: no such event", word)
	}
	leak := &leak{kind: leakKinds[i], event: event, number: leakKinds[i].initial}
	if hasNumber {
		value, err := strconv.Atoi(number)
		if err != nil || value < 1 {
			return nil, fmt.Errorf("%q: not a number from 1", word)
		}
		leak.number = value
	}
	return leak, nil
}

func (leaks *leaks) has(name string) bool {
	return slices.ContainsFunc(leaks.list, func(leak *leak) bool { return leak.kind.name == name })
}

// number is that of the first leak of a kind; 0 without one.
func (leaks *leaks) number(name string) int {
	for _, leak := range leaks.list {
		if leak.kind.name == name {
			return leak.number
		}
	}
	return 0
}

// happen lets everything leak that leaks at this event.
func (leaks *leaks) happen(event string) {
	for _, leak := range leaks.list {
		leak.keeps = false
		happens := leak.event == event || leak.event == "" && !slices.Contains(namedEvents, event)
		if happens && leak.kind.act != nil {
			leak.count++
			leak.kind.act(leak)
		}
	}
}

// keeps says whether what is about to be let go leaks: by a kind that has nothing to do but that.
func (leaks *leaks) keeps(kind string) bool {
	keeps := false
	for _, leak := range leaks.list {
		if leak.kind.name == kind {
			leak.count++
			keeps = keeps || leak.count%leak.number == 0
		}
	}
	return keeps
}

// kept says whether a kind that lets nothing go did so at the event that has just happened.
func (leaks *leaks) kept(name string) bool {
	return slices.ContainsFunc(leaks.list, func(leak *leak) bool {
		return leak.kind.name == name && leak.keeps
	})
}

// keep leaves the leaking to who asks `kept`.
func keep(leak *leak) { leak.keeps = leak.count%leak.number == 0 }

func every(act func()) func(*leak) {
	return func(leak *leak) {
		if leak.count%leak.number == 0 {
			act()
		}
	}
}

func at(act func()) func(*leak) {
	return func(leak *leak) {
		if leak.count == leak.number {
			act()
		}
	}
}

func after(act func()) func(*leak) {
	return func(leak *leak) {
		if leak.count > leak.number {
			act()
		}
	}
}

func each(events int, act func(number int)) func(*leak) {
	return func(leak *leak) {
		if leak.count%events == 0 {
			act(leak.number)
		}
	}
}

func once(act func(number int)) func(*leak) {
	return func(leak *leak) {
		if leak.count == 1 {
			act(leak.number)
		}
	}
}

func times(act func()) func(*leak) {
	return once(func(number int) {
		for range number {
			act()
		}
	})
}
