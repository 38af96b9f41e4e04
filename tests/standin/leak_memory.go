package main

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

// The functions of this file and of its two neighbours are what tests look for in profiles: each is
// kept out of line so that its name is in the stack.

type retainedBlock struct {
	previous *retainedBlock
	data     []byte
}

var (
	retainedBlocks *retainedBlock
	retainedBytes  []byte
	retainedMap    = map[int][16]byte{}
)

//go:noinline
func leakHeap(bytes int) {
	retainedBlocks = &retainedBlock{previous: retainedBlocks, data: make([]byte, bytes)}
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
