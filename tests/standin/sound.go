package main

import (
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// What sound programs do and a gate may take for a leak: everything here is let go again, or bounded.

const (
	entryBytes      = 4096
	entriesPerEvent = 4
)

var (
	cached  = make([][]byte, 0, 1<<12) // its own room is there from the start
	turned  = map[int][]byte{}
	turns   int
	buffers sync.Pool
)

// fillCache adds entries at every event until the cache is full, and none after that.
//
//go:noinline
func fillCache(event, full int) {
	if event > full {
		return
	}
	for range entriesPerEvent {
		cached = append(cached, make([]byte, entryBytes))
	}
}

// turnCache adds entries for ever; each takes the place of the oldest once the cache is full.
//
//go:noinline
func turnCache(entries int) {
	for range entriesPerEvent {
		turned[turns] = make([]byte, entryBytes)
		delete(turned, turns-entries)
		turns++
	}
}

// usePool takes a buffer, writes to every page of it and gives it back. A collection empties a pool
// that was not used since the one before, so that the buffer is now there and now not.
//
//go:noinline
func usePool(mebibytes int) {
	buffer, found := buffers.Get().([]byte)
	if !found {
		buffer = make([]byte, mebibytes<<20)
	}
	for at := 0; at < len(buffer); at += entryBytes {
		buffer[at]++
	}
	buffers.Put(buffer)
}

// A tooth is what one event takes: a descriptor, a goroutine and an object.
type tooth struct {
	descriptor int
	end        chan struct{}
	data       []byte
}

var teeth []tooth

// saw takes something at every event and lets all of it go at every `period`th.
//
//go:noinline
func saw(event, period int) {
	if event%period == 0 {
		for _, tooth := range teeth {
			_ = unix.Close(tooth.descriptor)
			close(tooth.end)
		}
		teeth = nil
		return
	}
	tooth := tooth{
		descriptor: must(unix.EpollCreate1(unix.EPOLL_CLOEXEC)),
		end:        make(chan struct{}),
		data:       make([]byte, entryBytes),
	}
	go func() { <-tooth.end }()
	teeth = append(teeth, tooth)
}

const burstTime = 20 * time.Millisecond

// burst starts goroutines that are all gone a moment later, some of them within the event.
//
//go:noinline
func burst(goroutines int) {
	for i := range goroutines {
		go func() { time.Sleep(burstTime * time.Duration(i) / time.Duration(goroutines)) }()
	}
}

var work = make(chan struct{})

// fillWorkers starts a goroutine per event until there are enough; they wait for work for ever.
//
//go:noinline
func fillWorkers(event, full int) {
	if event <= full {
		go waitForWork()
	}
}

func waitForWork() {
	for range work {
	}
}

const eagerTime = 5 * time.Second

var latestEvent atomic.Int64

// pollEagerly has a tool started more often for a while after each event: what somebody touches is
// looked at. Its rate soon after a loop is no leak, its rate at rest is always the same.
//
//go:noinline
func pollEagerly(leak *leak) {
	latestEvent.Store(time.Now().UnixNano())
	if leak.count == 1 {
		go poll(time.Second / time.Duration(leak.number))
	}
}

func poll(eager time.Duration) {
	for {
		time.Sleep(pollPause(time.Now(), eager))
		_ = exec.Command("true").Run()
	}
}

func pollPause(now time.Time, eager time.Duration) time.Duration {
	if now.Sub(time.Unix(0, latestEvent.Load())) < eagerTime {
		return eager
	}
	return time.Second
}
