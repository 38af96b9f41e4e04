package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"runtime/pprof"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

type editorDoneMsg struct{ err error }

// editorRun is one run of the external editor, as Bubble Tea wants it.
type editorRun struct {
	command *exec.Cmd
	input   *releasableInput // nil: Bubble Tea reads the terminal by itself
}

func (run *editorRun) SetStdin(reader io.Reader) {
	if run.input == nil {
		run.command.Stdin = reader
	} else {
		run.command.Stdin = os.Stdin
	}
}

func (run *editorRun) SetStdout(writer io.Writer) { run.command.Stdout = writer }

func (run *editorRun) SetStderr(writer io.Writer) { run.command.Stderr = writer }

// Run begins when Bubble Tea has let the terminal go.
func (run *editorRun) Run() error {
	awaitRendererEnd()
	err := run.command.Run()
	if run.input != nil {
		err = errorOr(err, run.input.regain())
	}
	return err
}

// awaitRendererEnd waits until Bubble Tea's goroutine that draws has ended. It stops the clock that it
// draws by as the last thing it does, and where an editor is quicker than that, as on a busy machine,
// it stops the clock that was started anew, and nothing is ever drawn again.
func awaitRendererEnd() {
	const patience, pause = 2 * time.Second, time.Millisecond
	for began := time.Now(); time.Since(began) < patience; time.Sleep(pause) {
		var stacks bytes.Buffer
		if pprof.Lookup("goroutine").WriteTo(&stacks, 1) != nil ||
			!strings.Contains(stacks.String(), ".startRenderer.func1+") {
			return
		}
	}
}

func errorOr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// editFile hands the terminal to $EDITOR until that ends.
func editFile(directory, path string, input *releasableInput) tea.Cmd {
	words := strings.Fields(editorOf(os.Getenv("EDITOR"), os.Getenv("VISUAL")))
	command := exec.Command(words[0], append(words[1:], path)...)
	command.Dir = directory
	if input != nil {
		// The reader must have let go before Bubble Tea waits for it to end.
		if err := input.release(); err != nil {
			return func() tea.Msg { return editorDoneMsg{err} }
		}
	}
	done := func(err error) tea.Msg { return editorDoneMsg{err} }
	return tea.Exec(&editorRun{command: command, input: input}, done)
}

func editorOf(editor, visual string) string {
	for _, choice := range []string{editor, visual} {
		if strings.TrimSpace(choice) != "" {
			return choice
		}
	}
	return "vi"
}
