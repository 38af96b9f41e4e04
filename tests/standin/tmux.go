package main

import (
	"bufio"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	pollTime          = 2 * time.Second
	queueSize         = 512
	longestScreenLine = 1 << 20
)

// pane is a tmux session. While it is on screen a client is attached to it.
type pane struct {
	session string
	screen  []string
	client  *client // nil while it is not on screen
}

// sender sends keys to a session one after the other, while the interactive mode lasts.
type sender struct {
	pane *pane
	keys chan string
}

type screenMsg struct {
	client *client
	lines  []string
}

// clientEndedMsg says that a client has ended: it was closed, or its session is gone.
type clientEndedMsg struct{ client *client }

// serial is held while tmux is told something, and while a client comes or goes. The server of tmux
// 3.3a crashes when it has news for a control client that is still on its way in.
var serial sync.Mutex

func tmux(arguments ...string) error {
	serial.Lock()
	defer serial.Unlock()
	return exec.Command("tmux", arguments...).Run()
}

// newSession makes a session that nobody is attached to. The server stays when its last session
// goes: one that was just about to end would take the next session along.
func newSession(name, directory string, width, height int) error {
	return tmux("start-server", ";", "set-option", "-s", "exit-empty", "off", ";",
		"new-session", "-d", "-s", name, "-c", directory,
		"-x", strconv.Itoa(width), "-y", strconv.Itoa(height))
}

// client is a tmux control client: it is told when the session draws, and asks for the screen then.
type client struct {
	command  *exec.Cmd
	output   *bufio.Scanner
	send     func(tea.Msg)
	lock     sync.Mutex // of input
	input    io.WriteCloser
	asked    atomic.Bool
	attached chan struct{} // closed when it is, or cannot be
	closed   chan struct{} // closed when it is not wanted any more
	ended    chan struct{} // closed when it has ended
}

func attach(session string, send func(tea.Msg)) *client {
	client := &client{
		command:  exec.Command("tmux", "-C", "attach-session", "-f", "ignore-size", "-t", "="+session),
		send:     send,
		attached: make(chan struct{}),
		closed:   make(chan struct{}),
		ended:    make(chan struct{}),
	}
	go client.run()
	return client
}

func (c *client) run() {
	if c.start() {
		go c.poll()
		c.ask()
		c.listen()
		_ = c.command.Wait()
	}
	close(c.ended)
	c.send(clientEndedMsg{c})
}

// start is over when tmux has answered that the client is attached.
func (c *client) start() bool {
	serial.Lock()
	defer serial.Unlock()
	defer close(c.attached)
	output, err := c.command.StdoutPipe()
	if err != nil {
		return false
	}
	if c.input, err = c.command.StdinPipe(); err != nil {
		return false
	}
	if err := c.command.Start(); err != nil {
		return false
	}
	c.output = bufio.NewScanner(output)
	c.output.Buffer(nil, longestScreenLine)
	for c.output.Scan() && !endsAnswer(c.output.Text()) {
	}
	return true
}

// detach ends the client: an empty line lets it go.
func (c *client) detach() {
	go func() {
		<-c.attached
		serial.Lock()
		defer serial.Unlock()
		c.tell("")
		<-c.ended
	}()
}

// ask requests the screen, once until it is answered.
func (c *client) ask() {
	if !c.asked.Swap(true) {
		c.tell("capture-pane -p")
	}
}

func (c *client) tell(line string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.input != nil {
		_, _ = io.WriteString(c.input, line+"\n") // what has ended says so elsewhere
	}
}

// listen reads notifications and answers (CONTROL MODE in tmux(1)); every answer is a screen.
func (c *client) listen() {
	var answer []string
	inAnswer, stale := false, false
	for c.output.Scan() {
		switch line := c.output.Text(); {
		case strings.HasPrefix(line, "%begin "):
			inAnswer, answer = true, nil
		case endsAnswer(line):
			inAnswer = false
			c.asked.Store(false)
			c.send(screenMsg{c, answer})
			if stale {
				stale = false
				c.ask()
			}
		case inAnswer:
			answer = append(answer, line)
		case strings.HasPrefix(line, "%output "):
			stale = c.asked.Load()
			c.ask()
		}
	}
}

func endsAnswer(line string) bool {
	return strings.HasPrefix(line, "%end ") || strings.HasPrefix(line, "%error ")
}

// poll asks now and then as well: a client that falls behind is not told everything.
func (c *client) poll() {
	ticker := time.NewTicker(pollTime)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.ask()
		case <-c.closed:
			return
		}
	}
}

func startSender(pane *pane) *sender {
	sender := &sender{pane, make(chan string, queueSize)}
	go sender.run()
	return sender
}

func (s *sender) run() {
	for key := range s.keys {
		_ = tmux("send-keys", "-t", "="+s.pane.session+":", "-H", key)
	}
}

func (s *sender) stop() { close(s.keys) }
