package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// With this variable set, the test binary is the stand-in itself.
const actAsStandin = "STANDIN_TEST_ACT"

func TestMain(m *testing.M) {
	lingering := len(os.Args) > 1 && os.Args[1] == lingerArgument
	if lingering || os.Getenv(actAsStandin) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func itoa(number int) string { return strconv.Itoa(number) }

// terminal is a stand-in in a pseudo-terminal.
type terminal struct {
	t       *testing.T
	master  *os.File
	command *exec.Cmd
	output  chan []byte
	seen    []byte
}

func startInTerminal(t *testing.T, env []string, arguments ...string) *terminal {
	t.Helper()
	master, slave := openTerminal(t)
	defer slave.Close()
	command := exec.Command(must1(os.Executable()), arguments...)
	command.Env = append(os.Environ(), append(env, actAsStandin+"=1", "TERM=xterm-256color")...)
	command.Stdin, command.Stdout, command.Stderr = slave, slave, os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	terminal := &terminal{t: t, master: master, command: command, output: make(chan []byte, 1)}
	go terminal.drain()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = master.Close()
	})
	return terminal
}

func openTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master = must1(os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0))
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number := must1(unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN))
	slave = must1(os.OpenFile("/dev/pts/"+itoa(number), os.O_RDWR|unix.O_NOCTTY, 0))
	size := &unix.Winsize{Row: 50, Col: 200}
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, size); err != nil {
		t.Fatal(err)
	}
	return master, slave
}

func must1[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func (w *terminal) drain() {
	defer close(w.output)
	for {
		data := make([]byte, 65536)
		n, err := w.master.Read(data)
		if err != nil {
			return
		}
		w.output <- data[:n]
	}
}

func (w *terminal) send(keys string) {
	if _, err := w.master.WriteString(keys); err != nil {
		w.t.Fatal(err)
	}
}

// reads waits for bytes that have not been waited for yet. Only text on cells that were empty
// before is certain to come in one piece.
func (w *terminal) reads(bytesAwaited string) {
	w.t.Helper()
	deadline := time.After(patience)
	for {
		if at := bytes.Index(w.seen, []byte(bytesAwaited)); at >= 0 {
			w.seen = w.seen[at+len(bytesAwaited):]
			return
		}
		select {
		case data, open := <-w.output:
			if !open {
				w.t.Fatalf("it ended before %q", bytesAwaited)
			}
			w.seen = append(w.seen, data...)
		case <-deadline:
			w.t.Fatalf("waited in vain for %q after %q", bytesAwaited, w.seen)
		}
	}
}

// waits drains what is still written, and answers the exit status.
func (w *terminal) waits() int {
	go func() {
		for range w.output {
		}
	}()
	_ = w.command.Wait()
	return w.command.ProcessState.ExitCode()
}

func (w *terminal) descriptors() int {
	return len(must1(os.ReadDir("/proc/" + itoa(w.command.Process.Pid) + "/fd")))
}

// editInTerminal runs the editor again and again, and answers how many descriptors that cost.
func editInTerminal(t *testing.T, leak string, times int) int {
	world := t.TempDir()
	project := filepath.Join(world, "p1")
	editor, edits := filepath.Join(world, "editor"), filepath.Join(world, "edits")
	must(0, os.Mkdir(project, 0o755))
	must(0, os.WriteFile(filepath.Join(project, "a.txt"), []byte("one line\n"), 0o644))
	// Slower than a few milliseconds: else Bubble Tea 2.0.7 now and then stops the renderer's ticker
	// that it has just started again.
	script := "#!/bin/sh\nsleep 0.05\necho \"$1\" > " + edits + "\n"
	must(0, os.WriteFile(editor, []byte(script), 0o755))
	must(0, unix.Mkfifo(edits, 0o644))
	edited := bufio.NewReader(must1(os.OpenFile(edits, os.O_RDWR, 0)))

	env := []string{"EDITOR=" + editor, "STANDIN_LEAK=" + leak, "GOGC=off"}
	w := startInTerminal(t, env, "-project", project)
	w.reads("p1 ▾")
	w.send("2")
	w.reads("a.txt")
	w.send("\r")
	w.reads("one line")
	const warmup, readings = 5, 5
	var descriptors []int
	for range warmup + times + readings {
		descriptors = append(descriptors, w.descriptors())
		w.send("E")
		if line := must1(edited.ReadString('\n')); line != filepath.Join(project, "a.txt")+"\n" {
			t.Fatalf("the editor was run on %q", line)
		}
		w.reads("\x1b[?1049h") // the terminal is the program's again
		w.reads("one line")
	}
	w.send("q")
	w.reads("Quit Sidecar?")
	w.send("\r")
	if status := w.waits(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	// The least of some readings: git, which runs now and then, holds a few for a moment.
	return slices.Min(descriptors[warmup+times:]) - slices.Min(descriptors[warmup:][:readings])
}

func TestEditorGivesTheTerminalBack(t *testing.T) {
	if grown := editInTerminal(t, "", 100); grown != 0 {
		t.Errorf("100 edits hold %d descriptors more", grown)
	}
}

// Bubble Tea's own leak: an epoll and a pipe, of which the garbage collector closes the pipe.
func TestBubbleTeaLeaksWhenItReadsTheTerminal(t *testing.T) {
	if grown := editInTerminal(t, "bubbletea", 20); grown < 20 {
		t.Errorf("20 edits hold only %d descriptors more", grown)
	}
}

func TestTerminationEndsItWell(t *testing.T) {
	w := startInTerminal(t, nil, "-project", t.TempDir())
	w.reads("⚙")
	if err := w.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := w.waits(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

func TestItNeedsATerminal(t *testing.T) {
	command := exec.Command(must1(os.Executable()), "-project", t.TempDir())
	command.Env = append(os.Environ(), actAsStandin+"=1")
	output, err := command.CombinedOutput()
	if err == nil || command.ProcessState.ExitCode() != 1 {
		t.Errorf("%v, %s", err, output)
	}
}

func TestVersionAndWrongConfiguration(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "config.json")
	must(0, os.WriteFile(broken, []byte("{"), 0o644))
	for _, c := range []struct {
		arguments []string
		status    int
		says      string
	}{
		{[]string{"-version"}, 0, "standin version " + version},
		{[]string{"-config", broken}, 1, "config.json"},
	} {
		command := exec.Command(must1(os.Executable()), c.arguments...)
		command.Env = append(os.Environ(), actAsStandin+"=1")
		output, _ := command.CombinedOutput()
		if status := command.ProcessState.ExitCode(); status != c.status ||
			!bytes.Contains(output, []byte(c.says)) {
			t.Errorf("%v: status %d, %s", c.arguments, status, output)
		}
	}
}
