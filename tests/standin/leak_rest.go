package main

import (
	"math"
	"os/exec"
	"runtime"
	"time"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// What shows when the program rests: how much is there, and how much is done while nobody touches a key.

// wakeTime is how long listeners are busy after a key.
const wakeTime = 700 * time.Millisecond

var (
	listeners []chan struct{}
	handed    = make(chan struct{})
	collector *time.Timer
)

// leakListener leaves a goroutine that listens to keys. While they come, each waits to hand over what
// it has heard; only at rest they all listen.
//
//go:noinline
func leakListener() {
	news := make(chan struct{}, 1)
	listeners = append(listeners, news)
	go listen(news)
	for _, listener := range listeners {
		select {
		case listener <- struct{}{}:
		default:
		}
	}
	if collector == nil {
		collector = time.AfterFunc(wakeTime, collect)
	}
	collector.Reset(wakeTime)
}

//go:noinline
func listen(news chan struct{}) {
	for range news {
		handOver()
	}
}

//go:noinline
func handOver() { handed <- struct{}{} }

// collect takes what is handed over until no more comes.
func collect() {
	const quiet = 50 * time.Millisecond
	for {
		select {
		case <-handed:
		case <-time.After(quiet):
			return
		}
	}
}

const chainPause = 4 * time.Second

var chains int

// leakChains starts chains of timers, the fewer the more there are, as a program does that gets slower
// by them.
//
//go:noinline
func leakChains(leak *leak) {
	const half = 6
	wanted := int(float64(leak.number) * math.Log1p(float64(leak.count)/half))
	for ; chains < wanted; chains++ {
		go runChain()
	}
}

//go:noinline
func runChain() {
	for {
		timer := time.NewTimer(chainPause)
		<-timer.C
		_ = exec.Command("true").Run()
	}
}

// again does something after each pause, for ever; in a pause there is no goroutine.
func again(pause time.Duration, act func()) {
	time.AfterFunc(pause, func() {
		act()
		again(pause, act)
	})
}

//go:noinline
func leakSpawnRate(leak *leak) {
	again(time.Duration(leak.number)*time.Second, func() { _ = exec.Command("true").Run() })
}

//go:noinline
func leakBurnRate(leak *leak) {
	again(time.Second, func() { burn(time.Duration(leak.number) * time.Millisecond) })
}

// burn uses so much of a processor, however busy that is.
func burn(used time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for end := threadTime() + used; threadTime() < end; {
	}
}

func threadTime() time.Duration {
	var now unix.Timespec
	must(0, unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now))
	return time.Duration(now.Nano())
}

// turnMsg turns the spinner on screen; a whole one has all of it written again.
type turnMsg struct{ whole bool }

// sendLater reaches the program that was started last; from its own goroutine it would wait for ever.
var sendLater func(tea.Msg)

//go:noinline
func leakRedrawRate(leak *leak) {
	again(time.Duration(leak.number)*time.Second, func() { sendLater(turnMsg{whole: true}) })
}

//go:noinline
func startSpinner(perSecond int) {
	again(time.Second/time.Duration(perSecond), func() { sendLater(turnMsg{}) })
}

func (m *model) turn(msg turnMsg) tea.Cmd {
	m.turns++
	if msg.whole {
		return tea.ClearScreen
	}
	return nil
}

// spinner is empty until something turns it.
func (m *model) spinner() string {
	if m.turns == 0 {
		return ""
	}
	return string(`|/-\`[m.turns%4])
}

// endSlowly is what the program does before it ends.
func (leaks *leaks) endSlowly() tea.Cmd {
	pause := time.Duration(leaks.number("slow-quit")) * time.Second
	return func() tea.Msg {
		time.Sleep(pause)
		return nil
	}
}
