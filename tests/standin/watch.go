package main

import (
	"path/filepath"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/fsnotify/fsnotify"
)

const quietTime = 100 * time.Millisecond

// changedMsg says that something under a watch has changed.
type changedMsg struct{ watch *watch }

// watch is an fsnotify watcher over a few directories, with the goroutine that listens to it.
type watch struct {
	notify   *fsnotify.Watcher
	relevant func(name string) bool
}

// newWatch watches directories until close; a burst of changes is one changedMsg. Where no watcher
// is to be had, it answers one that never says anything.
func newWatch(relevant func(name string) bool, send func(tea.Msg), directories ...string) *watch {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return &watch{}
	}
	watch := &watch{notify: notify, relevant: relevant}
	for _, directory := range directories {
		watch.add(directory)
	}
	go watch.listen(send)
	return watch
}

func (w *watch) add(directory string) {
	if w.notify != nil {
		_ = w.notify.Add(directory) // one that is gone by now has nothing to say
	}
}

func (w *watch) remove(directory string) {
	if w.notify != nil {
		_ = w.notify.Remove(directory)
	}
}

func (w *watch) close() {
	if w.notify != nil {
		_ = w.notify.Close()
	}
}

func (w *watch) listen(send func(tea.Msg)) {
	var quiet <-chan time.Time // none as long as nothing has changed
	for {
		select {
		case event, open := <-w.notify.Events:
			if !open {
				return
			}
			if w.relevant(filepath.Base(event.Name)) {
				quiet = time.After(quietTime)
			}
		case _, open := <-w.notify.Errors:
			if !open {
				return
			}
		case <-quiet:
			send(changedMsg{w})
		}
	}
}
