#include "commands/command.h"

const struct command_info command_table[] = {
    {COMMAND_RUN, command_run, "run", "[SCENARIO|FILE.yaml ...]", "run scenarios and judge them",
     "Starts the program under test in a pseudo-terminal, plays each scenario again and again, and "
     "measures what grows. The stored baseline says how much may grow; without a baseline, nothing "
     "may. Without a name, all scenarios in the scenarios directory run, or those with the tags of "
     "the project file (leakgate.yaml). All files are checked before the program is built or "
     "started.\n\nWith --jobs several scenarios run at the same time, the longest first, each with "
     "its own home. The report lists them by name all the same. --shard I/N divides the scenarios "
     "among N machines: the parts are the same everywhere, and an empty part passes. Names and "
     "--tag choose scenarios, and --shard takes a part of these.\n\n--for sets how long scenarios "
     "that are paced by time last: leakgate run --tag soak --for 8h.\n\nWhen you write a scenario: "
     "leakgate run SCENARIO --iterations 1 --show --keep-world plays it once and prints each "
     "screen."},
    {COMMAND_ACCEPT, command_accept, "accept", "SCENARIO...",
     "make or update baselines from a report",
     "Writes what a run showed at rest into the scenario's baseline, and prints what changes. A "
     "run that leaks is refused unless you name each leaking holder that has no exception yet with "
     "--holder and give a --reason; its growth then becomes an exception in the baseline. A holder "
     "that has one gets the new reason, and the new --expires if there is one. --tighten raises "
     "nothing: it "
     "lowers allowances to what the run needs. accept does not work in continuous integration "
     "(where CI is set): people change baselines, and others review them."},
    {COMMAND_REVIEW, command_review, "review", "[DIR]",
     "go through the findings of a report, to accept them or not",
     "Shows each scenario that leaks, and asks for each holder: accept it, why, and until when? "
     "When all holders of a scenario are accepted, its baseline is written, as by accept. DIR is a "
     "report, by default that of the last run. When you quit, scenarios that were accepted before "
     "stay accepted."},
    {COMMAND_CHECK, command_check, "check", "[SCENARIO|FILE ...]",
     "check scenarios, target files, baselines and the project file",
     "Lists all errors in the files with line and column. Nothing is started. Without a name it "
     "checks everything in the scenarios and baselines directories, and the project file."},
    {COMMAND_LIST, command_list, "list", "[SCENARIO|FILE.yaml ...]", "list the scenarios",
     "Prints each scenario with its target, its tags, the programs it needs, whether it has a "
     "baseline, and how many seconds it takes, as its baseline says or estimated (~). A baseline "
     "of another plan was made before the scenario or its target file changed.\n\nWith "
     "--tolerances it lists instead what the baselines tolerate beyond the default, and why."},
    {COMMAND_REPORT, command_report, "report", "",
     "judge a run's journals again and print the report",
     "Makes the report of an earlier run again from its journals, without the program. The exit "
     "status is 0 when that was possible, whatever the verdicts are."},
    {COMMAND_MERGE, command_merge, "merge", "DIR...", "join the reports of shards into one",
     "Joins the reports of `leakgate run --shard I/N` into one report with one verdict, in all "
     "formats and with a copy of the evidence. A DIR is a report, or a directory that contains "
     "reports, as the artifacts of a CI build are unpacked. The inputs do not change.\n\nThe exit "
     "status is that of a run of all scenarios. When a shard or the result of a scenario is "
     "missing, it is 2; the report shows what there is and names what is missing. No report is "
     "made when a shard is there twice, or when the reports do not belong together (other "
     "scenarios, options, or builds of the program).\n\nReports without --shard can be merged when "
     "no scenario is in two of them."},
    {COMMAND_DIFF_BASELINE, command_diff_baseline, "diff-baseline", "[REV]",
     "show what changes in baselines and scenarios, for a review",
     "Compares the baselines and scenarios of the working tree with those of a git revision. It "
     "marks what is weaker in a baseline: a larger allowance, a new exception, one that lasts "
     "longer, a level above the old tolerance. Where a scenario's plan differs, it shows the lines "
     "that differ. Without REV, the revision is where HEAD branched off the remote's default "
     "branch (or the branch it tracks, or HEAD itself).\n\nThe exit status is 0 whatever changes, "
     "except with --fail-on weaker. It is 2 when a file or the revision cannot be read."},
    {COMMAND_BISECT, command_bisect, "bisect", "SCENARIO...", "run scenarios for git bisect run",
     "Does what run does, with the exit status that `git bisect run` expects: 0 for a pass, 1 for "
     "a leak, and 125 when this commit cannot be judged (the build fails, the program crashes, the "
     "run is inconclusive or invalid, an option is wrong). Of several scenarios the worst counts, "
     "and a failure is worse than a leak. Quarantines are ignored. A signal ends the search.\n\n   "
     " git bisect start BAD GOOD\n    git bisect run leakgate bisect tab-cycle --build make "
     "--program ./app --control ../good\n\nName what --build makes with --program; otherwise the "
     "program of LEAKGATE_PROGRAM, the project file or PATH is tested. Keep the scenarios, "
     "baselines and the control build outside the tree that is searched. Otherwise each commit is "
     "judged by its own."},
    {COMMAND_TRIAGE, command_triage, "triage", "[PID|NAME]",
     "look at a running program that misbehaves",
     "Looks at a process that is already running and prints one screen: first what is out of "
     "range, the worst first, and what to look at next; then memory by kind, descriptors, files "
     "that are open more than once, SQLite databases and who locks them, threads, processes, "
     "goroutines by state and stack, and what holds the heap. It takes two seconds. The process "
     "gets one connection to its pprof port, and nothing else in it changes.\n\nWithout PID or "
     "NAME it looks at your Go program that listens on loopback. If several fit, it lists them. "
     "Without pprof it shows what /proc knows. For another user's process, sudo shows more.\n\nThe "
     "healthy ranges are in the target file with the program's name (key healthy); without one, "
     "ranges for any Go program are used.\n\nThe exit status is 0 when nothing is out of range, 1 "
     "when something is, and 2 when no process fits, or several do."},
    {COMMAND_WATCH, command_watch, "watch", "[PID|NAME|-- COMMAND ...]",
     "sample a running program, and say when it grows",
     "Samples a program that is already running, again and again: overnight, or while you work "
     "with it. On a terminal it shows a table of what each gauge gains per hour; elsewhere it "
     "prints the samples as CSV. It says when something grows and what holds it, and keeps the "
     "profiles of that moment. The program is not changed: no garbage collection is forced.\n\nOn "
     "Ctrl-C, or at the end of --for, it writes a report in all the formats of leakgate run, and "
     "ends with the exit status of a run. If leakgate is killed, the samples are kept: leakgate "
     "report --from DIR makes the report.\n\nWith NAME, when the program ends, the next process of "
     "that name is watched as a new series in the report. With a PID, the watch ends with the "
     "process. A sample is missing when the program does not answer. Time while the machine is "
     "suspended does not count.\n\nWith -- leakgate starts the program, which gets the terminal; "
     "leakgate prints nothing until it ends:\n\n    leakgate watch --every 10s -- ./app"},
    {COMMAND_DIFF, command_diff, "diff", "BEFORE [AFTER]",
     "show what grew between two profiles, reports or journals",
     "BEFORE and AFTER are two pprof profiles (heap, allocs, goroutine, cpu; gzip or not; a file "
     "or http://127.0.0.1:PORT/debug/pprof/heap), two report directories of leakgate run, or two "
     "journals (.jsonl). With one report or journal, its first sample at rest is compared with its "
     "last.\n\nFor profiles it prints the same numbers as `go tool pprof -top -base BEFORE AFTER`, "
     "function by function, the largest difference first: for the heap bytes and objects, for "
     "goroutines sorted by cum, as with -cum. After each function comes the line of your program "
     "that caused most of it. For reports and journals it prints what each holder held before and "
     "after.\n\nRegular expressions are PCRE2. They mean the same as in go tool pprof, which knows "
     "fewer: no lookaround, no backreferences, no possessive quantifiers. C++ names are not "
     "demangled, and addresses without a function are shown without one.\n\n    leakgate diff "
     "before.pb.gz http://127.0.0.1:6060/debug/pprof/heap\n    leakgate diff "
     "leakgate-report\n\nThe exit status is 0 whatever grew, 2 when an operand is not a profile or "
     "the two are of different kinds, and 5 when a URL does not answer."},
    {COMMAND_TREND, command_trend, "trend", "DIR...", "show how the gauges move over many reports",
     "Reads reports of leakgate run or leakgate watch, for example one for each night, and prints "
     "the gauges of each scenario at rest, from the oldest report to the newest. A DIR is a "
     "report, or a directory that contains reports, as the artifacts of CI builds are "
     "unpacked.\n\n    leakgate trend nightly/* --html trend.html\n\nThe exit status is 0 whatever "
     "moved, and 2 when there is no report."},
    {COMMAND_FETCH, command_fetch, "fetch", "cpu|heap|allocs|goroutine|trace [PID|NAME]",
     "fetch and keep a profile of a running program",
     "Fetches a profile from a running program with an open pprof port, saves it, and prints its "
     "largest entries and the command to continue with. Without PID, NAME, --port or --url it asks "
     "the Go program that listens on loopback, if there is one. No garbage collection is forced: "
     "the heap is as the program's own collections left it.\n\nAn existing file is replaced only "
     "if --out names it. Ctrl-C leaves no partial file.\n\n    leakgate fetch heap sidecar\n    "
     "leakgate fetch cpu --for 10s --url http://127.0.0.1:6060\n\nThe exit status is 2 when no "
     "process fits, several do, or the file exists, 3 when the process serves no pprof, and 5 when "
     "it does not answer or ends meanwhile."},
    {COMMAND_INIT, command_init, "init", "[-- ARGUMENT...]",
     "write the files that test a program, and run the first scenario",
     "Asks what the program is, how it serves pprof, what is on its screen when it is ready, and "
     "how it is ended. For each answer there is a guess, because the program is started a few "
     "times, in a temporary home. Then it "
     "writes leakgate.yaml, scenarios/targets/NAME.yaml, scenarios/idle.yaml and "
     ".github/workflows/leakgate.yml, and runs the scenario idle. No file is overwritten.\n\n"
     "The ARGUMENTs are given to the program. ${project.p1} in them is a git project in the "
     "temporary home. The program starts in the root of that home, not in the project.\n\n"
     "Without a terminal all answers have to be options:\n\n    leakgate init --program bin/app "
     "--pprof APP_PPROF=0 --ready 'Welcome' --quit q\n\n"
     "The exit status is that of the run of idle; 2 when an answer is wrong or a file exists, 5 "
     "when the program does not do what an answer says."},
    {COMMAND_RECORD, command_record, "record", "NAME",
     "play a round trip by hand, and get its scenario",
     "Starts the program of the target file in your terminal, in a home of its own as leakgate run "
     "makes it. Go to where the round trip starts and press Ctrl-]; play it, and press Ctrl-] "
     "again "
     "where the screen is as it was. Or quit the program: then the round trip is what came back to "
     "the screen it left from.\n\n"
     "What you pressed, typed and clicked is played again twice, which shows what each input "
     "brings "
     "and what changes by itself. From that the waits are made. The scenario is played three times "
     "more, written to scenarios/NAME.yaml and shown.\n\n"
     "What is typed while echo is off, as a password is, is not kept. A drag, other buttons of the "
     "mouse, and a click on no text of its own are left out; the number of them is printed.\n\n"
     "The exit status is 2 where nothing was pressed or no screen came back (no file is written "
     "then), and 5 where the program ended too early, or the scenario was written and does not "
     "play."},
    {COMMAND_DOCTOR, command_doctor, "doctor", "[SCENARIO|FILE.yaml ...]",
     "say what is missing on this machine",
     "Looks whether this machine has what runs need: the kernel's pidfd and memfd, "
     "pseudo-terminals, "
     "loopback, inotify instances, room for the temporary home, the programs that the scenarios "
     "need, the program under test and its pprof. Nothing is started and nothing changes. For what "
     "is missing it says what to type.\n\n"
     "The exit status is 0 when nothing is missing, 3 when something is, and 2 when a file is "
     "wrong."},
    {COMMAND_EXPLORE, command_explore, "explore", "[SCENARIO]",
     "look for leaks that no scenario reaches",
     "Needs a target file and no scenario. It presses every key on every screen, keeps what comes "
     "back to the screen it left from, and plays each such round trip twelve times between two "
     "samples. What grows twice is written as scenarios/explored-N.yaml and judged like any "
     "scenario; what the judge does not call a leak is removed again. Each process has a world of "
     "its own, so nothing can be broken.\n\nWith a SCENARIO it begins after the setup of that one, "
     "in its world.\n\n    leakgate explore --target sidecar --for 20m\n    leakgate explore "
     "external-editor\n\n"
     "The exit status is that of run: 1 when something leaks."},
    {COMMAND_SCHEMA, command_schema, "schema", "scenario|target|project",
     "print the JSON Schema of a kind of file",
     "Prints the JSON Schema (2020-12) of scenarios, target files or the project file. With it, "
     "editors complete keys and mark errors. Without an operand it prints the schema of "
     "scenarios.\n\n    leakgate schema project > project.schema.json"},
    {COMMAND_COMPLETION, command_completion, "completion", "bash|zsh|fish|scenarios|targets|tags",
     "print the completions of a shell",
     "Prints a script that lets a shell complete commands, options and their values, and the names "
     "of scenarios, target files and tags. The Debian package installs the scripts. By hand:\n\n   "
     " eval \"$(leakgate completion bash)\"         in ~/.bashrc\n    source <(leakgate completion "
     "zsh)           in ~/.zshrc, after compinit\n    leakgate completion fish | source           "
     "in ~/.config/fish/config.fish\n\nThe scripts themselves ask for scenarios, targets and tags: "
     "the known words, one a line."},
};
const size_t command_table_count = sizeof command_table / sizeof *command_table;
