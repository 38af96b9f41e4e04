package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// Notifications. `standin notify post TITLE [--body TEXT]` leaves a request in a directory and waits
// for the answer of the program that runs; what was posted is kept in a log, which is the truth.

const (
	answerTime = 900 * time.Millisecond
	toastTime  = 8 * time.Second
	toastWidth = 44
)

type notification struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Body      string `json:"body"`
	Dismissed bool   `json:"dismissed"`
}

// stateDirectory is "" where the environment names none: then there are no notifications.
func stateDirectory() string {
	if state := os.Getenv("XDG_STATE_HOME"); state != "" {
		return filepath.Join(state, "sidecar")
	}
	return ""
}

func requestsDirectory() string { return filepath.Join(stateDirectory(), "requests") }

func notificationLog() string { return filepath.Join(stateDirectory(), "notifications.jsonl") }

// runNotify is the command.
func runNotify(arguments []string) error {
	if len(arguments) < 2 || arguments[0] != "post" || stateDirectory() == "" {
		return fmt.Errorf("usage: notify post TITLE [--body TEXT]")
	}
	posted := notification{ID: strconv.FormatInt(time.Now().UnixNano(), 36), Title: arguments[1]}
	if len(arguments) == 4 && arguments[2] == "--body" {
		posted.Body = arguments[3]
	}
	request := filepath.Join(requestsDirectory(), posted.ID+".json")
	if err := writeWhole(request, posted); err != nil {
		return appendLog(posted)
	}
	answer := strings.TrimSuffix(request, ".json") + ".answer"
	defer os.Remove(request)
	defer os.Remove(answer)
	for deadline := time.Now().Add(answerTime); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(answer); err == nil {
			return nil
		}
	}
	return appendLog(posted)
}

// writeWhole never shows a half-written file.
func writeWhole(path string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", text, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func appendLog(value notification) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(notificationLog(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	_, err = log.Write(append(text, '\n'))
	return err
}

// readNotifications answers those that were not dismissed.
func readNotifications() []notification {
	log, err := os.Open(notificationLog())
	if err != nil {
		return nil
	}
	defer log.Close()
	var found []notification
	for lines := bufio.NewScanner(log); lines.Scan(); {
		var entry notification
		if json.Unmarshal(lines.Bytes(), &entry) != nil {
			continue
		}
		if entry.Dismissed {
			for i := range found {
				if found[i].ID == entry.ID {
					found = append(found[:i], found[i+1:]...)
					break
				}
			}
			continue
		}
		found = append(found, entry)
	}
	return found
}

// inbox is the program's side: the watch on requests, and the toasts on the screen.
type inbox struct {
	requests *watch
	toasts   []*toast
	active   []notification
	centre   bool
}

// toast is a notification in the corner, with a goroutine that ends its time.
type toast struct {
	notification
	timer *time.Timer
	done  chan struct{}
}

type toastEndedMsg struct{ toast *toast }

func openInbox(send func(tea.Msg)) *inbox {
	if stateDirectory() == "" || os.MkdirAll(requestsDirectory(), 0o755) != nil {
		return nil
	}
	relevant := func(name string) bool { return strings.HasSuffix(name, ".json") }
	return &inbox{requests: newWatch(relevant, send, requestsDirectory())}
}

// takeRequests answers what lies in the directory of requests.
func (m *model) takeRequests() {
	paths, _ := filepath.Glob(filepath.Join(requestsDirectory(), "*.json"))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		var posted notification
		if err != nil || json.Unmarshal(text, &posted) != nil {
			continue
		}
		answer := strings.TrimSuffix(path, ".json") + ".answer"
		if _, err := os.Stat(answer); err == nil || appendLog(posted) != nil {
			continue // it was taken before, or the poster has to keep it
		}
		if os.WriteFile(answer, nil, 0o644) == nil {
			m.inbox.toasts = append(m.inbox.toasts, newToast(posted, m.send))
		}
	}
	m.inbox.active = readNotifications()
}

func newToast(posted notification, send func(tea.Msg)) *toast {
	toast := &toast{notification: posted, timer: time.NewTimer(toastTime), done: make(chan struct{})}
	go toast.wait(send)
	return toast
}

func (t *toast) wait(send func(tea.Msg)) {
	select {
	case <-t.timer.C:
		send(toastEndedMsg{t})
	case <-t.done:
	}
}

// dismissToasts takes all from the screen and marks them so in the log.
func (m *model) dismissToasts() {
	for _, toast := range m.inbox.toasts {
		toast.timer.Stop()
		if !m.leaks.keeps("kept-toast") {
			close(toast.done)
		}
		toast.Dismissed = true
		_ = appendLog(toast.notification) // one that cannot be marked comes back
	}
	m.inbox.toasts, m.inbox.active = nil, readNotifications()
}

func (m *model) endToast(ended *toast) {
	for i, toast := range m.inbox.toasts {
		if toast == ended {
			m.inbox.toasts = append(m.inbox.toasts[:i], m.inbox.toasts[i+1:]...)
			return
		}
	}
}

// pressForInbox says whether a key was about notifications.
func (m *model) pressForInbox(key string) bool {
	switch {
	case m.inbox == nil:
		return false
	case key == "alt+n", m.inbox.centre && key == "esc":
		m.inbox.centre = !m.inbox.centre
		m.inbox.active = readNotifications()
	case key == "d" && m.tab == filesTab && len(m.inbox.toasts) > 0:
		m.dismissToasts()
	default:
		return false
	}
	return true
}

// overlayInbox draws the centre over the middle, and the toasts into the corner.
func (m *model) overlayInbox(rows []string) []string {
	if m.inbox == nil {
		return rows
	}
	if m.inbox.centre {
		lines := []string{"Nothing to catch up on."}
		for i, entry := range m.inbox.active {
			if i == 0 {
				lines = nil
			}
			lines = append(lines, "● "+entry.Title, "  "+entry.Body)
		}
		lines = append(lines, "", "Dismissed items clear after 24h")
		rows = overlay(rows, m.box("Notifications", lines, modalWidth, len(lines)+4), m.width)
	}
	top := 1
	for _, toast := range m.inbox.toasts {
		for _, line := range m.box(toast.Title, []string{toast.Body}, toastWidth, 5) {
			if top < len(rows)-1 {
				rows[top] = ansi.Cut(rows[top], 0, m.width-toastWidth) + line
			}
			top++
		}
	}
	return rows
}
