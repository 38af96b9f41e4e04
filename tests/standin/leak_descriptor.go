package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// Bare descriptors, which no finalizer closes. They are closed on exec: a child that a leak or the
// editor starts must not hold them too.

//go:noinline
func leakDescriptor() {
	must(unix.EpollCreate1(unix.EPOLL_CLOEXEC))
}

//go:noinline
func leakFile() {
	must(unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0))
}

//go:noinline
func leakPipe() {
	must(0, unix.Pipe2(make([]int, 2), unix.O_CLOEXEC))
}

//go:noinline
func leakSocket() {
	must(unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0))
}

//go:noinline
func leakInotify() {
	must(unix.InotifyInit1(unix.IN_CLOEXEC))
}

var watchDescriptor = -1

// leakWatch adds watches to one inotify instance. A directory can be watched only once, so it makes
// one for each, in the home that it was given.
//
//go:noinline
func leakWatch() {
	if watchDescriptor < 0 {
		watchDescriptor = must(unix.InotifyInit1(unix.IN_CLOEXEC))
	}
	directory, err := os.MkdirTemp(os.Getenv("HOME"), "standin-watched-")
	must(0, err)
	must(unix.InotifyAddWatch(watchDescriptor, directory, unix.IN_CREATE))
}

func must(descriptor int, err error) int {
	if err != nil {
		panic(err)
	}
	return descriptor
}
