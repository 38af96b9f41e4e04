package main

import (
	"io"
	"os"
	"os/exec"
	"strings"

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

func (run *editorRun) Run() error {
	err := run.command.Run()
	if run.input != nil {
		err = errorOr(err, run.input.regain())
	}
	return err
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
