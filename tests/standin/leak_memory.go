package main

import (
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

//go:noinline
func leakGoroutine() {
	never := make(chan struct{})
	go func() { <-never }()
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
