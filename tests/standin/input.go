package main

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// releasableInput is the terminal's input, which can be let go while an editor has the terminal.
//
// Bubble Tea wraps an *os.File in a reader with an epoll descriptor and a pipe of its own, and makes
// a new one after every editor without closing the old one (v2.0.7). This type has no Name method,
// so Bubble Tea takes it for a plain reader with a descriptor and makes nothing: there is one pipe
// for the whole life of the program. STANDIN_LEAK=bubbletea leaves it out.
type releasableInput struct {
	terminal  *os.File
	released  *os.File // readable while the input is let go
	releasing *os.File
}

func newReleasableInput(terminal *os.File) (*releasableInput, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	return &releasableInput{terminal: terminal, released: reader, releasing: writer}, nil
}

// release makes Read answer io.EOF, also the one that waits at this moment, until regain is called.
func (in *releasableInput) release() error {
	_, err := in.releasing.Write([]byte{1})
	return err
}

func (in *releasableInput) regain() error {
	_, err := in.released.Read(make([]byte, 1))
	return err
}

func (in *releasableInput) Read(data []byte) (int, error) {
	waiting := []unix.PollFd{
		{Fd: int32(in.released.Fd()), Events: unix.POLLIN},
		{Fd: int32(in.terminal.Fd()), Events: unix.POLLIN},
	}
	for {
		_, err := unix.Poll(waiting, -1)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return 0, err
		}
		if waiting[0].Revents != 0 {
			return 0, io.EOF
		}
		return in.terminal.Read(data)
	}
}

func (in *releasableInput) Write(data []byte) (int, error) { return in.terminal.Write(data) }

func (in *releasableInput) Close() error { return nil }

func (in *releasableInput) Fd() uintptr { return in.terminal.Fd() }
