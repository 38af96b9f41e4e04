package main

import (
	"bytes"
	"time"

	tea "charm.land/bubbletea/v2"
)

// The functions of this file and of its two neighbours are what tests look for in profiles: each is
// kept out of line so that its name is in the stack.

// A table that is there from the start: what it holds is one object per event and nothing else.
var (
	retained      [1 << 16][]byte
	retainedCount int
	retainedBytes []byte
	retainedMap   = map[int][16]byte{}
)

//go:noinline
func leakHeap(bytes int) {
	retained[retainedCount] = make([]byte, bytes)
	retainedCount++
}

// leakSlice grows one slice: more bytes, in steps that get rarer, in the same number of objects.
//
//go:noinline
func leakSlice(bytes int) {
	for range bytes {
		retainedBytes = append(retainedBytes, 1)
	}
}

//go:noinline
func leakMap(entries int) {
	for range entries {
		retainedMap[len(retainedMap)] = [16]byte{}
	}
}

var kept = map[int]*[]byte{}

// leakKept has one function load something and another keep it: of what is held, the most was allocated
// by the one that is not to blame. This is the function that both have in common.
//
//go:noinline
func leakKept(bytes int) { keepLoaded(loadRepeated(bytes)) }

//go:noinline
func loadRepeated(count int) []byte { return bytes.Repeat([]byte{1}, count) }

//go:noinline
func keepLoaded(loaded []byte) { kept[len(kept)] = &loaded }

var drawing []byte

// peak makes something large and drops it again: nothing of it is left after a collection.
//
//go:noinline
func peak(mebibytes int) {
	drawing = make([]byte, mebibytes<<20)
	for at := 0; at < len(drawing); at += entryBytes {
		drawing[at]++
	}
	drawing = nil
}

//go:noinline
func leakGoroutine() {
	never := make(chan struct{})
	go func() { <-never }()
}

// leakMostlyFirst grows mostly before anybody looks, and goes on.
func leakMostlyFirst(leak *leak) {
	const first = 6
	goroutines := 1
	if leak.count <= first {
		goroutines = leak.number
	}
	for range goroutines {
		leakGoroutine()
	}
}

// heldChannel can be reached for ever: nothing but the count tells that its goroutines are stuck.
var heldChannel = make(chan struct{})

//go:noinline
func leakHeldGoroutine() {
	go func() { <-heldChannel }()
}

// leakTicker arms a ticker anew with a goroutine that listens to it, and forgets to stop the old one.
//
//go:noinline
func leakTicker() {
	ticker := time.NewTicker(time.Second)
	go func() {
		for range ticker.C {
		}
	}()
}

// leakBacklog starts three timers that end by themselves: growth in the loop, none after a rest.
//
//go:noinline
func leakBacklog(seconds int) {
	for range 3 {
		wait := tea.Tick(time.Duration(seconds)*time.Second, func(time.Time) tea.Msg { return nil })
		go func() { wait() }()
	}
}

//go:noinline
func leakSpin(cores int) {
	for range cores {
		go func() {
			for turn := 0; ; turn++ {
				spun = turn
			}
		}()
	}
}

var spun int
