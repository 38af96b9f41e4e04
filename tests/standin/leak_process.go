package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// A process that outlives the program is this program again, so that it needs no tool on PATH.
const (
	lingerArgument = "-linger"
	lingerTime     = 10 * time.Minute
)

// linger is the life of such a process: `end` ends at once, `stay` ignores every polite signal,
// `daemon` leaves one that stays to whoever adopts it.
func linger(arguments []string) {
	switch arguments[0] {
	case "stay":
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
		time.Sleep(lingerTime)
	case "daemon":
		startLingering("stay")
	}
}

func startLingering(how string) int {
	path, err := os.Executable()
	must(0, err)
	return startProgram(path, how)
}

// startProgram returns the process's id. It bypasses os/exec, which would hold a pidfd as well.
func startProgram(path, how string) int {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}
	defer null.Close()
	id, err := syscall.ForkExec(path, []string{path, lingerArgument, how}, &syscall.ProcAttr{
		Dir:   "/",
		Env:   []string{},
		Files: []uintptr{null.Fd(), null.Fd(), null.Fd()},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	if err != nil {
		panic(err)
	}
	return id
}

//go:noinline
func leakChild() { startLingering("stay") }

//go:noinline
func leakDaemon() {
	id := startLingering("daemon")
	_, _ = syscall.Wait4(id, nil, 0, nil)
}

//go:noinline
func leakZombie() { startLingering("end") }

// namedProgram is this program under another name, by which the system knows its process.
func namedProgram() string {
	path, err := os.Executable()
	must(0, err)
	link := filepath.Join(os.Getenv("HOME"), "fetcher")
	if err := os.Symlink(path, link); err != nil && !errors.Is(err, os.ErrExist) {
		panic(err)
	}
	return link
}

//go:noinline
func leakNamedChild() { startProgram(namedProgram(), "stay") }

//go:noinline
func leakNamedZombie() { startProgram(namedProgram(), "end") }

// leakForks starts a tool of PATH again and again, as a program does that polls another one. Each
// child has ended and is waited for long before the next.
//
//go:noinline
func leakForks(perSecond int) {
	ticker := time.NewTicker(time.Second / time.Duration(perSecond))
	go func() {
		for range ticker.C {
			_ = exec.Command("true").Run()
		}
	}()
}

// crash panics where Bubble Tea can't catch it.
//
//go:noinline
func crash() {
	go func() { panic("standin crashes as STANDIN_LEAK asks") }()
}

// hang stops the program's only loop: no key, no signal and no tick is answered after it.
//
//go:noinline
func hang() { select {} }
