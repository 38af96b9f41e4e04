// Command standin is a small terminal program that behaves like Sidecar where leakgate's scenarios
// look: the same keys, the same words on the screen, the same way to be started, profiled and quit.
// It holds nothing that it does not need, unless STANDIN_LEAK tells it to leak (leak.go), so
// leakgate's own tests need no Sidecar and know what must be found.
package main

import (
	"flag"
	"fmt"
	"os"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/term"
)

const version = "1.0"

func main() {
	// A process that a leak left behind is this program again (leak_process.go).
	if len(os.Args) > 1 && os.Args[1] == lingerArgument {
		linger(os.Args[2:])
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "standin:", err)
		os.Exit(1)
	}
}

func run() error {
	configPath := flag.String("config", "", "configuration `file` (JSON)")
	projectPath := flag.String("project", ".", "`directory` of the project to open")
	printVersion := flag.Bool("version", false, "print the version and exit")
	printKinds := flag.Bool("kinds", false, "print the kinds of leaks and exit")
	flag.Parse()

	if *printKinds {
		for _, kind := range leakKinds {
			fmt.Printf("%-15s %d: %s\n", kind.name, kind.initial, kind.number)
		}
		return nil
	}
	leaks, err := parseLeaks(os.Getenv("STANDIN_LEAK"))
	if err != nil {
		return err
	}
	if port := os.Getenv("SIDECAR_PPROF"); port != "" {
		serveProfiles(port, leaks.has("nopprof"))
	}
	if *printVersion {
		fmt.Println("standin version", version)
		return nil
	}
	if flag.Arg(0) == "notify" {
		return runNotify(flag.Args()[1:])
	}
	config, err := loadConfig(*configPath, *projectPath)
	if err != nil {
		return err
	}
	if !term.IsTerminal(os.Stdout.Fd()) {
		return fmt.Errorf("requires an interactive terminal")
	}
	return play(config, leaks)
}

// play runs the program until it is quit.
func play(config *config, leaks *leaks) error {
	var options []tea.ProgramOption
	var input *releasableInput
	if !leaks.has("bubbletea") {
		var err error
		if input, err = newReleasableInput(os.Stdin); err != nil {
			return err
		}
		options = append(options, tea.WithInput(input))
	}

	var program *tea.Program
	model := newModel(config, leaks, input, func(msg tea.Msg) { program.Send(msg) })
	program = tea.NewProgram(model, options...)
	_, err := program.Run()
	return err
}
